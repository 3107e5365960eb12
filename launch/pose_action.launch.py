"""keypoints_node, lifter_node and action_node on a robot; each argument is optional.

ros2 launch pose_action_ros pose_action.launch.py image:=/camera/image_raw \
    camera_info:=/camera/camera_info
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from pathlib import Path
from threading import current_thread, main_thread

from ament_index_python.packages import get_package_share_path
from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetLaunchConfiguration
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

PACKAGE = "pose_action_ros"
SHARE = get_package_share_path(PACKAGE)
BOOLEAN = ("true", "false")
BEFORE_KILTED = ("humble", "iron", "jazzy")
VENDOR = "FASTRTPS" if os.environ.get("ROS_DISTRO") in BEFORE_KILTED else "FASTDDS"
PROFILE = f"{VENDOR}_DEFAULT_PROFILES_FILE"
IMAGE_PUBLISHERS = ("keypoints_node", "pipeline")  # the DDS profile costs 64 MB a process

RVIZ_TOPICS = (
    "keypoints_node/overlay",
    "action_node/spmf",
    "lifter_node/markers",
    "action_node/markers",
)
TYPES = {"ros4hri": bool}  # of arguments that set parameters; the others are strings

# An empty argument keeps the value of the parameter file, or the default of the node.
ARGUMENTS = (
    DeclareLaunchArgument("image", default_value="image", description="topic of the images"),
    DeclareLaunchArgument(
        "camera_info",
        default_value="",
        description="topic of the camera calibration; empty for camera_info beside the images",
    ),
    DeclareLaunchArgument(
        "image_transport",
        default_value="",
        choices=["", "raw", "compressed"],
        description="compressed subscribes to <image>/compressed",
    ),
    DeclareLaunchArgument(
        "namespace", default_value="", description="namespace of all nodes; empty for none"
    ),
    DeclareLaunchArgument(
        "params_file", default_value="", description="YAML file of parameters for the nodes"
    ),
    DeclareLaunchArgument(
        "engine",
        default_value="",
        description="inference engine of the 2D, lifting and action networks: auto, tensorrt, "
        "tensorrt_fp16 or onnxruntime",
    ),
    DeclareLaunchArgument(
        "interactions",
        default_value="false",
        choices=BOOLEAN,
        description="recognise interactions of two people, too: a second action_node, "
        "interaction_node, publishes them on interaction",
    ),
    DeclareLaunchArgument(
        "ros4hri",
        default_value="",
        choices=["", *BOOLEAN],
        description="publish people under /humans/bodies, too (REP-155)",
    ),
    DeclareLaunchArgument(
        "use_sim_time", default_value="", choices=["", *BOOLEAN], description="time from /clock"
    ),
    DeclareLaunchArgument(
        "one_process",
        default_value="false",
        choices=BOOLEAN,
        description="all stages in one process (the node pipeline)",
    ),
    DeclareLaunchArgument(
        "respawn",
        default_value="true",
        choices=BOOLEAN,
        description="restart a node after it ended",
    ),
    DeclareLaunchArgument(
        "respawn_delay", default_value="1.0", description="time until the restart [s]"
    ),
    DeclareLaunchArgument(
        "view",
        default_value="false",
        description="show images, people and labels in Rerun: true, or NAME.rrd for a file; needs "
        "rerun-sdk",
    ),
    DeclareLaunchArgument("rviz", default_value="false", choices=BOOLEAN, description="start RViz"),
    DeclareLaunchArgument(
        "fixed_frame",
        default_value="",
        description="fixed frame of RViz (z up); empty for one at the camera, which needs no robot "
        "description",
    ),
    DeclareLaunchArgument(
        "dds_profile",
        default_value=os.environ.get(PROFILE, str(SHARE / "config" / "fastdds.xml")),
        description="Fast DDS profile of the processes that send images; needed for raw images",
    ),
)


def handle_interrupts_once() -> None:
    """In `ros2 launch`, let launch alone handle SIGINT, which it reads from a file descriptor.

    Python's own handler raises KeyboardInterrupt as well. That of a second Ctrl-C may come in a
    task of launch, which then never ends: `ros2 launch` would hang after its nodes have ended. Or
    it may come after launch, and `ros2 launch` would end with -2. Other programs that load this
    file, such as tests, keep their handler.
    """
    own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own and Path(sys.argv[0]).name == "ros2" and current_thread() is main_thread():
        signal.signal(signal.SIGINT, lambda _signal, _frame: None)
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)


def generate_launch_description() -> LaunchDescription:
    """Return arguments and nodes.

    dds_variable and camera_info_topic are for launch files that include this one.
    """
    handle_interrupts_once()
    variable = SetLaunchConfiguration("dds_variable", PROFILE)
    return LaunchDescription([*ARGUMENTS, variable, OpaqueFunction(function=compose)])


def beside(image: str) -> str:
    """Return the topic of the calibration beside images, by the convention of image_transport."""
    folder, slash, _ = image.rpartition("/")
    return f"{folder}{slash}camera_info"


def upright_frame(namespace: str) -> str:
    """Return the name of the frame in which RViz shows people upright, one for each camera."""
    return "_".join([*(part for part in namespace.split("/") if part), "pose_action_camera"])


def compose(context: LaunchContext) -> list[Action]:
    """Return the nodes for the arguments."""
    arguments = {item.name: LaunchConfiguration(item.name).perform(context) for item in ARGUMENTS}
    topic = arguments["camera_info"] or beside(arguments["image"])
    image, camera = ("image", arguments["image"]), ("camera_info", topic)
    rectified = "rect" in arguments["image"].rpartition("/")[2].split("_")
    defaults: dict[str, object] = {"rectified": True} if rectified else {}
    if arguments["rviz"] == "true" and not arguments["fixed_frame"]:
        arguments["fixed_frame"] = defaults["upright_frame"] = upright_frame(arguments["namespace"])
    humans = {"ros4hri": "ros4hri"}
    transport = {"image_transport": "image_transport"} | humans
    detector = transport | {"detector_engine": "engine"}
    if arguments["one_process"] == "true":
        parameters = detector | {"lifter_engine": "engine", "action_engine": "engine"}
        nodes = [node("pipeline", arguments, [image, camera], parameters, defaults=defaults)]
    else:
        nodes = [
            node("keypoints_node", arguments, [image], detector),
            node(
                "lifter_node",
                arguments,
                [camera],
                {"lifter_engine": "engine"} | humans,
                defaults=defaults,
            ),
            node("action_node", arguments, [], {"action_engine": "engine"}),
        ]
    if arguments["interactions"] == "true":
        interactions = node(
            "action_node",
            arguments,
            [("action", "interaction")],
            {"action_engine": "engine"},
            name="interaction_node",
            defaults={"action_model": "interaction"},
        )
        nodes.append(interactions)
    if arguments["view"] != "false":
        nodes.append(viewer(arguments, [image, camera], defaults))
    nodes += [rviz(arguments)] if arguments["rviz"] == "true" else []
    return [SetLaunchConfiguration("camera_info_topic", topic), *nodes]


def node(
    executable: str,
    arguments: dict[str, str],
    remappings: list[tuple[str, str]],
    parameters: dict[str, str],
    *,
    name: str = "",
    defaults: dict[str, object] | None = None,
) -> Node:
    """Return one of the nodes.

    Args:
        executable: of the node.
        arguments: values of all launch arguments.
        remappings: its topics.
        parameters: launch argument of each parameter; use_sim_time applies to all nodes.
        name: of the node; empty for that of the executable.
        defaults: values of parameters, which those of the file and of arguments replace.
    """
    overrides = {
        parameter: ParameterValue(
            LaunchConfiguration(argument), value_type=TYPES.get(argument, str)
        )
        for parameter, argument in parameters.items()
        if arguments[argument]
    }
    if arguments["use_sim_time"]:
        use_sim_time = ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)
        overrides["use_sim_time"] = use_sim_time
    return Node(
        package=PACKAGE,
        executable=executable,
        name=name or executable,
        namespace=arguments["namespace"],
        parameters=[entry for entry in (defaults, arguments["params_file"], overrides) if entry],
        remappings=remappings,
        respawn=arguments["respawn"] == "true",
        respawn_delay=float(arguments["respawn_delay"]),
        output="screen",
        additional_env=dds_profile(executable, arguments),
    )


def dds_profile(executable: str, arguments: dict[str, str]) -> dict[str, str]:
    """Return the variable with the DDS profile of a node; one that the user has set is kept."""
    if executable in IMAGE_PUBLISHERS:
        return {PROFILE: arguments["dds_profile"]}
    return {} if PROFILE in os.environ else {PROFILE: str(SHARE / "config" / "fastdds_small.xml")}


def viewer(
    arguments: dict[str, str], remappings: list[tuple[str, str]], defaults: dict[str, object]
) -> Node:
    """Return the node for Rerun, without which the others go on: it is not restarted."""
    file = {} if arguments["view"] == "true" else {"view": "view"}
    return node(
        "view_node",
        arguments | {"respawn": "false"},
        remappings,
        {"image_transport": "image_transport"} | file,
        defaults={name: value for name, value in defaults.items() if name == "rectified"},
    )


def rviz(arguments: dict[str, str]) -> Node:
    """Return RViz in the namespace of the nodes: the topics in its file are relative."""
    frame = ["--fixed-frame", arguments["fixed_frame"]]
    pipeline = [(topic, f"pipeline/{topic.split('/')[1]}") for topic in RVIZ_TOPICS]
    return Node(
        package="rviz2",
        executable="rviz2",
        namespace=arguments["namespace"],
        arguments=["--display-config", str(SHARE / "config" / "pose_action.rviz"), *frame],
        remappings=pipeline if arguments["one_process"] == "true" else [],
    )
