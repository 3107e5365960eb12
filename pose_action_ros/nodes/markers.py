"""People for RViz and TF as messages of ROS; see drawing.markers."""

from __future__ import annotations

from functools import partial
from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, TransformStamped
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from pose_action_ros.drawing import markers

_TYPES = markers.MarkerTypes(
    marker=Marker,
    marker_array=MarkerArray,
    point=Point,
    colour=ColorRGBA,
    transform=TransformStamped,
    duration=Duration,
)

MarkerSet = partial(markers.MarkerSet, _TYPES)
"""Make a set of markers from its namespace; see drawing.markers, as for all below."""
bones = partial(markers.bones, _TYPES)
"""Make the markers of bones from people and header."""
texts = partial(markers.texts, _TYPES)
"""Make the markers over heads from people, labels by id and header."""
body_transform = partial(markers.body_transform, _TYPES)
"""Make the frame of a body from a person, the body's name and header; None if undefined."""
transform = partial(markers.transform, _TYPES)
"""Make a transform from the name of the frame, its origin [m], axes (3, 3) and header."""
upright_transform = partial(markers.upright_transform, _TYPES)
"""Make the transform to an upright frame at the camera from its name and header."""


def tf_publisher(node: Node) -> Publisher[Any] | None:
    """Create the publisher of /tf; return None where tf2_msgs is not installed."""
    try:
        from tf2_msgs.msg import TFMessage  # noqa: PLC0415 - absent on some machines
    except ImportError:
        node.get_logger().info("no TF frames of people: tf2_msgs is not installed")
        return None
    return node.create_publisher(TFMessage, "/tf", 100)
