"""Subscriptions as the nodes want them: sensor data, with QoS that parameters can override."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from pose_action_ros.nodes.qos import OVERRIDABLE, newest


def subscribe(
    node: Node, kind: type, topic: str, callback: Callable[[Any], None], *, depth: int
) -> Subscription[Any]:
    """Subscribe to a topic; `depth` messages wait for the callback."""
    return node.create_subscription(
        kind, topic, callback, newest(depth), qos_overriding_options=OVERRIDABLE
    )


def subscribe_image(
    node: Node, transport: str, callback: Callable[[Any], None]
) -> Subscription[Any]:
    """Subscribe to `image`, or to what image_transport calls its compressed form.

    That form's name is made of the remapped name, as image_transport does it.
    """
    topic = "image"
    if transport == "raw":
        return subscribe(node, Image, topic, callback, depth=5)
    compressed = f"{node.resolve_topic_name(topic)}/compressed"
    return subscribe(node, CompressedImage, compressed, callback, depth=5)
