"""keypoints_node with an OpenPose network: one parameter switches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pose_action_ros.msg import Keypoints

from openpose_network import add_shared_network
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from ros_support import Peer, grey, header, wait_until
from shared_data import media

Start = Callable[..., Any]


def test_people_have_the_joints_of_the_network(
    started: Start, peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path))
    add_shared_network()
    started(KeypointsNode, detector="openpose")
    received = peer.receive(Keypoints, "keypoints")
    image = cv2.VideoCapture(str(media("bow_nod.mp4"))).read()[1]
    small = np.asarray(cv2.resize(image, (480, 480)), dtype=np.uint8)
    peer.publish("image", image_message(small, header()), until=lambda: received)
    assert received[0].skeleton == "coco_18"
    (person,) = received[0].people
    assert len(person.keypoints) == 18
    assert abs(person.keypoints[0].x - 480 * 557 / 1080) < 40
    received.clear()
    peer.publish("image", image_message(grey(1, 1), header(1_700_000_001.0)))
    wait_until(lambda: len(received) == 1)
    assert received[0].people == []


def test_without_a_network_the_error_names_the_command_to_get_one(
    started: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path))
    with pytest.raises(Exception, match="models get openpose_body_25"):
        started(KeypointsNode, detector="openpose")
