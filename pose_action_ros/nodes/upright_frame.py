"""A TF frame at the camera in which viewers show people upright, without a robot description.

The z axis of the optical frame of images is horizontal, and the frame has no parent unless a robot
description or a camera driver gives it one. The upright frame is its child, so that it keeps its
parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header

from pose_action_ros.nodes.markers import upright_transform
from pose_action_ros.nodes.topics import Publishers
from pose_action_ros.settings import Settings, setting

_KEPT = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@dataclass(frozen=True)
class UprightFrameSettings(Settings):
    """The frame for viewers."""

    upright_frame: str = setting(
        "",
        "name of a TF frame at the camera with x forward and z up, for viewers: a child of the "
        "frame of the images; empty for none; needs tf2_msgs",
    )


class UprightFrame(Publishers):
    """Publishes the frame, once for each frame of images.

    Args:
        node: publishes it.
        name: of the frame; empty for none.
        kind: class of tf2_msgs' TFMessage; None where it is not installed.
    """

    def __init__(self, node: Node, name: str, kind: Any | None) -> None:
        super().__init__(node)
        self._name, self._kind = name, kind
        self._parent = ""
        if name and kind is not None:
            self.publishers.append(node.create_publisher(kind, "/tf_static", _KEPT))

    def publish(self, header: Header) -> None:
        """Publish the frame if the frame of the images is another than before."""
        if self.publishers and self._kind is not None and header.frame_id != self._parent:
            self._parent = header.frame_id
            frame = upright_transform(self._name, header)
            self.publishers[0].publish(self._kind(transforms=[frame]))
