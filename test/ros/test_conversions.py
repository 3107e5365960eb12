from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Point
from hypothesis import given
from hypothesis import strategies as st
from pose_action_ros.msg import Keypoints, PersonKeypoints, Poses

from pose_action_ros.errors import InputError
from pose_action_ros.nodes.conversions import (
    action_message,
    keypoints_message,
    people_from_keypoints,
    people_from_poses,
    poses_message,
)
from pose_action_ros.nodes.stamps import Timeline
from pose_action_ros.poses import UNTRACKED, Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, SKELETONS
from ros_support import header, person


def poses(seed: int, count: int, dimensions: int) -> list[Any]:
    """People with a random skeleton, some joints missing."""
    rng = np.random.default_rng(seed)
    skeleton = list(SKELETONS.values())[seed % len(SKELETONS)]
    people: list[Any] = []
    for number in range(count):
        points = rng.normal(0, 100, (len(skeleton), dimensions)).astype(np.float32).astype(float)
        seen = rng.random(len(skeleton)) > 0.3
        scores = (rng.random(len(skeleton)) * seen).astype(np.float32).astype(float)
        scores[0] = 1.0
        if dimensions == 2:
            people.append(Pose2D(skeleton, points, scores, number, 0.5))
        else:
            people.append(Pose3D(skeleton, points, scores, number, bool(number % 2)))
    return people


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_keypoints_survive_a_round_trip(seed: int, count: int) -> None:
    people = poses(seed, count, 2)
    message = keypoints_message(people, header(), (640, 480), people[0].skeleton)
    assert all(len(item.keypoints) == len(people[0].skeleton) for item in message.people)
    for sent, found in zip(people, people_from_keypoints(message), strict=True):
        np.testing.assert_array_equal(found.points, sent.points)
        np.testing.assert_array_equal(found.scores, sent.scores)
        assert (found.person_id, found.score) == (sent.person_id, sent.score)
        assert found.skeleton is sent.skeleton


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_poses_survive_a_round_trip(seed: int, count: int) -> None:
    people = poses(seed, count, 3)
    message = poses_message(people, header(), people[0].skeleton)
    for sent, found in zip(people, people_from_poses(message), strict=True):
        np.testing.assert_array_equal(found.points, sent.points)
        np.testing.assert_array_equal(found.scores, sent.scores)
        assert (found.person_id, found.placed) == (sent.person_id, sent.placed)


def test_a_message_without_people_names_its_skeleton() -> None:
    message = keypoints_message([], header(), (640, 480), BODY_25)
    assert (message.skeleton, message.width, message.height) == ("body_25", 640, 480)
    assert people_from_keypoints(message) == ()
    assert people_from_poses(poses_message([], header(), HUMAN36M_17)) == ()


def test_people_without_any_joint_are_left_out() -> None:
    empty = Pose2D(BODY_25, np.full((25, 2), nan), np.zeros(25), 1)
    message = keypoints_message([empty, person()], header(), (640, 480), BODY_25)
    assert [found.person_id for found in people_from_keypoints(message)] == [UNTRACKED]


def good_keypoints() -> Keypoints:
    return keypoints_message([person()], header(), (640, 480), BODY_25)


def set_keypoint(name: str, value: float) -> Callable[[Any], None]:
    return lambda message: setattr(message.people[0].keypoints[3], name, value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda message: setattr(message, "skeleton", "octopus_8"), "unknown skeleton 'octopus_8'"),
        (lambda message: setattr(message, "width", 0), "image of 0x480 px"),
        (lambda message: message.people[0].keypoints.pop(), "got 24 joints or scores, expected 25"),
        (set_keypoint("x", inf), "infinite"),
        (set_keypoint("y", -inf), "infinite"),
        (set_keypoint("x", nan), "NaN with a score above 0"),
        (set_keypoint("score", nan), "scores that are no numbers"),
        (set_keypoint("score", -0.5), "scores that are no numbers >= 0"),
        (lambda message: setattr(message.people[0], "id", -2), "person ids"),
        (
            lambda message: message.people.extend([PersonKeypoints(id=3)] * 2),
            r"person ids \[-1, 3, 3\]",
        ),
    ],
)
def test_contradictory_keypoints_are_refused(spoil: Callable[[Any], None], words: str) -> None:
    message = good_keypoints()
    spoil(message)
    with pytest.raises(InputError, match=words):
        people_from_keypoints(message)


def good_poses() -> Poses:
    return poses_message(poses(0, 1, 3), header(), next(iter(SKELETONS.values())))


def at_one_place(message: Poses) -> None:
    (person,) = message.people
    person.joints = [Point(x=1.0, z=3.0)] * len(person.joints)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda message: setattr(message, "skeleton", ""), "unknown skeleton ''"),
        (lambda message: message.people[0].joints.pop(), "got 24 joints"),
        (lambda message: message.people[0].scores.pop(), "got 24 joints or scores"),
        (lambda message: setattr(message.people[0], "placement", 7), "got placement 7"),
        (lambda message: setattr(message.people[0].joints[0], "z", nan), "NaN with a score"),
        (lambda message: setattr(message.people[0].joints[0], "z", inf), "infinite"),
        (at_one_place, "all joints at one place"),
    ],
)
def test_contradictory_poses_are_refused(spoil: Callable[[Any], None], words: str) -> None:
    message = good_poses()
    spoil(message)
    with pytest.raises(InputError, match=words):
        people_from_poses(message)


def test_an_action_message() -> None:
    estimate = ActionEstimate(
        (4,), "waving_left", 0.75, ("waving_left", "bowing"), np.array([0.75, 0.25]), 1.0, 2.5
    )
    message = action_message(estimate, header(2.5), Timeline().stamp(1.0))
    assert (list(message.person_ids), message.label, message.score) == ([4], "waving_left", 0.75)
    assert (message.labels, list(message.scores)) == (["waving_left", "bowing"], [0.75, 0.25])
    assert (message.header.stamp.sec, message.window_start.sec) == (2, 1)
