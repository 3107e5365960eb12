"""Who publishes what a node subscribes to, and why nothing of it arrives, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, qos_check_compatible
from rclpy.subscription import Subscription

from pose_action_ros.nodes.health import Finding, Level


@dataclass(frozen=True)
class Peer:
    """A node that publishes on a topic, and why nothing of it can arrive; empty if it can."""

    name: str
    mismatch: str = ""


@dataclass(frozen=True)
class Input:
    """A topic that a node subscribes to.

    Attributes:
        topic: its full name.
        kind: type of its messages, e.g. sensor_msgs/msg/Image.
        peers: who publishes on it.
    """

    topic: str
    kind: str
    peers: tuple[Peer, ...] = ()

    def findings(self, *, silent: bool) -> list[Finding]:
        """What keeps messages away.

        Args:
            silent: whether nothing comes though the node cannot work without.
        """
        level = Level.ERROR if silent else Level.WARN
        wrong = [peer for peer in self.peers if peer.mismatch]
        if silent and not self.peers:
            return [Finding(level, f"nobody publishes on {self.topic} ({self.kind})")]
        return [
            Finding(level, f"nothing arrives on {self.topic} from {peer.name}: {peer.mismatch}")
            for peer in wrong
        ]


def findings(inputs: Sequence[Input], *, silent: bool) -> list[Finding]:
    """What keeps messages away from a node, whose first input is the one it works on."""
    return [
        finding
        for place, item in enumerate(inputs)
        for finding in item.findings(silent=silent and place == 0)
    ]


def observe(node: Node, subscription: Subscription[Any]) -> Input:
    """What the network says about a subscription of the node now."""
    topic, kind = subscription.topic_name, _kind(subscription.msg_type)
    peers = (
        Peer(
            f"{info.node_namespace.rstrip('/')}/{info.node_name}",
            mismatch(topic, kind, info, subscription.qos_profile),
        )
        for info in node.get_publishers_info_by_topic(topic)
    )
    return Input(topic, kind, tuple(peers))


def mismatch(topic: str, kind: str, publisher: Any, wanted: Any) -> str:
    """Why a publisher (TopicEndpointInfo) does not serve a subscription; empty when it does."""
    if publisher.topic_type != kind:
        return f"it sends {publisher.topic_type}, expected {kind}"
    compatible, reason = qos_check_compatible(publisher.qos_profile, wanted)
    if compatible != QoSCompatibility.ERROR:
        return ""
    told = reason.replace("ERROR: ", "").strip(" ;").lower()
    return f"incompatible QoS, {told}; mend it there or by qos_overrides.{topic}.subscription.*"


def _kind(message: type) -> str:
    return f"{message.__module__.split('.')[0]}/msg/{message.__name__}"
