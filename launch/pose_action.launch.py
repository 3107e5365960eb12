"""keypoints_node, lifter_node and action_node on a robot; each argument is optional.

ros2 launch pose_action_ros pose_action.launch.py image:=/camera/image_raw \
    camera_info:=/camera/camera_info
"""

from __future__ import annotations

import os

from ament_index_python.packages import get_package_share_path
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetLaunchConfiguration
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

PACKAGE = "pose_action_ros"
SHARE = get_package_share_path(PACKAGE)
SWITCH = ("true", "false")
BEFORE_KILTED = ("humble", "iron", "jazzy")
VENDOR = "FASTRTPS" if os.environ.get("ROS_DISTRO") in BEFORE_KILTED else "FASTDDS"
PROFILE = f"{VENDOR}_DEFAULT_PROFILES_FILE"
SENDERS = ("keypoints_node", "pipeline")  # of images: the room for them in DDS costs 64 MB

SHOWN = ("keypoints_node/overlay", "action_node/spmf", "lifter_node/markers", "action_node/markers")
KINDS = {"ros4hri": bool}  # of arguments that are parameters; others are strings

# An argument left empty leaves a parameter as the node, or the file of parameters, has it.
ARGUMENTS = (
    DeclareLaunchArgument("image", default_value="image", description="topic of the images"),
    DeclareLaunchArgument(
        "camera_info", default_value="camera_info", description="topic of the camera's calibration"
    ),
    DeclareLaunchArgument(
        "image_transport",
        default_value="",
        choices=["", "raw", "compressed"],
        description="compressed subscribes to <image>/compressed",
    ),
    DeclareLaunchArgument(
        "namespace", default_value="", description="of all nodes; empty publishes on /action"
    ),
    DeclareLaunchArgument(
        "params_file", default_value="", description="YAML file of parameters for the nodes"
    ),
    DeclareLaunchArgument(
        "engine", default_value="", description="inference engine of lifter and classifier"
    ),
    DeclareLaunchArgument(
        "ros4hri",
        default_value="",
        choices=["", *SWITCH],
        description="people also under /humans/bodies, as REP-155 has them",
    ),
    DeclareLaunchArgument(
        "use_sim_time", default_value="", choices=["", *SWITCH], description="take time from /clock"
    ),
    DeclareLaunchArgument(
        "one_process",
        default_value="false",
        choices=SWITCH,
        description="all stages in the process pipeline instead of one each",
    ),
    DeclareLaunchArgument(
        "respawn", default_value="true", choices=SWITCH, description="restart a node that ends"
    ),
    DeclareLaunchArgument("respawn_delay", default_value="1.0", description="time until then [s]"),
    DeclareLaunchArgument(
        "rviz", default_value="false", choices=SWITCH, description="show images and skeletons"
    ),
    DeclareLaunchArgument(
        "fixed_frame", default_value="", description="RViz's, with z up; empty for camera_link"
    ),
    DeclareLaunchArgument(
        "dds_profile",
        default_value=os.environ.get(PROFILE, str(SHARE / "config" / "fastdds.xml")),
        description="Fast DDS profile of the processes that send images; raw ones are lost without",
    ),
)


def generate_launch_description() -> LaunchDescription:
    """The arguments, the nodes; dds_variable is for launch files that include this one."""
    variable = SetLaunchConfiguration("dds_variable", PROFILE)
    return LaunchDescription([*ARGUMENTS, variable, OpaqueFunction(function=compose)])


def compose(context: LaunchContext) -> list[Node]:
    """The nodes for the arguments given."""
    given = {item.name: LaunchConfiguration(item.name).perform(context) for item in ARGUMENTS}
    image, camera = ("image", given["image"]), ("camera_info", given["camera_info"])
    humans = {"ros4hri": "ros4hri"}
    transport = {"image_transport": "image_transport"} | humans
    engines = {"lifter_engine": "engine", "action_engine": "engine"}
    if given["one_process"] == "true":
        nodes = [node("pipeline", given, [image, camera], transport | engines)]
    else:
        nodes = [
            node("keypoints_node", given, [image], transport),
            node("lifter_node", given, [camera], {"lifter_engine": "engine"} | humans),
            node("action_node", given, [], {"action_engine": "engine"}),
        ]
    return nodes + ([rviz(given)] if given["rviz"] == "true" else [])


def node(
    name: str,
    given: dict[str, str],
    remappings: list[tuple[str, str]],
    parameters: dict[str, str],
) -> Node:
    """One of the nodes.

    Args:
        name: of the node.
        given: values of all arguments.
        remappings: of its topics.
        parameters: the argument for each parameter; use_sim_time is for all nodes.
    """
    chosen = {
        parameter: ParameterValue(
            LaunchConfiguration(argument), value_type=KINDS.get(argument, str)
        )
        for parameter, argument in parameters.items()
        if given[argument]
    }
    if given["use_sim_time"]:
        use_sim_time = ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)
        chosen["use_sim_time"] = use_sim_time
    return Node(
        package=PACKAGE,
        executable=name,
        name=name,
        namespace=given["namespace"],
        parameters=[entry for entry in (given["params_file"], chosen) if entry],
        remappings=remappings,
        respawn=given["respawn"] == "true",
        respawn_delay=float(given["respawn_delay"]),
        output="screen",
        additional_env={PROFILE: given["dds_profile"]} if name in SENDERS else None,
    )


def rviz(given: dict[str, str]) -> Node:
    """RViz in the nodes' namespace: the topics in its file are relative."""
    frame = ["--fixed-frame", given["fixed_frame"]] if given["fixed_frame"] else []
    one = [(topic, f"pipeline/{topic.split('/')[1]}") for topic in SHOWN]
    return Node(
        package="rviz2",
        executable="rviz2",
        namespace=given["namespace"],
        arguments=["--display-config", str(SHARE / "config" / "pose_action.rviz"), *frame],
        remappings=one if given["one_process"] == "true" else [],
    )
