"""Exchanged legs keep their bones and their direction to the hips; nothing else changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.augmentation import warp_time
from pose_action_ros.lab.training.action.recombination import exchange_legs, gestures_among
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.skeletons import HUMAN36M_17
from properties import examples

Array = npt.NDArray[np.float64]

LEFT_HIP, RIGHT_HIP = HUMAN36M_17.index("left_hip"), HUMAN36M_17.index("right_hip")
LEG = [HUMAN36M_17.index("left_knee"), HUMAN36M_17.index("left_ankle")]
LEGS = [*LEG, HUMAN36M_17.index("right_knee"), HUMAN36M_17.index("right_ankle")]
REST = [row for row in range(17) if row not in LEGS]
COUNT = 12


def windows(seed: int) -> Array:
    """Windows of random still bodies, so that the heading is the same in all frames."""
    rng = np.random.default_rng(seed)
    return np.repeat(rng.normal(0, 0.4, (COUNT, 1, 17, 3)), 5, axis=1)


def legs(points: Array) -> Array:
    """(B, 2, 3) knee and ankle of the left leg from the hip: along the hips, up, and across."""
    line = points[:, 0, LEFT_HIP] - points[:, 0, RIGHT_HIP]
    along = line * [1.0, 0.0, 1.0] / np.linalg.norm(line[:, [0, 2]], axis=-1, keepdims=True)
    axes = np.stack([along, np.tile([0.0, 1.0, 0.0], (len(points), 1))], axis=1)
    axes = np.concatenate([axes, np.cross(axes[:, :1], axes[:, 1:])], axis=1)  # (B, 3, 3)
    bones = points[:, 0, LEG] - points[:, 0, [LEFT_HIP]]
    return np.asarray(np.einsum("bji,bki->bjk", bones, axes))


@examples(30)
@given(seed=st.integers(0, 1000))
def test_legs_are_those_of_another_window_turned_with_the_hips(seed: int) -> None:
    points = windows(seed)
    changed = exchange_legs(points, np.ones(COUNT, dtype=bool), np.random.default_rng(seed))
    np.testing.assert_array_equal(changed[:, :, REST], points[:, :, REST])
    own, found = legs(points), legs(changed)
    for window in found:
        assert np.abs(own - window).max(axis=(1, 2)).min() < 1e-9


def test_only_gestures_exchange_their_legs_and_some_of_them_do() -> None:
    points, gesture = windows(0), np.arange(COUNT) % 2 == 0
    changed = exchange_legs(points, gesture, np.random.default_rng(0))
    differs = np.asarray((changed != points).any(axis=(1, 2, 3)))
    assert not differs[~gesture].any()
    assert differs[gesture].any()


def test_missing_legs_come_along_and_missing_hips_take_no_part() -> None:
    points = windows(0)
    points[:6, :, LEGS] = np.nan
    points[6:8, :, [LEFT_HIP, RIGHT_HIP]] = np.nan
    changed = exchange_legs(points, np.ones(COUNT, dtype=bool), np.random.default_rng(1))
    np.testing.assert_array_equal(changed[6:8], points[6:8])
    missing = np.asarray(np.isnan(changed[:, 0, LEGS]).all(axis=(1, 2)))
    assert missing[8:].any() or not missing[:6].all()


def test_gestures_are_actions_of_arms_alone_and_the_unnamed_ones() -> None:
    chosen = gestures_among(ACTIONS, 3)
    names = {name for name, gesture in zip(ACTIONS, chosen, strict=False) if gesture}
    assert {"waving_left", "pointing", "drinking"} <= names
    assert not names & {"standing", "walking", "kicking", "punching", "carrying", "lying"}
    assert chosen[len(ACTIONS) :].tolist() == [True] * 3


@examples(30)
@given(seed=st.integers(0, 1000))
def test_warped_time_keeps_the_ends_and_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ramp = np.broadcast_to(np.linspace(0, 1, 32)[:, None, None], (4, 32, 17, 3))
    warped = warp_time(ramp, rng)
    np.testing.assert_allclose(warped[:, [0, -1]], ramp[:, [0, -1]], atol=1e-12)
    assert (np.diff(warped, axis=1) >= -1e-12).all()


def test_warped_time_leaves_still_poses_and_loses_no_more_than_the_poses_beside_a_gap() -> None:
    still = np.repeat(np.random.default_rng(0).normal(0, 1, (8, 1, 17, 3)), 32, axis=1)
    still[:, :9] = np.nan
    warped = warp_time(still, np.random.default_rng(1))
    present = np.asarray(np.isfinite(warped).all(axis=(2, 3)))
    last = np.repeat(still[:, -1:], 32, axis=1)
    np.testing.assert_allclose(warped[present], last[present], atol=1e-12)
    assert (present[:, -1]).all()
