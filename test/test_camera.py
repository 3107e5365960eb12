import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.camera import Array, Intrinsics
from pose_action_ros.errors import InputError

IDEAL = Intrinsics(640, 480, 500.0, 510.0, 320.0, 240.0)
LENS = Intrinsics(640, 480, 500.0, 510.0, 320.0, 240.0, (-0.2, 0.05, 0.001, -0.001, 0.0))

points = arrays(
    np.float64,
    (4, 3),
    elements=st.floats(-0.5, 0.5),
).map(lambda array: array + np.array([0, 0, 1.5]))


@pytest.mark.parametrize("camera", [IDEAL, LENS])
@given(scene=points)
def test_rays_undo_projection(camera: Intrinsics, scene: Array) -> None:
    rays = camera.rays(camera.project(scene))
    np.testing.assert_allclose(rays, scene[:, :2] / scene[:, 2:], atol=1e-5)


@given(points, st.floats(0.1, 100))
def test_projection_is_independent_of_distance(scene: Array, scale: float) -> None:
    np.testing.assert_allclose(LENS.project(scene), LENS.project(scene * scale), atol=1e-6)


def test_the_optical_axis_meets_the_principal_point() -> None:
    np.testing.assert_allclose(LENS.project([0, 0, 3]), [320, 240])


def test_points_behind_the_camera_have_no_pixel() -> None:
    scene = np.array([[0, 0, -1], [0, 0, 0], [np.nan, 0, 1], [0, 0, 1]])
    for camera in (IDEAL, LENS):
        known = np.isfinite(camera.project(scene)).all(axis=1)
        np.testing.assert_array_equal(known, [False, False, False, True])


def test_missing_pixels_have_no_ray() -> None:
    for camera in (IDEAL, LENS):
        assert np.isnan(camera.rays([[np.nan, 3]])).any()


def test_the_field_of_view_is_that_of_the_wider_side() -> None:
    camera = Intrinsics.from_field_of_view(640, 480, 90)
    ray = camera.rays([639.5, 239.5])
    np.testing.assert_allclose(ray, [1, 0], atol=1e-9)


@pytest.mark.parametrize("degrees", [0, 180, -3, float("nan")])
def test_impossible_fields_of_view_are_refused(degrees: float) -> None:
    with pytest.raises(InputError, match="expected 1 to 175"):
        Intrinsics.from_field_of_view(640, 480, degrees)


@pytest.mark.parametrize(
    "numbers",
    [(0, 480, 1, 1, 1, 1), (640, 480, 0, 1, 1, 1), (640, 480, 1, float("nan"), 1, 1)],
)
def test_impossible_numbers_are_refused(
    numbers: tuple[int, int, float, float, float, float],
) -> None:
    with pytest.raises(InputError, match="intrinsics need"):
        Intrinsics(*numbers)
