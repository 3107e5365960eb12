from __future__ import annotations

import time
from collections.abc import Callable
from math import nan
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Point
from pose_action_ros.msg import Action, Poses
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from action_models import LABELS
from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.conversions import poses_message
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import HUMAN36M_17
from ros_support import Peer, header, health_of, wait_until

Start = Callable[..., Any]
BEGIN = 1_700_000_000.0
RATE = 30.0


@pytest.fixture
def model(action_model: Path) -> dict[str, str]:
    """The parameter that chooses a small model."""
    return {"action_model": str(action_model)}


def film(
    seconds: float, *, ids: tuple[int, ...] = (4,), placed: bool = True, begin: float = BEGIN
) -> list[Poses]:
    """Poses messages of one simulated motion, as a perfect lifter would give them.

    Who comes later in `ids` is each a metre further to the right.
    """
    scene = Scene.random(np.random.default_rng(3))
    result = []
    for number in range(round(seconds * RATE)):
        pose = scene.truth(number / RATE)[0].pose
        people = [
            Pose3D(pose.skeleton, pose.points + place, pose.scores, key, placed)
            for key, place in zip(ids, np.eye(3)[0] * np.arange(len(ids))[:, None], strict=True)
        ]
        result.append(poses_message(people, header(begin + number / RATE), HUMAN36M_17))
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


def change(peer: Peer, name: str, value: str | float) -> SetParametersResult:
    """The answer to a change of a parameter."""
    parameter = Parameter(name, value=value).to_parameter_msg()
    request = SetParameters.Request(parameters=[parameter])
    return peer.call(SetParameters, "action_node/set_parameters", request).results[0]


def test_actions_carry_the_stamps_of_the_poses(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    started(ActionNode, stride=0.2, **model)
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
        assert tuple(action.labels) == LABELS
        assert len(action.scores) == len(LABELS)
    seconds = np.diff([stamps.index(action.header.stamp) / RATE for action in heard])
    np.testing.assert_allclose(seconds, 0.2, atol=1.01 / RATE)


def test_people_without_an_id_are_counted_and_left_out(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    started(ActionNode, **model)
    ready(peer)
    peer.say(
        "poses",
        film(0.1, ids=(-1,))[0],
        until=lambda: health_of(peer, "action_node").get("without id") == "1",
    )
    assert health_of(peer, "action_node")["errors"] == "0"


def bad_poses() -> dict[str, Poses]:
    """What a broken node may send, by the words with which it is refused."""
    bad = dict(zip(BAD, (film(0.1)[0] for _ in BAD), strict=True))
    scores, joints, skeleton, unseen, zeros, twice = bad.values()
    scores.people[0].scores = [0.5]
    joints.people[0].joints = joints.people[0].joints[:16]
    skeleton.skeleton = "octopus_8"
    unseen.people[0].joints = [Point(x=nan, y=nan, z=nan)] * 17
    zeros.people[0].joints = [Point()] * 17
    twice.people = twice.people * 2
    return bad


BAD = (
    "got 1 joints or scores",
    "got 16 joints or scores",
    "unknown skeleton 'octopus_8'",
    "NaN with a score above 0",
    "all joints at one place",
    "got person ids [4, 4]",
)


def test_bad_poses_are_counted_and_reported_and_the_node_lives(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    started(ActionNode, stride=0.0, **model)
    heard = peer.hear(Action, "action")
    ready(peer)
    for words, bad in bad_poses().items():
        peer.say(
            "poses",
            bad,
            until=lambda: words in health_of(peer, "action_node")["last error"],  # noqa: B023
        )
    assert int(health_of(peer, "action_node")["errors"]) >= len(BAD)
    assert heard == []
    play(peer, film(3.0))
    wait_until(lambda: heard)


def test_who_is_seen_for_a_moment_or_has_no_joints_gets_no_answer(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.0, **model)
    heard = peer.hear(Action, "action")
    ready(peer)
    messages = film(3.0)
    messages[5].people += film(0.1, ids=(8,))[0].people
    for message in messages:
        nobody = film(0.1, ids=(9,))[0].people[0]
        nobody.joints, nobody.scores = [Point(x=nan, y=nan, z=nan)] * 17, [0.0] * 17
        message.people.append(nobody)
    play(peer, messages)
    wait_until(lambda: heard and heard[-1].header.stamp == messages[-1].header.stamp)
    assert {tuple(action.person_ids) for action in heard} == {(4,)}
    assert list(node.action.recogniser._followed) == [(4,)]
    assert health_of(peer, "action_node")["errors"] == "0"


def test_time_that_jumps_back_empties_the_window(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.0, **model)
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
    assert len(node.action.recogniser._followed) == 1


def texts(arrays: list[MarkerArray]) -> list[str]:
    """What was written over heads."""
    return [marker.text for array in arrays for marker in array.markers]


def test_motion_images_and_labels_when_somebody_looks(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, **model)
    images = peer.hear(Image, "action_node/spmf")
    markers = peer.hear(MarkerArray, "action_node/markers")
    wait_until(node.action._spmf.get_subscription_count)
    wait_until(node.action._markers.get_subscription_count)
    ready(peer)
    play(peer, film(3.0))
    wait_until(lambda: images)
    assert (images[0].encoding, images[0].width, images[0].height) == ("rgb8", 32, 48)
    wait_until(lambda: any(" " in text for text in texts(markers)))
    assert texts(markers)[0] == "#4"  # before the first answer
    number, label, score = next(text for text in texts(markers) if " " in text).split()
    assert number == "#4"
    assert label in (*node.action.recogniser.labels, "unknown")
    assert 0 <= float(score) <= 1


def test_the_model_is_changed_while_poses_flow_and_none_is_lost(
    started: Start, peer: Peer, model: dict[str, str], other_action_model: Path
) -> None:
    started(ActionNode, stride=0.0, min_filled=0.05, **model)
    heard = peer.hear(Action, "action")
    ready(peer)
    before = int(health_of(peer, "action_node")["received"])
    messages = film(8.0)
    playing = Thread(target=play, args=(peer, messages))
    playing.start()
    wait_until(lambda: heard)
    wrong = change(peer, "action_model", "no/such.onnx")
    count = len(heard)
    wait_until(lambda: len(heard) > count)
    kept = tuple(heard[-1].labels)
    right = change(peer, "action_model", str(other_action_model))
    wait_until(lambda: tuple(heard[-1].labels) == ("sitting", "falling"))
    playing.join()
    assert not wrong.successful
    assert "no model 'no/such.onnx'" in wrong.reason
    assert kept == LABELS
    assert right.successful, right.reason
    wait_until(lambda: heard[-1].header.stamp == messages[-1].header.stamp)
    sets = [tuple(action.labels) for action in heard]
    changed = sets.index(("sitting", "falling"))
    assert set(sets[:changed]) == {LABELS}
    assert set(sets[changed:]) == {("sitting", "falling")}
    health = health_of(peer, "action_node")
    assert (health["dropped"], health["errors"]) == ("0", "0")
    assert int(health["received"]) == before + len(messages)
    assert health["model"] == str(other_action_model)
    assert (health["engine"], health["labels"]) == ("onnxruntime", "2")


def test_interactions_name_both_people_and_are_written_over_both(
    started: Start, peer: Peer, interaction_model: Path
) -> None:
    started(ActionNode, action_model=str(interaction_model))
    heard, images = peer.hear(Action, "action"), peer.hear(Image, "action_node/spmf")
    markers = peer.hear(MarkerArray, "action_node/markers")
    ready(peer)
    play(peer, film(3.0, ids=(9, 4)))
    wait_until(lambda: heard and images and any(" " in text for text in texts(markers)))
    assert {tuple(action.person_ids) for action in heard} == {(4, 9)}
    assert {action.label for action in heard} <= {"hugging", "shaking_hands"}
    assert (images[0].width, images[0].height) == (32, 96)
    one, other = next(array.markers for array in markers if " " in "".join(texts([array])))
    assert {one.id, other.id} == {4, 9}
    assert {one.text.split()[0], other.text.split()[0]} == {"#4", "#9"}
    assert one.text.split()[1:] == other.text.split()[1:]
    assert change(peer, "interaction_distance", 0.5).successful
    heard.clear()
    play(peer, film(2.0, ids=(9, 4), begin=BEGIN + 4))
    time.sleep(0.3)
    assert heard == []
