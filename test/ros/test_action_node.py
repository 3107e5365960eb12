from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pose_action_ros.msg import Action, Poses
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.conversions import poses_message
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import HUMAN36M_17
from ros_support import Peer, header, health_of, wait_until

Start = Callable[..., Any]
BEGIN = 1_700_000_000.0
RATE = 30.0


def film(seconds: float, *, person_id: int = 4) -> list[Poses]:
    """Poses messages of a simulated person, as a perfect lifter would give them."""
    scene = Scene.random(np.random.default_rng(3))
    result = []
    for number in range(round(seconds * RATE)):
        pose = scene.truth(number / RATE)[0].pose
        same = Pose3D(pose.skeleton, pose.points, pose.scores, person_id, pose.placed)
        result.append(poses_message([same], header(BEGIN + number / RATE), HUMAN36M_17))
    return result


def play(peer: Peer, messages: list[Poses]) -> None:
    """Publish at twice their rate."""
    for message in messages:
        peer.say("poses", message)
        time.sleep(0.5 / RATE)


def ready(peer: Peer) -> None:
    """Wait until the node hears what is said."""
    empty = poses_message([], header(BEGIN - 10), HUMAN36M_17)
    peer.say("poses", empty, until=lambda: health_of(peer, "action_node")["processed"] != "0")


def test_actions_carry_the_stamps_of_the_poses(started: Start, peer: Peer) -> None:
    started(ActionNode, stride=0.2)
    heard = peer.hear(Action, "action")
    ready(peer)
    poses = film(4.0)
    play(peer, poses)
    wait_until(lambda: len(heard) > 5)
    time.sleep(0.5)
    stamps = [message.header.stamp for message in poses]
    for action in heard:
        assert list(action.person_ids) == [4]
        assert action.header.frame_id == "camera"
        assert action.header.stamp in stamps
        assert action.window_start in stamps
        assert stamps.index(action.window_start) < stamps.index(action.header.stamp)
        np.testing.assert_allclose(sum(action.scores), 1.0, rtol=1e-3)
        assert action.label in (*action.labels, "unknown")
        assert len(action.labels) == len(action.scores) >= 12
    seconds = np.diff([stamps.index(action.header.stamp) / RATE for action in heard])
    np.testing.assert_allclose(seconds, 0.2, atol=1.01 / RATE)


def test_people_without_an_id_are_counted_and_left_out(started: Start, peer: Peer) -> None:
    started(ActionNode)
    ready(peer)
    peer.say(
        "poses",
        film(0.1, person_id=-1)[0],
        until=lambda: health_of(peer, "action_node").get("without id") == "1",
    )
    assert health_of(peer, "action_node")["errors"] == "0"


def test_bad_poses_are_counted_and_reported_and_the_node_lives(started: Start, peer: Peer) -> None:
    started(ActionNode, stride=0.0)
    heard = peer.hear(Action, "action")
    bad = film(0.1)[0]
    bad.people[0].scores = [0.5]
    peer.say(
        "poses",
        bad,
        until=lambda: "got 1 joints or scores" in health_of(peer, "action_node")["last error"],
    )
    play(peer, film(3.0))
    wait_until(lambda: heard)


def test_time_that_jumps_back_empties_the_window(started: Start, peer: Peer) -> None:
    node = started(ActionNode, stride=0.0)
    heard = peer.hear(Action, "action")
    ready(peer)
    poses = film(3.0)
    play(peer, poses)
    wait_until(lambda: heard)
    time.sleep(0.3)
    heard.clear()
    play(peer, poses[:5])  # a looped recording
    time.sleep(0.3)
    assert heard == []
    assert health_of(peer, "action_node")["errors"] == "0"
    assert len(node.recogniser._people) == 1


def test_motion_images_and_labels_when_somebody_looks(started: Start, peer: Peer) -> None:
    node = started(ActionNode)
    images = peer.hear(Image, "action_node/spmf")
    markers = peer.hear(MarkerArray, "action_node/markers")
    wait_until(node.output._spmf.get_subscription_count)
    wait_until(node.output._markers.get_subscription_count)
    ready(peer)
    play(peer, film(3.0))
    wait_until(lambda: images)
    assert (images[0].encoding, images[0].width, images[0].height) == ("rgb8", 32, 32)
    wait_until(lambda: any(array.markers for array in markers))
    text = next(array.markers[0].text for array in markers if array.markers)
    label, score = text.split()
    assert label in (*node.recogniser.labels, "unknown")
    assert 0 <= float(score) <= 1
