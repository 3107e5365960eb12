"""Subscriptions and publishers with their quality of service, and why no message arrives.

Subscriptions are best effort, which every publisher serves; publishers are reliable, which serves
every subscription. Parameters `qos_overrides.*` override both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined] # here in all distributions
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSCompatibility,
    QoSProfile,
    ReliabilityPolicy,
    qos_check_compatible,
)
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription

from pose_action_ros.nodes.health import Finding, Level

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

_LOOK = 0.5  # [s] between looks for publishers that keep messages
_OVERRIDABLE = QoSOverridingOptions.with_default_policies()


def best_effort(depth: int = 5) -> QoSProfile:
    """Quality of service of subscriptions."""
    return QoSProfile(
        depth=depth, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.BEST_EFFORT
    )


def reliable(depth: int = 10) -> QoSProfile:
    """Quality of service of publishers."""
    return QoSProfile(
        depth=depth, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.RELIABLE
    )


def subscribe(
    node: Node,
    kind: type,
    topic: str,
    callback: Callable[[Any], None],
    *,
    depth: int,
    lost: Callable[[int], None] | None = None,
) -> Subscription[Any]:
    """Subscribe to a topic.

    Args:
        node: with the callback.
        kind: type of the messages.
        topic: its name.
        callback: is called with each message.
        depth: capacity of the queue before the callback.
        lost: is called with each number of messages that the middleware has lost.
    """
    events = SubscriptionEventCallbacks(
        message_lost=None if lost is None else lambda event: lost(event.total_count_change)
    )
    return node.create_subscription(
        kind,
        topic,
        callback,
        best_effort(depth),
        event_callbacks=events,
        qos_overriding_options=_OVERRIDABLE,
    )


class KeptMessages:
    """The message that publishers of a topic keep for later subscriptions (transient local).

    The subscription itself matches every publisher, and so receives new messages alone. A second
    one, which gets the kept message, is made while a publisher offers it; others would report it as
    incompatible.

    Args:
        node: with the subscription.
        subscription: gives topic and callback.
    """

    def __init__(self, node: Node, subscription: Subscription[Any]) -> None:
        self._node, self._subscription = node, subscription
        self._second: Subscription[Any] | None = None
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_LOOK, self._look, clock=steady)

    def _look(self) -> None:
        topic, kept = self._subscription.topic_name, DurabilityPolicy.TRANSIENT_LOCAL
        offers = self._node.get_publishers_info_by_topic(topic)
        if self._second is None and any(one.qos_profile.durability == kept for one in offers):
            self._second = self._node.create_subscription(
                self._subscription.msg_type,
                topic,
                self._subscription.callback,
                QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=kept),
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
            )

    def close(self) -> None:
        """Destroy the second subscription."""
        self._node.destroy_timer(self._timer)
        if self._second is not None:
            self._node.destroy_subscription(self._second)


class Publishers:
    """Publishers of a node that are created and destroyed together.

    Attributes:
        publishers: all of them.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self.publishers: list[Publisher[Any]] = []

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in self.publishers:
            self._node.destroy_publisher(publisher)
        self.publishers = []

    def _add(self, kind: type, topic: str, depth: int = 10) -> Publisher[Any]:
        publisher: Publisher[Any] = self._node.create_publisher(
            kind, topic, reliable(depth), qos_overriding_options=_OVERRIDABLE
        )
        self.publishers.append(publisher)
        return publisher


@dataclass(frozen=True)
class Sender:
    """A node that publishes on a topic; `mismatch` is why no message can arrive, or empty."""

    name: str
    mismatch: str = ""


@dataclass(frozen=True)
class Input:
    """A topic that a node subscribes to.

    Attributes:
        topic: its full name.
        kind: type of its messages, e.g. sensor_msgs/msg/Image.
        senders: the nodes that publish on it.
    """

    topic: str
    kind: str
    senders: tuple[Sender, ...] = ()

    def findings(self, *, silent: bool) -> list[Finding]:
        """List the reasons why messages do not arrive.

        Args:
            silent: True if no message arrives on this required topic.
        """
        if silent and not self.senders:
            return [Finding(Level.ERROR, f"no publisher on {self.topic} ({self.kind})")]
        level = Level.ERROR if silent else Level.WARN
        return [
            Finding(level, f"nothing arrives on {self.topic} from {one.name}: {one.mismatch}")
            for one in self.senders
            if one.mismatch
        ]


def input_findings(inputs: Sequence[Input], *, silent: bool) -> list[Finding]:
    """List why messages do not arrive at a node; only its first input is required."""
    return [
        finding
        for place, item in enumerate(inputs)
        for finding in item.findings(silent=silent and place == 0)
    ]


def observe(node: Node, subscription: Subscription[Any]) -> Input:
    """The present state of a subscription of the node in the ROS graph."""
    message = subscription.msg_type
    topic, kind = subscription.topic_name, f"{message.__module__.split('.')[0]}/msg/"
    kind += message.__name__
    senders = (
        Sender(
            f"{info.node_namespace.rstrip('/')}/{info.node_name}",
            mismatch(topic, kind, info, subscription.qos_profile),
        )
        for info in node.get_publishers_info_by_topic(topic)
    )
    return Input(topic, kind, tuple(senders))


def mismatch(topic: str, kind: str, publisher: Any, requested: QoSProfile) -> str:
    """Reason for an incompatible publisher (TopicEndpointInfo); empty if it is compatible."""
    if publisher.topic_type != kind:
        return f"it sends {publisher.topic_type}, expected {kind}"
    compatible, reason = qos_check_compatible(publisher.qos_profile, requested)
    if compatible != QoSCompatibility.ERROR:
        return ""
    details = reason.replace("ERROR: ", "").strip(" ;").lower()
    return (
        f"incompatible QoS, {details}; change it there or by qos_overrides.{topic}.subscription.*"
    )
