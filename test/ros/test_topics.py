from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import String

from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.topics import Input, Sender, input_findings, mismatch, subscribe

IMAGE = "sensor_msgs/msg/Image"
GOOD, BAD = Sender("/camera"), Sender("/eye", "it sends x")


@pytest.mark.parametrize(
    ("peers", "silent", "expected"),
    [
        ((GOOD,), False, []),
        ((GOOD,), True, []),
        ((), False, []),
        ((), True, [Finding(Level.ERROR, f"no publisher on /image ({IMAGE})")]),
        ((BAD,), True, [Finding(Level.ERROR, "nothing arrives on /image from /eye: it sends x")]),
        (
            (BAD, GOOD),
            False,
            [Finding(Level.WARN, "nothing arrives on /image from /eye: it sends x")],
        ),
    ],
)
def test_reasons_why_messages_do_not_arrive(
    peers: tuple[Sender, ...], silent: bool, expected: list[Finding]
) -> None:
    assert input_findings([Input("/image", IMAGE, peers)], silent=silent) == expected


def test_only_the_first_input_is_required() -> None:
    first, other = Input("/image", IMAGE, (GOOD,)), Input("/action", "pose_action_ros/msg/Action")
    assert input_findings([first, other], silent=True) == []
    wrong = Input(other.topic, other.kind, (BAD,))
    assert [found.level for found in input_findings([first, wrong], silent=True)] == [Level.WARN]


def qos(*, reliable: bool, keep: bool = False) -> QoSProfile:
    return QoSProfile(
        depth=1,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if keep else DurabilityPolicy.VOLATILE,
    )


@pytest.mark.parametrize(
    ("kind", "offered", "requested", "words"),
    [
        (IMAGE, qos(reliable=True), qos(reliable=False), ""),
        (IMAGE, qos(reliable=True, keep=True), qos(reliable=True), ""),
        ("std_msgs/msg/String", qos(reliable=True), qos(reliable=True), "it sends std_msgs"),
        (IMAGE, qos(reliable=False), qos(reliable=True), "best effort publisher and reliable"),
        (IMAGE, qos(reliable=True), qos(reliable=True, keep=True), "volatile publisher"),
    ],
)
def test_reasons_why_a_publisher_does_not_serve_a_subscription(
    kind: str, offered: QoSProfile, requested: QoSProfile, words: str
) -> None:
    publisher = SimpleNamespace(topic_type=kind, qos_profile=offered)
    reason = mismatch("/image", IMAGE, publisher, requested)
    assert bool(reason) == bool(words)
    assert words in reason
    if "publisher" in words:
        assert "qos_overrides./image.subscription.*" in reason


def test_messages_that_the_middleware_loses_are_counted() -> None:
    made: list[Any] = []
    node = SimpleNamespace(create_subscription=lambda *_, **options: made.append(options))
    lost: list[int] = []
    subscribe(cast("Node", node), String, "text", print, depth=1, lost=lost.append)
    made[0]["event_callbacks"].message_lost(SimpleNamespace(total_count_change=3))
    assert lost == [3]
