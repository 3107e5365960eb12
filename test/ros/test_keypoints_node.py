from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Action, Keypoints
from sensor_msgs.msg import CompressedImage, Image

from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.images import compressed_message, image_from, image_message
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from ros_support import (
    FakeDetector,
    Peer,
    grey,
    grey_message,
    handled,
    header,
    person,
    report_of,
    wait_until,
)

Start = Callable[..., Any]


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> FakeDetector:
    """A detector without a network."""
    fake = FakeDetector(person())
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: fake)
    return fake


@pytest.mark.usefixtures("detector")
def test_keypoints_have_the_stamp_frame_and_size_of_the_image(started: Start, peer: Peer) -> None:
    started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    peer.publish("image", grey_message(), until=lambda: received)
    received.clear()
    headers = [header(1_700_000_100.125, "left_eye"), header(1_700_000_100.25, "left_eye")]
    for count, sent in enumerate(headers, start=1):
        peer.publish("image", image_message(grey(320, 240), sent))
        wait_until(lambda: len(received) == count)  # noqa: B023 - called at once
    first, second = received
    assert [first.header, second.header] == headers
    assert (first.width, first.height, first.skeleton) == (320, 240, "body_25")
    assert first.people[0].id == second.people[0].id >= 0
    found = np.array([(point.x, point.y) for point in first.people[0].keypoints])
    np.testing.assert_allclose(found, person().points, rtol=1e-6)


def test_an_image_without_people_is_published_too(
    started: Start, peer: Peer, detector: FakeDetector
) -> None:
    detector.people = ()
    started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints", reliable=False)
    peer.publish("image", grey_message(), until=lambda: received)
    assert received[0].people == []


@pytest.mark.usefixtures("detector")
def test_compressed_images(started: Start, peer: Peer) -> None:
    started(KeypointsNode, image_transport="compressed")
    received = peer.receive(Keypoints, "keypoints")
    message = compressed_message(grey(320, 240), header())
    peer.publish("image/compressed", message, until=lambda: received)
    assert (received[0].width, received[0].height) == (320, 240)


def bad_images() -> dict[str, Image]:
    good = grey_message()
    changes: dict[str, dict[str, Any]] = {
        "at least one pixel": {"width": 0, "height": 0, "data": array("B")},
        "got a step of 100 bytes": {"step": 100},
        "unknown image encoding 'rgb9'": {"encoding": "rgb9"},
        "got 50 bytes": {"data": array("B", bytes(50))},
    }
    plain = {name: getattr(good, name) for name in ("width", "height", "step", "encoding", "data")}
    return {
        words: Image(header=good.header, **{**plain, **change}) for words, change in changes.items()
    }


@pytest.mark.parametrize("words", list(bad_images()))
@pytest.mark.usefixtures("detector")
def test_a_bad_image_is_counted_and_reported_and_the_node_survives(
    words: str, started: Start, peer: Peer
) -> None:
    node = started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    bad = bad_images()[words]
    peer.publish("image", bad, until=lambda: handled(node))
    health = report_of(node)
    assert health["errors"] != "0"
    assert words in health["last error"]
    peer.publish("image", grey_message(), until=lambda: received)
    assert received[0].width == 64


@pytest.mark.usefixtures("detector")
def test_a_truncated_jpeg_is_counted_and_reported(started: Start, peer: Peer) -> None:
    node = started(KeypointsNode, image_transport="compressed")
    message = compressed_message(grey(), header())
    bad = CompressedImage(header=message.header, format="jpeg", data=message.data[:-30])
    peer.publish("image/compressed", bad, until=lambda: handled(node))
    assert "truncated" in report_of(node)["last error"]


def test_an_unexpected_exception_is_counted_too(
    started: Start, peer: Peer, detector: FakeDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    with monkeypatch.context() as patch:
        patch.setattr(FakeDetector, "__call__", lambda *_: 1 / 0)
        peer.publish("image", grey_message(), until=lambda: handled(node))
    assert "ZeroDivisionError" in report_of(node)["last error"]
    peer.publish("image", grey_message(), until=lambda: received)
    assert detector.seen


def test_a_slow_detector_gets_the_newest_image_and_dropped_ones_are_counted(
    started: Start, peer: Peer, detector: FakeDetector
) -> None:
    node = started(KeypointsNode)
    keypoints = peer.receive(Keypoints, "keypoints")
    peer.publish("image", grey_message(99.0), until=lambda: keypoints)
    wait_until(lambda: report_of(node)["received"] == report_of(node)["processed"])
    before, processed = int(report_of(node)["received"]), handled(node)
    detector.ready.clear()
    count = len(detector.seen)
    for number in range(20):
        peer.publish("image", grey_message(100.0 + number))
        expected = str(before + number + 1)
        wait_until(lambda: report_of(node)["received"] == expected)  # noqa: B023 - called at once
        wait_until(lambda: len(detector.seen) > count)  # the first one is being processed
    detector.ready.set()
    wait_until(lambda: keypoints[-1].header == header(119.0))
    assert keypoints[-2].header == header(100.0)
    assert handled(node) == processed + 2
    assert report_of(node)["dropped"] == "18"


def test_new_ids_after_time_jumped_back(started: Start, peer: Peer, detector: FakeDetector) -> None:
    started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    peer.publish("image", grey_message(99.0), until=lambda: received)
    received.clear()
    for seconds in (100.0, 100.1, 50.0, 50.1):
        count = len(received)
        peer.publish("image", grey_message(seconds))
        wait_until(lambda: len(received) > count)  # noqa: B023 - called at once
    first, second, third, fourth = (message.people[0].id for message in received)
    assert first == second != third == fourth
    assert detector.resets == 1


@pytest.mark.usefixtures("detector")
def test_the_overlay_is_drawn_on_demand(started: Start, peer: Peer) -> None:
    node = started(KeypointsNode)
    overlays = peer.receive(Image, "keypoints_node/overlay")
    wait_until(node.keypoints._overlay.get_subscription_count)
    bowing = Action(header=header(), person_ids=[0], label="bowing", score=0.9)
    peer.publish("action", bowing, until=lambda: node.keypoints._captions._answers)
    peer.publish("image", grey_message(), until=lambda: overlays)
    assert overlays[0].header == header()
    assert (image_from(overlays[0]) != grey()).any()
