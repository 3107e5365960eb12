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
from ros_support import FakeDetector, Peer, handled, person, report_of, wait_until

Start = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
RATE = 20


def send(width: int, height: int, count: int) -> None:
    """Send images from another process; return when it has ended."""
    words = [str(number) for number in (width, height, RATE, count)]
    command = [sys.executable, "-m", "benchmarks.image_sender", *words]
    subprocess.run(command, cwd=ROOT, env={**os.environ}, check=True)


@pytest.mark.parametrize(
    ("count", "least"), [(20, 1), pytest.param(100, 95, marks=pytest.mark.exhaustive)]
)
def test_large_raw_images_of_another_process_are_received(
    count: int, least: int, started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine best effort may lose some; the exhaustive case needs a free one."""
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: FakeDetector(person()))
    node = started(KeypointsNode)
    keypoints = peer.receive(Keypoints, "keypoints")
    wait_until(node.keypoints._keypoints.get_subscription_count)
    send(1280, 720, count)
    wait_until(lambda: keypoints and len(keypoints) == handled(node))
    health = report_of(node)
    assert int(health["received"]) >= least
    assert int(health["received"]) == len(keypoints) + int(health["dropped"])
    assert (keypoints[0].width, keypoints[0].height) == (1280, 720)
    assert health["people"] == "1"
