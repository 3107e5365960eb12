from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Action, Keypoints
from sensor_msgs.msg import CompressedImage, Image

from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.images import compressed_message, image_from, image_message
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from pose_action_ros.nodes.stamps import seconds_of
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
LATER = 1_700_000_001.0
COUNT = 67
RATE = 30.0


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


def test_people_beyond_the_limit_are_reported(
    started: Start, peer: Peer, detector: FakeDetector
) -> None:
    node = started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    peer.publish("image", grey_message(), until=lambda: received)
    assert "max_people" not in report_of(node)["message"]
    detector.surplus = 2
    assert "3 people found, max_people is 10" in report_of(node)["message"]


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


RED = (10, 20, 240)  # as B, G, R


@pytest.mark.parametrize(
    ("form", "pixels"),
    [("rgb8; jpeg compressed bgr8", "bgr"), ("rgb8; jpeg compressed rgb8", "rgb")],
)
def test_the_format_of_compressed_images_names_their_colours(
    form: str, pixels: str, started: Start, peer: Peer, detector: FakeDetector
) -> None:
    started(KeypointsNode, image_transport="compressed")
    received = peer.receive(Keypoints, "keypoints")
    shown = np.full((48, 64, 3), RED if pixels == "bgr" else RED[::-1], np.uint8)
    message = compressed_message(shown, header())
    message.format = form
    peer.publish("image/compressed", message, until=lambda: received)
    assert np.abs(detector.seen[0].astype(int) - RED).max() < 8


def test_images_of_16_bit_and_depth(started: Start, peer: Peer, detector: FakeDetector) -> None:
    node = started(KeypointsNode)
    received = peer.receive(Keypoints, "keypoints")
    deep = np.full((48, 64, 3), RED[::-1], "<u2") * 257
    message = Image(header=header(), height=48, width=64, encoding="rgb16", step=6 * 64)
    message.data = array("B", deep.tobytes())
    peer.publish("image", message, until=lambda: received)
    assert (detector.seen[0] == RED).all()
    assert "depth" not in report_of(node)["message"]
    message.header, message.encoding, message.step = header(LATER), "16UC1", 2 * 64
    peer.publish("image", message, until=lambda: received[-1].header == header(LATER))
    assert "the encoding 16UC1 are probably depth" in report_of(node)["message"]


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
    peer.publish("image", grey_message(LATER), until=lambda: received)
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
    peer.publish("image", grey_message(LATER), until=lambda: received)
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


def results(node: KeypointsNode, peer: Peer, stamps: Sequence[float]) -> list[Keypoints]:
    """The results for images with these stamps [s], after that of one more a second before."""
    received = peer.receive(Keypoints, "keypoints")
    wait_until(node.keypoints._keypoints.get_subscription_count)
    begin = 1_700_000_000.0 - 1.0 if any(stamps) else 0.0
    peer.publish("image", grey_message(begin), until=lambda: received)
    peer.feed(node, "image", map(grey_message, stamps))
    wait_until(lambda: len(received) == int(report_of(node)["processed"]))
    return received


def ids(found: Sequence[Keypoints]) -> set[int]:
    return {one.id for message in found for one in message.people}


def seconds(found: Sequence[Keypoints]) -> list[float]:
    return [round(seconds_of(message.header.stamp), 3) for message in found]


def rising(count: int = COUNT) -> list[float]:
    return [round(1_700_000_000 + number / RATE, 3) for number in range(count)]


def test_late_images_are_dropped_counted_and_reported(
    started: Start, peer: Peer, detector: FakeDetector
) -> None:
    node = started(KeypointsNode)
    stamps = rising()
    for place in (10, 30, 66):
        stamps[place - 1 : place + 1] = stamps[place], stamps[place - 1]
    found = results(node, peer, stamps)
    assert len(ids(found)) == 1
    late = {stamps[10], stamps[30], stamps[66]}
    assert seconds(found)[1:] == sorted({*stamps} - late)
    report = report_of(node)
    assert report["late"] == "3"
    assert detector.resets == 0


def test_a_late_image_is_in_the_diagnostics(
    started: Start, peer: Peer, detector: FakeDetector
) -> None:
    node = started(KeypointsNode)
    results(node, peer, rising(3))
    peer.feed(node, "image", [grey_message(rising()[1])])
    report = report_of(node)
    assert report["message"].startswith("1 image messages older than the newest")
    assert report["level"] == "1"
    assert detector.resets == 0


@pytest.mark.parametrize("every", [1, 7])
def test_images_without_a_stamp_have_the_time_of_arrival(
    every: int, started: Start, peer: Peer, detector: FakeDetector
) -> None:
    node = started(KeypointsNode)
    stamps = [0.0 if number % every == 0 else stamp for number, stamp in enumerate(rising())]
    found = results(node, peer, stamps)
    assert len(ids(found)) == 1
    assert (np.diff(seconds(found)) > 0).all()
    assert detector.resets == 0

    def reported() -> bool:
        peer.feed(node, "image", [grey_message(0.0)])
        return "image without a stamp: the time of its arrival" in report_of(node)["message"]

    wait_until(reported)  # the node's own reports take the counts, too
    if every == 1:
        now = node.get_clock().now().nanoseconds / 1e9
        assert seconds(found)[-1] == pytest.approx(now, abs=60)


def test_new_ids_after_time_jumped_back(started: Start, peer: Peer, detector: FakeDetector) -> None:
    node = started(KeypointsNode)
    found = results(node, peer, rising() * 2)
    assert len(ids(found)) == 2
    assert detector.resets == 1
    assert len(found) == 2 * COUNT  # with the one before; the first of the second round is late
    assert "stamps jumped back by 2.2 s" in report_of(node)["message"]


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
