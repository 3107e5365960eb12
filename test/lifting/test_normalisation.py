"""Laws of the normalisation: what the network sees does not depend on place and size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import CAMERA, keypoints_at, random_person, standing
from pose_action_ros.lifting.normalisation import (
    Normalised,
    normalise,
    optical_to_virtual,
    virtual_to_optical,
)
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
SEEDS = st.integers(0, 10_000)
TORSO = ("right_shoulder", "left_shoulder", "right_hip", "left_hip")


def rays_of(seed: int, position: tuple[float, float, float] = (0, 0, 3)) -> Array:
    return CAMERA.rays(keypoints_at(random_person(seed), position).points)[None]


def seen(rays: Array, scores: Array | None = None) -> Normalised:
    return normalise(rays, np.ones((len(rays), 18)) if scores is None else scores)


@given(SEEDS, st.floats(-0.9, 0.9))
def test_turning_the_camera_sideways_changes_nothing(seed: int, angle: float) -> None:
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    rays = rays_of(seed)
    turned = np.concatenate([rays, np.ones((1, 18, 1))], axis=-1) @ turn.T
    first, second = seen(rays), seen(turned[..., :2] / turned[..., 2:])
    np.testing.assert_allclose(first.features, second.features, atol=1e-9)
    np.testing.assert_allclose(first.rotations @ turn.T, second.rotations, atol=1e-9)


@given(SEEDS, st.floats(0.1, 4))
def test_size_in_the_picture_changes_nothing(seed: int, factor: float) -> None:
    first = seen(rays_of(seed))
    # In the virtual camera, which looks at the torso, the whole picture grows about its centre.
    plane = np.where(first.features[..., 2:] > 0, first.features[..., :2] * first.sizes, np.nan)
    larger = seen(plane * min(factor, 0.4 / first.sizes[0]))
    same = seen(plane)
    # The torso's middle is taken among directions, so it moves a little as angles grow.
    np.testing.assert_allclose(larger.features, same.features, atol=2e-3)


@given(SEEDS)
def test_a_mirrored_person_has_mirrored_features(seed: int) -> None:
    rays = rays_of(seed, (0.4, 0.2, 3))
    mirrored = rays[:, COCO_18.mirror] * [-1, 1]
    expected = seen(rays).features[:, COCO_18.mirror] * [-1.0, 1.0, 1.0]
    np.testing.assert_allclose(seen(mirrored).features, expected, atol=1e-9)


@given(SEEDS, st.lists(st.integers(0, 17), max_size=18))
def test_missing_joints_are_zeros_and_nothing_is_nan(seed: int, missing: list[int]) -> None:
    rays, scores = rays_of(seed), np.ones((1, 18))
    rays[:, missing], scores[:, missing] = np.nan, 0.0
    result = seen(rays, scores)
    assert np.isfinite(result.features).all()
    assert np.isfinite(result.rotations).all()
    assert np.isfinite(result.sizes).all()
    gone = [row for row in missing if COCO_18.joints[row] != "neck"]
    assert not result.features[:, gone].any()


def test_the_size_is_that_of_a_metre_at_the_persons_distance() -> None:
    rays = CAMERA.rays(keypoints_at(standing(), (0, 0, 4)).points)[None]
    assert seen(rays).sizes[0] == pytest.approx(1 / 4, rel=0.05)


def test_rotations_are_rotations_and_undo_each_other() -> None:
    result = seen(np.concatenate([rays_of(seed, (1, -0.5, 3)) for seed in range(5)]))
    identity = result.rotations @ result.rotations.transpose(0, 2, 1)
    np.testing.assert_allclose(identity, np.tile(np.eye(3), (5, 1, 1)), atol=1e-12)
    points = np.random.default_rng(0).normal(size=(5, 17, 3))
    back = virtual_to_optical(optical_to_virtual(points, result.rotations), result.rotations)
    np.testing.assert_allclose(back, points, atol=1e-12)


@pytest.mark.parametrize("kept", [(), TORSO[:1], ("nose", "left_wrist", "right_ankle")])
def test_without_a_torso_a_person_cannot_be_lifted(kept: tuple[str, ...]) -> None:
    scores = np.zeros((1, 18))
    scores[0, [COCO_18.index(name) for name in kept]] = 1.0
    result = seen(rays_of(1), scores)
    assert not result.liftable.any()
    assert not result.features.any()


def test_all_joints_in_one_point_cannot_be_lifted() -> None:
    assert not seen(np.full((1, 18, 2), 0.1)).liftable.any()


def test_a_missing_neck_is_the_middle_of_the_shoulders() -> None:
    rays, scores = rays_of(3), np.ones((1, 18))
    neck = COCO_18.index("neck")
    rays[:, neck] = (rays[:, COCO_18.index(TORSO[0])] + rays[:, COCO_18.index(TORSO[1])]) / 2
    full = seen(rays, scores)
    scores[:, neck] = 0.0
    np.testing.assert_allclose(seen(rays, scores).features, full.features)


def test_a_joint_far_outside_the_person_counts_as_missing() -> None:
    rays = rays_of(4)
    rays[0, COCO_18.index("left_wrist")] = [5.0, 5.0]
    assert not seen(rays).features[0, COCO_18.index("left_wrist")].any()
