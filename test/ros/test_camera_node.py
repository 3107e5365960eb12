from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pose_action_ros.msg import Action, Keypoints, Poses
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from pose_action_ros.errors import SourceError
from pose_action_ros.messages.compressed import bgr_from_compressed
from pose_action_ros.nodes.camera_node import CameraNode
from pose_action_ros.nodes.conversions import people_from_keypoints, people_from_poses
from pose_action_ros.nodes.images import image_from
from ros_support import Peer, wait_until

Start = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five images, each of one grey."""
    for number in range(5):
        cv2.imwrite(str(tmp_path / f"{number}.png"), plain(number))
    return tmp_path


def plain(number: int) -> npt.NDArray[np.uint8]:
    return np.full((48, 64, 3), 20 + 40 * number, np.uint8)


def stamps(messages: list[Any]) -> list[float]:
    """Stamps [s] after the first."""
    all_ns = [item.header.stamp.sec * 10**9 + item.header.stamp.nanosec for item in messages]
    return [(stamp - all_ns[0]) / 1e9 for stamp in all_ns]


def test_a_folder_is_published_at_its_rate_with_the_frame_asked_for(
    started: Start, peer: Peer, folder: Path
) -> None:
    started(CameraNode, source=str(folder), rate=10.0, frame_id="left_eye")
    received = peer.receive(Image, "image")
    wait_until(lambda: len(received) >= 4)
    assert received[0].header.frame_id == "left_eye"
    shown = [int(image_from(message)[0, 0, 0]) for message in received]
    assert shown == sorted(set(shown))
    steps = np.diff(stamps(received[:4]))
    np.testing.assert_allclose(steps, np.round(steps * 10) / 10, atol=1e-6)


def test_a_looped_folder_goes_on_with_later_stamps(
    started: Start, peer: Peer, folder: Path
) -> None:
    started(CameraNode, source=str(folder), rate=30.0, loop=True)
    received = peer.receive(Image, "image")
    wait_until(lambda: len(received) >= 12)
    assert all(later > earlier for earlier, later in pairwise(stamps(received)))


def test_jpeg_is_made_on_demand(started: Start, peer: Peer, folder: Path) -> None:
    node = started(CameraNode, source=str(folder), rate=20.0, loop=True)
    received = peer.receive(CompressedImage, "image/compressed")
    wait_until(lambda: received)
    assert bgr_from_compressed(received[0]).shape == (48, 64, 3)
    assert node.topics._image.get_subscription_count() == 0


def test_the_node_is_finished_after_the_last_image(
    started: Start, peer: Peer, folder: Path
) -> None:
    node = started(CameraNode, source=str(folder), rate=100.0, exit_at_end=True)
    peer.receive(Image, "image")
    wait_until(node.finished.done)


def test_playback_starts_at_the_first_subscription(
    started: Start, peer: Peer, folder: Path
) -> None:
    node = started(CameraNode, source=str(folder), rate=100.0)
    assert node.health.report().values["received"] == "0"
    received = peer.receive(Image, "image")
    wait_until(lambda: received)


def test_simulated_people_come_with_the_truth(started: Start, peer: Peer) -> None:
    started(CameraNode, people=2, image_width=320, image_height=240, rate=10.0)
    topics = {"keypoints": Keypoints, "poses": Poses, "action": Action}
    truth = {name: peer.receive(kind, f"camera_node/truth/{name}") for name, kind in topics.items()}
    infos, images = peer.receive(CameraInfo, "camera_info"), peer.receive(Image, "image")
    wait_until(lambda: len(images) > 3 and all(len(received) > 8 for received in truth.values()))
    header = images[2].header
    keypoints = next(item for item in truth["keypoints"] if item.header == header)
    poses = next(item for item in truth["poses"] if item.header == header)
    camera = next(item for item in infos if item.header == header)
    assert (camera.width, camera.height) == (320, 240)
    assert len(people_from_keypoints(keypoints)) == len(people_from_poses(poses)) == 2
    actions = [item for item in truth["action"] if item.header == header]
    assert {item.person_ids[0] for item in actions} == {item.id for item in poses.people}
    assert all(item.label and item.score == 1.0 for item in actions)


@pytest.mark.usefixtures("peer")
def test_a_missing_source_is_reported_at_start(started: Start) -> None:
    with pytest.raises(SourceError, match="no source '/nowhere'"):
        started(CameraNode, source="/nowhere")


def test_deactivation_pauses_and_activation_resumes(
    started: Start, peer: Peer, folder: Path
) -> None:
    node = started(CameraNode, source=str(folder), rate=50.0, loop=True)
    received = peer.receive(Image, "image")
    wait_until(lambda: received)
    node.trigger_deactivate()
    assert node._thread is None
    received.clear()
    node.trigger_activate()
    wait_until(lambda: received)
