from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pose_action_ros.msg import Keypoints

from pose_action_ros.nodes import keypoints_node
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from ros_support import FakeDetector, Peer, health_of, person, wait_until

Start = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
COUNT, RATE = 100, 20


def send(width: int, height: int) -> None:
    """Send images from another process; return when it has ended."""
    words = [str(number) for number in (width, height, RATE, COUNT)]
    command = [sys.executable, "-m", "benchmarks.image_sender", *words]
    subprocess.run(command, cwd=ROOT, env={**os.environ}, check=True)


def test_large_raw_images_of_another_process_are_received(
    started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector(person()))
    node = started(KeypointsNode)
    heard = peer.hear(Keypoints, "keypoints")
    send(1280, 720)
    wait_until(lambda: health_of(peer, "keypoints_node")["rate in [Hz]"] == "0.00")
    values = health_of(peer, "keypoints_node")
    assert int(values["received"]) >= 0.95 * COUNT
    assert len(heard) + int(values["dropped"]) == int(values["received"])
    assert (heard[0].width, heard[0].height) == (1280, 720)
    assert node.health.facts["people"] == "1"


def test_a_detector_slower_than_the_camera_sees_the_last_image(
    started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = FakeDetector(person(), delay=0.2)
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: slow)
    started(KeypointsNode)
    heard = peer.hear(Keypoints, "keypoints")
    send(640, 480)
    wait_until(lambda: health_of(peer, "keypoints_node")["rate out [Hz]"] == "0.00")
    values = health_of(peer, "keypoints_node")
    received, dropped = int(values["received"]), int(values["dropped"])
    assert received >= 0.95 * COUNT
    assert dropped >= received // 2
    assert len(heard) == received - dropped
    first, last = (message.header.stamp for message in (heard[0], heard[-1]))
    # from the first to the last of all, not to one that waited in a queue
    assert last.sec - first.sec + (last.nanosec - first.nanosec) / 1e9 > (COUNT - 5) / RATE
