"""Placement finds again where a known person stands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import CAMERA, human36m, keypoints_at, random_person
from pose_action_ros.lifting.placement import DETECTED, LIFTED, place

Array = npt.NDArray[np.float64]


def view(seed: int, position: npt.ArrayLike) -> tuple[Array, Array]:
    """Rays (1, 18, 2) and root-relative pose (1, 17, 3)."""
    joints = random_person(seed)
    root = joints[0]
    person = keypoints_at(joints, np.asarray(position) - root)
    return CAMERA.rays(person.points)[None], human36m(joints)[None]


@given(st.integers(0, 1000), st.floats(-1.5, 1.5), st.floats(-0.5, 0.5), st.floats(1.5, 10))
def test_finds_the_exact_position(seed: int, x: float, y: float, z: float) -> None:
    rays, pose = view(seed, (x, y, z))
    found = place(rays, np.ones((1, 18)), pose)
    assert found.solved.all()
    np.testing.assert_allclose(found.at(found.depths)[0], [x, y, z], atol=1e-6)


def test_equals_the_general_least_squares_solution() -> None:
    rays, pose = view(5, (0.3, 0.1, 3))
    rng = np.random.default_rng(2)
    rays = rays + rng.normal(0, 0.01, rays.shape)
    scores = rng.uniform(0.1, 1, (1, 18))
    rows, values = [], []
    for coco, human in zip(DETECTED, LIFTED, strict=True):
        weight, point = np.sqrt(scores[0, coco]), pose[0, human]
        for axis in (0, 1):
            row = np.zeros(3)
            row[axis], row[2] = -1.0, rays[0, coco, axis]
            rows.append(weight * row)
            values.append(weight * (point[axis] - rays[0, coco, axis] * point[2]))
    expected = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    found = place(rays, scores, pose)
    np.testing.assert_allclose(found.at(found.depths)[0], expected, atol=1e-9)


def test_at_another_depth_the_place_is_the_best_one_there() -> None:
    rays, pose = view(5, (0.3, 0.1, 3))
    scores = np.random.default_rng(2).uniform(0.1, 1, (1, 18))
    found = place(rays, scores, pose)
    best = found.at(np.array([3.4]))[0]

    def cost(position: Array) -> float:
        joints = pose[0, LIFTED] + position
        gaps = rays[0, DETECTED] * joints[:, 2:] - joints[:, :2]
        return float((scores[0, DETECTED, None] * gaps**2).sum())

    for step in np.eye(3)[:2] * 0.01:
        assert cost(best) < min(cost(best + step), cost(best - step))


def test_joints_without_weight_do_not_matter() -> None:
    rays, pose = view(1, (0, 0, 3))
    scores = np.ones((1, 18))
    scores[0, 4], rays[0, 4] = 0.0, np.nan
    found = place(rays, scores, pose)
    assert found.solved.all()
    np.testing.assert_allclose(found.at(found.depths)[0], [0, 0, 3], atol=1e-6)


@pytest.mark.parametrize("known", [0, 3])
def test_too_few_joints_are_not_placed(known: int) -> None:
    rays, pose = view(1, (0, 0, 3))
    scores = np.zeros((1, 18))
    scores[0, DETECTED[:known]] = 1.0
    assert not place(rays, scores, pose).solved.any()


def test_a_person_behind_the_camera_is_not_placed() -> None:
    rays, pose = view(1, (0, 0, 3))
    assert not place(rays, np.ones((1, 18)), -pose).solved.any()


def test_no_people() -> None:
    found = place(np.zeros((0, 18, 2)), np.zeros((0, 18)), np.zeros((0, 17, 3)))
    assert found.at(found.depths).shape == (0, 3)
    assert found.solved.shape == (0,)
