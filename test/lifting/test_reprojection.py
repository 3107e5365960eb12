"""Joints move towards their rays, and stay where there is no keypoint."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lifting.placement import DETECTED, LIFTED, Placement, place
from pose_action_ros.lifting.reprojection import towards_rays
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17
from references import reprojection as reference

Array = npt.NDArray[np.float64]


def people(seed: int, count: int = 3) -> tuple[Array, Array, Array, Placement]:
    """Joints, rays, scores and placement of people with wrong joints and missing keypoints."""
    rng = np.random.default_rng(seed)
    joints = rng.normal(0, 0.4, (count, 17, 3))
    joints -= joints[:, :1]
    roots = rng.normal([0, 0, 3], [0.5, 0.3, 0.5], (count, 3))
    rays = np.full((count, 18, 2), np.nan)
    true = joints + roots[:, None] + rng.normal(0, 0.05, joints.shape)
    rays[:, DETECTED] = true[:, LIFTED, :2] / true[:, LIFTED, 2:]
    scores = np.where(np.isfinite(rays).all(axis=-1), rng.uniform(0.2, 1, (count, 18)), 0.0)
    scores[rng.random(scores.shape) < 0.3] = 0.0
    rays[scores == 0] = np.nan
    return joints, rays, scores, place(rays, scores, joints)


def placed(joints: Array, placement: Placement) -> Array:
    """(N, 17, 3) in the camera's frame."""
    return joints + placement.at(placement.depths)[:, None]


def expected(joints: Array, rays: Array, scores: Array, placement: Placement) -> Array:
    """Moved and placed joints by the slow twin; people without placement stay."""
    before = placed(joints, placement)
    people = zip(before, rays, scores, placement.solved, strict=True)
    return np.array([reference.towards_rays(*one) if solved else one[0] for *one, solved in people])


@given(seed=st.integers(0, 500))
def test_equals_the_slow_twin(seed: int) -> None:
    case = people(seed)
    slow = expected(*case)
    np.testing.assert_allclose(towards_rays(*case), slow - slow[:, :1], atol=1e-9)


@given(seed=st.integers(0, 500))
def test_projections_come_nearer_to_the_keypoints(seed: int) -> None:
    joints, rays, scores, placement = people(seed)
    before, after = (
        np.linalg.norm(one[:, LIFTED, :2] / one[:, LIFTED, 2:] - rays[:, DETECTED], axis=-1)
        for one in (placed(joints, placement), expected(joints, rays, scores, placement))
    )
    limbs = (scores[:, DETECTED] > 0) & placement.solved[:, None]
    limbs &= np.array(HUMAN36M_17.joints)[LIFTED] != "neck"
    assert (after[limbs] <= before[limbs] + 1e-9).all()


def test_a_pose_that_fits_its_keypoints_stays() -> None:
    joints, rays, scores, placement = people(1)
    exact = placed(joints, placement)
    rays[:, DETECTED] = exact[:, LIFTED, :2] / exact[:, LIFTED, 2:]
    moved = towards_rays(joints, rays, scores, placement)
    np.testing.assert_allclose(moved, joints, atol=1e-9)


def test_a_far_keypoint_hardly_moves_its_joint() -> None:
    joints, rays, scores, placement = people(2)
    wrist = COCO_18.index("left_wrist")
    scores[:] = np.where(np.arange(18) == wrist, 1.0, 0.0)
    exact = placed(joints, placement)[:, HUMAN36M_17.index("left_wrist")]
    rays[:, wrist] = (exact[:, :2] + [1.0, 0.0]) / exact[:, 2:]
    solved = Placement(
        placement.depths, np.ones(3, np.bool_), placement.directions, placement.offsets
    )
    moved = towards_rays(joints, rays, scores, solved)
    assert np.abs(moved - joints).max() < 1e-6
