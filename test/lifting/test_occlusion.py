"""Joints without a keypoint: missing, unless the own body hides them or for a short time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import CAMERA, human36m, keypoints_at, random_person, standing, without
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.lifting.occlusion import (
    MEMORY,
    PARTS,
    RecentJoints,
    behind_own_body,
    given_joints,
    heads,
)
from pose_action_ros.lifting.placement import Placement
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, MPI_15
from references.occlusion import hidden_by

LIFTER = Lifter(LifterSettings())
SEEDS = st.integers(0, 10_000)
COMMON = [name for name in HUMAN36M_17.joints if name in COCO_18.joints and name != "neck"]
LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle"))
FAR_ARM = ("right_elbow", "right_wrist")


def present(person: Pose2D, stamp: float | None = None) -> set[str]:
    """Names of the joints of the pose."""
    pose = LIFTER([person], CAMERA, stamp)[0]
    assert np.isnan(pose.points[~pose.present]).all()
    return {name for name, there in zip(HUMAN36M_17.joints, pose.present, strict=True) if there}


def turned(angle: float) -> npt.NDArray[np.float64]:
    """(21, 3) a standing person turned about the vertical."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return np.asarray(standing() @ turn.T)


@given(SEEDS, st.sets(st.sampled_from(COMMON), max_size=8))
def test_joints_with_keypoints_are_known_whatever_else_is_missing(
    seed: int, missing: set[str]
) -> None:
    person = without(keypoints_at(random_person(seed), (0, 0, 3)), *missing)
    joints = present(person)
    assert not joints or set(COMMON) - missing <= joints


@given(SEEDS, st.floats(0, 1))
def test_hidden_joints_equal_a_search_part_by_part(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    joints = np.stack([human36m(random_person(seed + number)) for number in range(4)])
    joints[..., 2] += rng.normal(0, 0.2, joints.shape[:2])
    flags, depth = rng.random((4, 17)) < share, np.array([0, 0, 2.0])
    camera = Placement(np.full(4, 2.0), np.arange(4) > 0, np.zeros((4, 2)), np.zeros((4, 2)))
    parts = [(HUMAN36M_17.index(a), HUMAN36M_17.index(b), radius) for a, b, radius in PARTS]
    expected = [
        [
            placed and flag.any() and not flag[row] and hidden_by(row, pose, flag, parts)
            for row in range(17)
        ]
        for pose, flag, placed in zip(joints + depth, flags, camera.solved, strict=True)
    ]
    np.testing.assert_array_equal(behind_own_body(joints, flags, camera), expected)


@given(SEEDS, st.floats(-0.5, 0.5), st.sets(st.sampled_from(LEGS), min_size=1))
def test_legs_that_nothing_of_the_body_hides_are_missing(
    seed: int, angle: float, hidden: set[str]
) -> None:
    rng = np.random.default_rng(seed)
    joints = turned(angle) + rng.normal(0, 0.01, (21, 3))
    assert not hidden & present(without(keypoints_at(joints, (0, 0, 3)), *hidden))


def test_the_far_arm_of_a_person_in_side_view_is_inferred() -> None:
    person = keypoints_at(turned(np.pi / 2), (0, 0, 3))  # the left arm is the nearer one
    assert set(FAR_ARM) <= present(without(person, *FAR_ARM))
    facing = keypoints_at(standing(), (0, 0, 3))
    # An elbow that is not seen from the front can be behind the trunk, the forearm anywhere.
    assert "right_wrist" not in present(without(facing, *FAR_ARM))


def test_a_hidden_leg_hides_no_other() -> None:
    person = keypoints_at(turned(np.pi / 2), (0, 0, 3))
    far = ("right_knee", "right_ankle")
    assert set(far) & present(without(person, *far))
    assert not set(LEGS) & present(without(person, *LEGS))


def test_a_flickering_joint_stays_and_a_lost_one_goes() -> None:
    whole = keypoints_at(standing(), (0, 0, 3))
    hidden = without(whole, *LEGS)
    LIFTER.reset()
    for number in range(30):
        assert set(LEGS) <= present(hidden if number % 3 else whole, number / 10)
    last = 27 / 10
    assert set(LEGS) <= present(hidden, last + MEMORY - 0.01)
    assert not set(LEGS) & present(hidden, last + MEMORY + 0.01)
    assert not set(LEGS) & present(hidden, last + MEMORY + 0.02)


def test_without_an_id_or_a_stamp_nothing_is_remembered() -> None:
    whole = keypoints_at(standing(), (0, 0, 3))
    LIFTER.reset()
    assert set(LEGS) <= present(whole, 1.0)
    assert not set(LEGS) & present(without(whole, *LEGS))
    stranger = without(whole, *LEGS)
    untracked = Pose2D(COCO_18, stranger.points, stranger.scores)
    assert not set(LEGS) & present(untracked, 1.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_memory_equals_a_search_of_all_earlier_images(steps: list[tuple[float, bool]]) -> None:
    recent, stamp = RecentJoints(), 0.0
    seen = [0.0]
    always = np.ones((1, 17), dtype=np.bool_)
    recent([3], always, stamp)
    for step, there in steps:
        stamp += step
        if there:
            seen.append(stamp)
        known = always & there
        known[0, 0] = True  # the person stays in view
        expected = any(stamp - earlier <= MEMORY for earlier in seen)
        if step > MEMORY:  # a track without images for so long restarts
            seen = seen[-1:] if there else []
            expected = there
        assert recent([3], known, stamp)[0, 5] == expected


def test_time_that_is_set_back_forgets() -> None:
    recent, flags = RecentJoints(), np.ones((1, 17), dtype=np.bool_)
    recent([3], flags, 10.0)
    flags[0, 4] = False
    assert not recent([3], flags, 5.0)[0, 4]


def test_derived_joints_need_keypoints_around_them() -> None:
    keypoints = np.zeros((1, 18), dtype=np.bool_)
    keypoints[0, [COCO_18.index("left_shoulder"), COCO_18.index("right_ear")]] = True
    names = {HUMAN36M_17.joints[row] for row in np.flatnonzero(given_joints(keypoints)[0])}
    assert names == {"left_shoulder", "neck", "head_top"}
    keypoints[0, COCO_18.index("right_hip")] = True
    names = {HUMAN36M_17.joints[row] for row in np.flatnonzero(given_joints(keypoints)[0])}
    assert names == {"left_shoulder", "neck", "head_top", "right_hip", "mid_hip", "spine"}


@pytest.mark.parametrize(("missing", "names"), [((), {"nose", "head_top"}), ((0,), set())])
def test_skeletons_without_a_face_show_the_head_by_its_top(
    missing: tuple[int, ...], names: set[str]
) -> None:
    scores = np.ones(15)
    scores[list(missing)] = 0
    flags = heads([Pose2D(MPI_15, np.ones((15, 2)), scores)])
    assert {HUMAN36M_17.joints[row] for row in np.flatnonzero(flags[0])} == names
    assert not heads([Pose2D(COCO_18, np.ones((18, 2)), np.ones(18))]).any()
