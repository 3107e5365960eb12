"""Reports on /diagnostics about problems around a node, over DDS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from ros_support import FakeDetector, Peer, grey, health_of, person, wait_until

Start = Callable[..., Any]
WARN, ERROR = "1", "2"


@pytest.fixture(autouse=True)
def _detector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector(person()))


def report_with(peer: Peer, words: str) -> dict[str, str]:
    """Wait for a report with a text; return it."""
    found: dict[str, str] = {}

    def reported() -> bool:
        found.update(health_of(peer, "keypoints_node"))
        return words in found["message"]

    wait_until(reported)
    return found


def image(peer: Peer, offset: float = 0.0) -> Image:
    """An image with the stamp of now, or of some seconds later."""
    now = peer.get_clock().now().nanoseconds + round(offset * 1e9)
    stamp = Time(sec=now // 10**9, nanosec=now % 10**9)
    return image_message(grey(), Header(stamp=stamp, frame_id="camera"))


def test_a_missing_publisher_and_one_that_stops(started: Start, peer: Peer) -> None:
    started(KeypointsNode)
    found = report_with(peer, "no publisher on /image (sensor_msgs/msg/Image)")
    assert (found["level"], found["publishers"], found["topic"]) == (ERROR, "none", "/image")
    output = peer.output(Image, "image")

    def fine() -> bool:
        output.publish(image(peer))
        found.update(health_of(peer, "keypoints_node"))
        return found["level"] == "0"

    wait_until(fine)
    assert "per second" in found["message"]
    assert (found["engine"], found["people"], found["publishers"]) == ("imagination", "1", "/peer")
    assert float(found["age on arrival [ms]"]) > 0
    assert float(found["age when done [ms]"]) > 0
    assert report_with(peer, "no image for ")["level"] in (
        WARN,
        ERROR,
    )  # late when the machine is busy


def test_a_publisher_with_incompatible_qos(started: Start, peer: Peer) -> None:
    started(KeypointsNode, **{"qos_overrides./image.subscription.reliability": "reliable"})
    best_effort = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    peer.create_publisher(Image, "image", best_effort)
    found = report_with(peer, "nothing arrives on /image from /peer: incompatible QoS, best effort")
    assert "qos_overrides./image.subscription" in found["message"]
    wait_until(lambda: health_of(peer, "keypoints_node")["level"] == ERROR)


def test_a_publisher_of_another_type(started: Start, peer: Peer) -> None:
    peer.create_publisher(String, "image", 1)
    started(KeypointsNode)
    report_with(peer, "from /peer: it sends std_msgs/msg/String, expected sensor_msgs/msg/Image")


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (5.0, "s in the future by this node's clock"),
        (-60.0, "s old on arrival by this node's clock"),
    ],
)
def test_a_camera_with_a_wrong_clock(offset: float, words: str, started: Start, peer: Peer) -> None:
    started(KeypointsNode)
    output = peer.output(Image, "image")
    found: dict[str, str] = {}

    def reported() -> bool:
        output.publish(image(peer, offset))
        found.update(health_of(peer, "keypoints_node"))
        return words in found["message"]

    wait_until(reported)
    assert found["level"] == WARN
    assert float(found["age on arrival [ms]"]) == pytest.approx(-1000 * offset, abs=3000)


def test_negative_stamps_are_reported(started: Start, peer: Peer) -> None:
    started(KeypointsNode)
    broken = image_message(grey(), Header(stamp=Time(sec=-5), frame_id="camera"))
    peer.publish(
        "image", broken, until=lambda: "old on arrival" in report_with(peer, "image")["message"]
    )


def test_simulated_time_that_is_missing_and_that_jumps_back(started: Start, peer: Peer) -> None:
    started(KeypointsNode, use_sim_time=True)
    report_with(peer, "use_sim_time is on, but there is no publisher on /clock")
    for seconds in (500, 200):
        clock = Clock(clock=Time(sec=seconds))
        peer.publish("/clock", clock, until=lambda: _settled(peer))
    report_with(peer, "the clock jumped back by 300.0 s")


def _settled(peer: Peer) -> bool:
    health_of(peer, "keypoints_node")
    return "/clock" not in health_of(peer, "keypoints_node")["message"]
