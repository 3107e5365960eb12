"""A simulated person, a video or a webcam through all nodes, in RViz where it is installed.

ros2 launch pose_action_ros demo.launch.py
ros2 launch pose_action_ros demo.launch.py source:=/path/to/video.mp4
"""

from __future__ import annotations

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_path,
)
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

PACKAGE = "pose_action_ros"
ROBOT = get_package_share_path(PACKAGE) / "launch" / "pose_action.launch.py"
KINDS = {"source": str, "people": int, "seed": int, "loop": bool}

# An empty argument keeps the default of camera_node's parameter. All arguments of
# pose_action.launch.py are accepted, too.
ARGUMENTS = (
    DeclareLaunchArgument(
        "source", default_value="", description="video file, folder of images, webcam or stream"
    ),
    DeclareLaunchArgument("people", default_value="", description="number of simulated people"),
    DeclareLaunchArgument("seed", default_value="", description="random seed of the simulation"),
    DeclareLaunchArgument("loop", default_value="true", description="start again at the end"),
)


def generate_launch_description() -> LaunchDescription:
    """Return the nodes of the robot, then the camera, which needs their DDS profile argument."""
    rviz = "true" if installed("rviz2") else "false"
    robot = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(ROBOT)),
        launch_arguments={"rviz": LaunchConfiguration("rviz", default=rviz)}.items(),
    )
    return LaunchDescription([*ARGUMENTS, robot, OpaqueFunction(function=camera)])


def installed(package: str) -> bool:
    """Return True if a ROS package is installed."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True


def camera(context: LaunchContext) -> list[Node]:
    """Return the camera on the topics of the robot's nodes."""
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, kind in KINDS.items()
        if LaunchConfiguration(name).perform(context)
    }
    file = LaunchConfiguration("params_file").perform(context)
    node = Node(
        package=PACKAGE,
        executable="camera_node",
        name="camera_node",
        namespace=LaunchConfiguration("namespace"),
        parameters=[entry for entry in (file, parameters) if entry],
        remappings=[
            ("image", LaunchConfiguration("image")),
            ("camera_info", LaunchConfiguration("camera_info_topic")),
        ],
        respawn=LaunchConfiguration("respawn").perform(context) == "true",
        respawn_delay=float(LaunchConfiguration("respawn_delay").perform(context)),
        output="screen",
        additional_env={LaunchConfiguration("dds_variable"): LaunchConfiguration("dds_profile")},
    )
    return [node]
