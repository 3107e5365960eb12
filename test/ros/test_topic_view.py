"""`pose-action doctor --image-topic` with real publishers."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("pose_action_ros.msg", reason="the messages are not built")

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import String

from doctor.standin import fine, only
from pose_action_ros import cli
from pose_action_ros.camera import Intrinsics
from pose_action_ros.doctor import topic
from pose_action_ros.doctor.checks import Finding, Level, Problem
from pose_action_ros.doctor.topic import check_topic
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.images import compressed_message
from pose_action_ros.nodes.topic_view import view_topic
from ros_support import Peer, grey, grey_message, header, spinning
from waiting import eventually

SEGMENT = 2**26
BEST_EFFORT = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


KEPT = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
CALIBRATION = camera_info_message(Intrinsics(64, 48, 50.0, 50.0, 31.5, 23.5), header())


@contextmanager
def camera(
    name: str, message: Any = None, kind: type = Image, info: CameraInfo | None = CALIBRATION
) -> Iterator[Node]:
    """A camera driver; it sends 50 messages a second, or nothing, and one camera_info."""
    with spinning(lambda context: Node("camera", context=context)) as node:
        publisher = node.create_publisher(kind, name, BEST_EFFORT)
        if message is not None:
            node.create_timer(0.02, lambda: publisher.publish(message))
        if info is not None:
            node.create_publisher(CameraInfo, "camera_info", KEPT).publish(info)
        yield node


def diagnose(name: str) -> list[Finding]:
    """Findings on a topic, observed for a short time."""
    return list(check_topic(view_topic(name, seconds=0.3), SEGMENT))


def healthy(name: str) -> list[str]:
    """Findings on a topic without a problem, which a first look may miss."""
    return eventually(lambda: fine(diagnose(name)))


def problem(name: str, expected: Problem) -> Finding:
    """Finding of the only problem on a topic, which a first look may miss."""
    return eventually(lambda: only(diagnose(name), expected))


def test_images_that_arrive() -> None:
    with camera("well", grey_message()):
        publishing, arriving, calibrated = healthy("well")
    assert publishing.startswith("/camera publishes sensor_msgs/msg/Image on /well, best_effort")
    assert re.fullmatch(r"[\d.]+ images per second, 64x48 bgr8, 0\.01 MB each", arriving)
    assert calibrated == "/camera_info: focal lengths 50, 50 px, no distortion"


def test_compressed_images_that_arrive() -> None:
    message = compressed_message(grey(), header())
    with camera("small/compressed", message, CompressedImage):
        publishing, arriving, _ = healthy("small/compressed")
    assert publishing.endswith("image:=/small image_transport:=compressed")
    assert "format 'bgr8; jpeg compressed bgr8'" in arriving


def test_a_topic_of_another_type() -> None:
    def wrong_type() -> Finding:
        found = only(diagnose("words"), topic.WRONG_TYPE)
        assert "/elsewhere" in found.remedy
        return found

    with camera("words", String(data="x"), String), camera("elsewhere", grey_message()):
        found = eventually(wrong_type)
    assert found.text == "/camera publishes std_msgs/msg/String on /words"


def test_a_subscription_that_asks_for_more_than_is_offered(peer: Peer) -> None:
    with camera("strict", grey_message()):
        peer.receive(Image, "strict", reliable=True)
        found = problem("strict", topic.INCOMPATIBLE)
    assert found.text.startswith("/camera and /peer do not connect: ")
    assert "reliable" in found.text
    assert "qos_overrides" in found.remedy


def test_subscriptions_that_fit(peer: Peer) -> None:
    with camera("fitting", grey_message()):
        peer.receive(Image, "fitting", reliable=False)
        healthy("fitting")


def test_a_topic_without_publisher() -> None:
    def no_publisher() -> Finding:
        view = view_topic("image", seconds=0.3, patience=1.0)
        found = only(check_topic(view, SEGMENT), topic.NO_PUBLISHER)
        assert "/image_raw" in found.remedy
        return found

    with camera("image_raw", grey_message()):
        found = eventually(no_publisher)
    assert found.text == "no publisher on /image"


def test_a_camera_that_sends_nothing() -> None:
    def silence() -> Finding:
        return only(check_topic(view_topic("silent", patience=3.0), SEGMENT), topic.SILENT)

    with camera("silent"):
        found = eventually(silence)
    assert found.text == "no image on /silent within 3 s"


def _without_pixels() -> Image:
    return Image(header=header(), width=2, height=2, step=6, encoding="bgr8", data=array("B", b"x"))


def _with_unknown_encoding() -> Image:
    message = grey_message()
    message.encoding = "32FC7"
    return message


@pytest.mark.parametrize("make", [_without_pixels, _with_unknown_encoding])
def test_images_that_cannot_be_read(make: Callable[[], Image]) -> None:
    with camera("odd", make()):
        found = problem("odd", topic.UNREADABLE)
    assert found.text


def test_a_camera_without_calibration() -> None:
    zeros = CameraInfo(width=64, height=48)
    for info, text in (
        (None, "no camera_info on /camera_info"),
        (zeros, "/camera_info is not used: K is zero, the camera is not calibrated"),
    ):
        with camera("bare", grey_message(), info=info):
            assert problem("bare", topic.CAMERA_INFO).text == text


def test_depth_images() -> None:
    message = grey_message()
    message.encoding = "16UC1"
    with camera("near", message):
        found = problem("near", topic.DEPTH)
    assert "16UC1 are probably depth" in found.text
    assert "/near" not in found.remedy


def test_two_cameras_on_one_topic() -> None:
    with camera("both", grey_message()), camera("both", grey_message()):
        found = problem("both", topic.SEVERAL)
    assert found.text == "/both has 2 publishers: /camera, /camera"


def test_the_command_looks_at_the_topic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def output() -> str:
        assert cli.main(["doctor", "--image-topic", "/driver"]) == 0
        return capsys.readouterr().out

    monkeypatch.setattr("pose_action_ros.cli.doctor.CHECKS", {})
    with camera("driver", grey_message()):
        text = eventually(output)
    assert "Image topic\n  ok    /camera publishes" in text
    assert Level.ERROR.value not in text.rpartition("\nerrors: 0")[0].rpartition("Image topic")[2]
