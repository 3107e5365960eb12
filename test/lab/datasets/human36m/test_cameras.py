"""The published cameras and their projection."""

from __future__ import annotations

import numpy as np

from pose_action_ros.lab.datasets.human36m.cameras import published_cameras
from pose_action_ros.lab.datasets.human36m.recordings import SUBJECTS
from references.human36m import pixel


def grid() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(N, 3) [m] all over a camera's image, 4 m away."""
    steps = np.linspace(-0.4, 0.4, 9)
    x, y = np.meshgrid(steps, steps)
    return 4 * np.column_stack([x.ravel(), y.ravel(), np.ones(x.size)])


def test_every_subject_has_four_cameras_around_it_that_stand_upright() -> None:
    cameras = published_cameras()
    assert tuple(cameras) == SUBJECTS
    for own in cameras.values():
        assert sorted(own) == list(own) == ["54138969", "55011271", "58860488", "60457274"]
        for camera in own.values():
            assert np.isclose(np.linalg.det(camera.rotation), 1)
            person = camera.from_world(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
            assert 3 < person[0, 2] < 7
            assert person[1, 1] > person[0, 1] + 0.8  # the floor is below, y points down
            assert 1.3 < camera.position[2] < 1.8


def test_projection_is_that_of_the_data_set() -> None:
    for camera in published_cameras()[9].values():
        k1, k2, p1, p2, k3 = camera.lens.distortion
        lens = camera.lens
        numbers = ((lens.fx, lens.fy), (lens.cx, lens.cy), (k1, k2, k3), (p1, p2))
        expected = [pixel(point, *numbers) for point in grid()]
        np.testing.assert_allclose(camera.project(grid()), expected, atol=1e-9)


def test_opencv_differs_by_about_a_pixel_in_the_corners() -> None:
    for camera in published_cameras()[11].values():
        gap = np.linalg.norm(camera.project(grid()) - camera.lens.project(grid()), axis=1)
        assert 0 < gap.max() < 1.5
        assert np.median(gap) < 0.3
