"""The virtual camera."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.simulation import VirtualCamera

INTRINSICS = Intrinsics.from_field_of_view(640, 480, 60)
seeds = st.integers(0, 2**32 - 1)


def test_target_is_in_the_middle_of_the_image() -> None:
    camera = VirtualCamera.looking_at([3, 1, 1.2], [0, 0, 0.9], INTRINSICS, roll=4)
    assert np.allclose(camera.project([0, 0, 0.9]), [319.5, 239.5])
    assert np.allclose(camera.position, [3, 1, 1.2])


def test_up_is_up_and_left_is_left() -> None:
    camera = VirtualCamera.looking_at([3, 0, 1], [0, 0, 1], INTRINSICS)
    assert camera.project([0, 0, 1.5])[1] < 239
    assert camera.project([0, 0.5, 1])[0] > 320  # the person's left, facing the camera
    rolled = VirtualCamera.looking_at([3, 0, 1], [0, 0, 1], INTRINSICS, roll=5)
    up = rolled.project([0, 0, 1.5]) - rolled.project([0, 0, 1])
    assert np.degrees(np.arctan2(abs(up[0]), -up[1])) == pytest.approx(5)


@given(seed=seeds)
def test_world_to_camera_is_a_rigid_motion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    camera = VirtualCamera.random(rng)
    assert np.allclose(camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
    points = rng.normal(0, 1, (5, 3))
    local = camera.to_camera(points)
    assert np.allclose(np.diff(points, axis=0) @ camera.rotation.T, np.diff(local, axis=0))
    assert np.allclose(camera.project(points), camera.intrinsics.project(local), equal_nan=True)


@given(seed=seeds)
def test_random_cameras_are_at_the_height_of_robots(seed: int) -> None:
    camera = VirtualCamera.random(np.random.default_rng(seed), distance=(1.5, 6.0))
    across = np.hypot(*camera.position[:2])
    assert 0.15 <= camera.position[2] <= 2.5
    assert 1.5 <= across <= 6.0
    feet_and_head = camera.project([[0, 0, 0.0], [0, 0, 1.75]])
    assert (np.abs(feet_and_head - [319.5, 239.5]) < [330, 300]).all()


@pytest.mark.parametrize("position", [[0, 0, 1], [0, 0, 3], [0, 0, -3]])
def test_vertical_view_is_an_error(position: list[float]) -> None:
    with pytest.raises(InputError, match="expected a target to its side"):
        VirtualCamera.looking_at(position, [0, 0, 1], INTRINSICS)


def test_pixel_rays_are_the_inverse_of_the_projection() -> None:
    camera = VirtualCamera(Intrinsics(8, 6, 10.0, 12.0, 3.0, 2.5), np.eye(3), np.zeros(3))
    rays = camera.pixel_rays()
    points = np.concatenate([rays, np.ones((6, 8, 1))], axis=-1)
    rows, columns = np.indices((6, 8))
    assert np.allclose(camera.project(points), np.stack([columns, rows], axis=-1))
