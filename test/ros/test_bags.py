"""A bag processed without ROS has the results that the nodes publish, image by image.

BAG_IMAGES=2000 in the environment makes the bag longer; `process` restarts its detector at 3000.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pose_action_ros.msg import Action, Keypoints, Poses
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from bag_files import START, camera_info, raw, write_bag
from pose_action_ros import cli, pipeline
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from ros_support import FakeDetector, Peer, header, wait_until

Start = Callable[..., Any]
MARKERS = ("/lifter_node/markers", "/action_node/markers")
KINDS = {
    "/keypoints": Keypoints,
    "/poses": Poses,
    "/action": Action,
    **dict.fromkeys(MARKERS, MarkerArray),
}
COUNT, RATE = int(os.environ.get("BAG_IMAGES", "75")), 20.0


class Film(FakeDetector):
    """Detector of the simulated people at the time encoded in an image's colour; none in black."""

    def __init__(self, settings: DetectorSettings) -> None:
        super().__init__()
        self.settings = settings
        self._scene = Scene.random(np.random.default_rng(3), 2, ("clapping", "bowing"))

    def __call__(self, image: npt.NDArray[np.uint8]) -> tuple[Pose2D, ...]:
        number = int(image[0, 0, 0]) + 256 * int(image[0, 0, 1])
        seen = [item.keypoints for item in self._scene.truth(number / RATE)] if number else []
        # One of them is away for a while, and comes back.
        people = seen[: 1 if 30 <= number < 36 else 2]
        return tuple(Pose2D(one.skeleton, one.points, one.scores) for one in people)


@pytest.fixture(autouse=True)
def film(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pipeline, keypoints_node):
        monkeypatch.setattr(module, "make_detector", Film)


def _shade(number: int) -> npt.NDArray[np.uint8]:
    return np.full((480, 640, 3), (number % 256, number // 256, 0), np.uint8)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """A camera_info and the images, at 20 a second."""
    images = [raw(_shade(number), START + 0.1 + number / RATE) for number in range(1, COUNT + 1)]
    camera = [camera_info(640, 480, 500.0)]
    return write_bag(tmp_path / "bag", {"/eye/camera_info": camera, "/eye/image": images})


def _offline(bag: Path, tmp_path: Path) -> dict[str, list[Any]]:
    """Results of `pose-action process`, read by ROS from the bag that it writes."""
    made = tmp_path / "results.mcap"
    words = ["process", bag, "--output", tmp_path / "out", "--no-video", "--write-bag", made]
    assert cli.main([str(word) for word in words]) == 0
    offline: dict[str, list[Any]] = {topic: [] for topic in KINDS}
    with Reader(made) as reader:
        read = [item for item in reader.connections if item.topic in KINDS]
        for connection, _, data in reader.messages(read):
            kind = KINDS[connection.topic]
            offline[connection.topic].append(deserialize_message(bytes(data), kind))
    return offline


def _images(bag: Path) -> Iterator[Any]:
    """The bag's messages, as ROS reads them."""
    with Reader(bag) as reader:
        wanted = [item for item in reader.connections if item.topic == "/eye/image"]
        for _, _, data in reader.messages(wanted):
            yield deserialize_message(bytes(data), Image)


def _live(bag: Path, start: Start, peer: Peer) -> dict[str, list[Any]]:
    """Results of the three nodes over DDS; each image is sent after the results of the last."""
    start(ActionNode)
    lifter, keypoints = start(LifterNode), start(KeypointsNode)
    received = {topic: peer.receive(kind, topic) for topic, kind in KINDS.items()}
    wait_until(lambda: lifter.lifter._poses.get_subscription_count() == 2)
    wait_until(lambda: keypoints.keypoints._keypoints.get_subscription_count() == 2)
    with Reader(bag) as reader:
        cameras = [item for item in reader.connections if item.topic == "/eye/camera_info"]
        ((_, _, data),) = reader.messages(cameras)
        calibration = deserialize_message(bytes(data), CameraInfo)
    # Images without people, which change nothing, until all nodes have discovered each other.
    nothing = image_message(_shade(0), header(START - 1))
    peer.publish("camera_info", calibration, until=lambda: lifter.lifter.camera._usable)
    peer.publish("image", nothing, until=lambda: received["/poses"])
    for image in _images(bag):
        peer.output(Image, "image").publish(image)
        wait_until(lambda: received["/poses"][-1].header == image.header)  # noqa: B023 - at once
    return received


def _numbers(message: Any) -> npt.NDArray[np.float64]:
    """All of a message's coordinates and scores."""
    if isinstance(message, Keypoints):
        rows = [(dot.x, dot.y, dot.score) for one in message.people for dot in one.keypoints]
    elif isinstance(message, Poses):
        rows = [(dot.x, dot.y, dot.z) for one in message.people for dot in one.joints]
        rows += [(score, 0.0, 0.0) for one in message.people for score in one.scores]
    elif isinstance(message, MarkerArray):
        points = [dot for one in message.markers for dot in (*one.points, one.pose.position)]
        colours = [dot for one in message.markers for dot in (*one.colors, one.color)]
        rows = [(dot.x, dot.y, dot.z) for dot in points]
        rows += [(dot.r, dot.g, dot.b + dot.a) for dot in colours]
    else:
        rows = [(score, message.score, 0.0) for score in message.scores]
    return np.array(rows)


def _words(message: Any) -> object:
    """Everything else in a message."""
    if isinstance(message, Action):
        begin = message.window_start
        return message.header, list(message.person_ids), message.label, list(message.labels), begin
    if isinstance(message, MarkerArray):  # a text is #ID LABEL SCORE
        return [
            (one.header, one.ns, one.id, one.type, one.action, one.lifetime, one.text.split()[:2])
            for one in message.markers
        ]
    ids = [one.id for one in message.people]
    if isinstance(message, Keypoints):
        return message.header, message.width, message.height, message.skeleton, ids
    return message.header, message.skeleton, ids, [one.placement for one in message.people]


def test_nodes_and_process_give_equal_results_for_a_bag(
    bag: Path, tmp_path: Path, started: Start, peer: Peer
) -> None:
    offline = _offline(bag, tmp_path)
    assert [len(offline[topic]) for topic in ("/keypoints", "/poses")] == [COUNT, COUNT]
    assert len(offline["/action"]) > 20
    assert any(len(message.people) == 2 for message in offline["/poses"])
    received = _live(bag, started, peer)
    wait_until(lambda: len(received["/action"]) >= len(offline["/action"]))
    last = offline["/poses"][-1].header
    for topic in MARKERS:
        wait_until(lambda: received[topic][-1].markers[0].header == last)  # noqa: B023 - at once
    first = offline["/keypoints"][0].header.stamp
    for topic, messages in offline.items():
        if topic in MARKERS:
            live = received[topic][-COUNT:]
        else:
            live = [item for item in received[topic] if item.header.stamp.sec >= first.sec]
        assert [_words(item) for item in live] == [_words(item) for item in messages]
        # Messages round to single precision: now and then a grey of a motion image is another.
        near = 5e-3 if topic == "/action" else 2e-5
        for one, other in zip(live, messages, strict=True):
            np.testing.assert_allclose(_numbers(one), _numbers(other), rtol=2e-5, atol=near)
