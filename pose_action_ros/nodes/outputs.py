"""What the nodes publish: results always, pictures and markers when somebody subscribes."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher

from pose_action_ros.nodes.qos import OVERRIDABLE, reliable


class Outputs:
    """Publishers of one node.

    Args:
        node: that has them.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._publishers: list[Publisher[Any]] = []

    def close(self) -> None:
        """Take them off the network."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)
        self._publishers = []

    def _add(self, kind: type, topic: str, depth: int = 10) -> Publisher[Any]:
        publisher: Publisher[Any] = self._node.create_publisher(
            kind, topic, reliable(depth), qos_overriding_options=OVERRIDABLE
        )
        self._publishers.append(publisher)
        return publisher
