"""Repair of missing joints and of joints that jump for one frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_files import optical_people
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.kinect import repair, spikes
from pose_action_ros.skeletons import SBU_15

Array = npt.NDArray[np.float64]

seeds = st.integers(0, 2**32 - 1)
HAND = SBU_15.index("left_hand")


def person(seed: int = 0, frames: int = 9) -> Array:
    return optical_people(seed, frames, 1, 15)[:, 0]


def straight(frames: int = 9) -> Array:
    """(T, 15, 3) with constant velocity."""
    body = person(frames=1)
    walking: Array = body + np.arange(frames)[:, None, None] * [0.05, 0.0, -0.02]
    return walking


@given(seeds)
def test_complete_people_do_not_change(seed: int) -> None:
    points = person(seed)
    np.testing.assert_array_equal(repair(points, SBU_15), points)


@given(seeds, st.integers(1, 5), st.integers(1, 3))
def test_gap_is_interpolated(seed: int, first: int, length: int) -> None:
    points = straight()
    joints = np.random.default_rng(seed).random(15) < 0.5
    broken = points.copy()
    broken[first : first + length, joints] = np.nan
    np.testing.assert_allclose(repair(broken, SBU_15), points)


def test_gaps_at_the_ends_repeat_the_nearest_frame() -> None:
    points = straight()
    points[:2], points[-3:] = np.nan, np.nan
    whole = repair(points, SBU_15)
    np.testing.assert_array_equal(whole[:2], points[[2, 2]])
    np.testing.assert_array_equal(whole[-3:], points[[-4] * 3])


@pytest.mark.parametrize("frame", [1, 4, 7])
def test_jump_for_one_frame_is_interpolated(frame: int) -> None:
    points = straight()
    broken = points.copy()
    broken[frame, HAND] += [0.5, 0.0, 0.0]
    assert np.argwhere(spikes(broken)).tolist() == [[frame, HAND]]
    np.testing.assert_allclose(repair(broken, SBU_15), points)


def test_fast_motion_is_no_jump() -> None:
    strike = straight()
    strike[4:, HAND] += [0.6, 0.0, 0.0]  # and stays there
    swing = straight()
    swing[3:6, HAND, 1] += [0.25, 0.5, 0.25]  # out and back in steps
    at_an_end = straight()
    at_an_end[0, HAND] += 0.5
    for points in (strike, swing, at_an_end):
        assert not spikes(points).any()


def test_joint_without_frames_has_the_position_of_its_parent() -> None:
    points = person()
    points[:, [HAND, SBU_15.index("left_elbow")]] = np.nan
    whole = repair(points, SBU_15)
    np.testing.assert_array_equal(whole[:, HAND], points[:, SBU_15.index("left_shoulder")])


def test_root_without_frames_has_the_mean_position() -> None:
    points = person()
    points[:, SBU_15.root] = np.nan
    others = np.delete(points, SBU_15.root, axis=1)
    whole = repair(points, SBU_15)
    np.testing.assert_allclose(whole[:, SBU_15.root], others.mean(axis=1))


def test_person_without_joints_is_refused() -> None:
    with pytest.raises(InputError, match="without a single joint"):
        repair(np.full((5, 15, 3), np.nan), SBU_15)
