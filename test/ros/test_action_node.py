"""Poses to actions in action_node: stamps, bad and late poses, changes of the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import nan
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Point
from pose_action_ros.msg import Action, Poses
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from action_models import LABELS
from pose_action_ros.nodes.action_node import ActionNode
from pose_action_ros.nodes.stamps import seconds_of
from pose_films import RATE, connect, film, frame
from ros_support import BEGIN, Peer, report_of, wait_until

Start = Callable[..., Any]


@pytest.fixture
def model(action_model: Path) -> dict[str, str]:
    """Parameter with a small model."""
    return {"action_model": str(action_model)}


def change(peer: Peer, name: str, value: str | float) -> SetParametersResult:
    """Change a parameter over DDS; return the answer."""
    parameter = Parameter(name, value=value).to_parameter_msg()
    request = SetParameters.Request(parameters=[parameter])
    return peer.call(SetParameters, "action_node/set_parameters", request).results[0]


def test_actions_carry_the_stamps_of_the_poses(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.2, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    poses = film(3.5)
    peer.feed(node, "poses", poses)
    stamps = [message.header.stamp for message in poses]
    wait_until(lambda: actions and stamps.index(actions[-1].header.stamp) >= len(stamps) - 7)
    for action in actions:
        assert list(action.person_ids) == [4]
        assert action.header.frame_id == "camera"
        assert action.window_start in stamps
        assert stamps.index(action.window_start) < stamps.index(action.header.stamp)
        np.testing.assert_allclose(sum(action.scores), 1.0, rtol=1e-3)
        assert action.label in (*action.labels, "unknown")
        assert tuple(action.labels) == LABELS
        assert len(action.scores) == len(LABELS)
    seconds = np.diff([stamps.index(action.header.stamp) / RATE for action in actions])
    assert len(seconds) > 4
    np.testing.assert_allclose(seconds, 0.2, atol=1.01 / RATE)


def test_people_without_an_id_are_counted_and_left_out(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, **model)
    connect(peer, node)
    peer.feed(node, "poses", film(0.1, ids=(-1,)))
    health = report_of(node)
    assert (health["without id"], health["errors"]) == ("1", "0")


def bad_poses() -> dict[str, Poses]:
    """Invalid messages by the text with which they are refused."""
    bad = dict(zip(BAD, map(frame, range(len(BAD))), strict=True))
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


def test_bad_poses_are_counted_and_reported_and_the_node_survives(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.0, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    for count, (text, bad) in enumerate(bad_poses().items(), start=1):
        peer.feed(node, "poses", [bad])
        health = report_of(node)
        assert text in health["last error"]
        assert health["errors"] == str(count)
    assert actions == []
    peer.feed(node, "poses", film(2.5, begin=BEGIN + 1))
    wait_until(lambda: actions)


def test_people_in_view_for_a_moment_or_without_joints_get_no_action(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.0, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    messages = film(2.5)
    messages[5].people += frame(0, ids=(8,)).people
    for message in messages:
        empty = frame(0, ids=(9,)).people[0]
        empty.joints, empty.scores = [Point(x=nan, y=nan, z=nan)] * 17, [0.0] * 17
        message.people.append(empty)
    peer.feed(node, "poses", messages)
    wait_until(lambda: actions and actions[-1].header.stamp == messages[-1].header.stamp)
    assert {tuple(action.person_ids) for action in actions} == {(4,)}
    assert list(node.action.recogniser._subjects) == [(4,)]
    assert report_of(node)["errors"] == "0"


def test_time_that_jumps_back_empties_the_window(
    started: Start, peer: Peer, model: dict[str, str]
) -> None:
    node = started(ActionNode, stride=0.0, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    poses = film(2.5)
    peer.feed(node, "poses", poses)
    wait_until(lambda: actions and actions[-1].header.stamp == poses[-1].header.stamp)
    peer.feed(node, "poses", poses[:5])  # a looped recording
    # Actions are published in order: one for the restarted film would come before the next.
    peer.feed(node, "poses", film(2.5, begin=BEGIN + 100))
    wait_until(lambda: actions[-1].header.stamp.sec >= BEGIN + 100)
    stamps = [action.header.stamp for action in actions]
    assert len(stamps) == len({(stamp.sec, stamp.nanosec) for stamp in stamps})
    assert report_of(node)["errors"] == "0"
    assert len(node.action.recogniser._subjects) == 1


def test_late_poses_are_dropped(started: Start, peer: Peer, model: dict[str, str]) -> None:
    node = started(ActionNode, stride=0.0, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    poses = film(2.5)
    for place in (10, 30, len(poses) - 1):
        poses[place - 1 : place + 1] = poses[place], poses[place - 1]
    peer.feed(node, "poses", poses)
    wait_until(lambda: actions and actions[-1].header.stamp == poses[-2].header.stamp)
    assert report_of(node)["late"] == "3"
    stamps = [seconds_of(action.header.stamp) for action in actions]
    assert stamps == sorted(stamps)


def test_the_model_is_changed_while_poses_arrive_and_none_is_lost(
    started: Start, peer: Peer, model: dict[str, str], other_action_model: Path
) -> None:
    node = started(ActionNode, stride=0.0, min_filled=0.05, **model)
    actions = peer.receive(Action, "action")
    connect(peer, node)
    stop, count = Event(), itertools.count()
    poses = (frame(number) for number in itertools.takewhile(lambda _: not stop.is_set(), count))
    playing = Thread(target=peer.feed, args=(node, "poses", poses))
    playing.start()
    try:
        wait_until(lambda: actions)
        wrong = change(peer, "action_model", "no/such.onnx")
        before = len(actions)
        wait_until(lambda: len(actions) > before)
        kept = tuple(actions[-1].labels)
        right = change(peer, "action_model", str(other_action_model))
        wait_until(lambda: tuple(actions[-1].labels) == ("sitting", "falling"))
    finally:
        stop.set()
        playing.join()
    assert not wrong.successful
    assert "no model 'no/such.onnx'" in wrong.reason
    assert kept == LABELS
    assert right.successful, right.reason
    sets = [tuple(action.labels) for action in actions]
    changed = sets.index(("sitting", "falling"))
    assert set(sets[:changed]) == {LABELS}
    assert set(sets[changed:]) == {("sitting", "falling")}
    health = report_of(node)
    assert (health["dropped"], health["errors"]) == ("0", "0")
    assert health["received"] == health["processed"]
    assert health["model"] == str(other_action_model)
    assert (health["engine"], health["labels"]) == ("onnxruntime", "2")


def test_people_further_apart_than_the_interaction_distance_get_no_action(
    started: Start, peer: Peer, interaction_model: Path
) -> None:
    node = started(ActionNode, action_model=str(interaction_model))
    actions = peer.receive(Action, "action")
    connect(peer, node)
    assert change(peer, "interaction_distance", 0.5).successful
    peer.feed(node, "poses", film(2.5, ids=(9, 4)))
    assert change(peer, "interaction_distance", 2.0).successful
    peer.feed(node, "poses", film(2.5, ids=(9, 4), begin=BEGIN + 100))
    wait_until(lambda: actions)
    assert actions[0].header.stamp.sec >= BEGIN + 100
