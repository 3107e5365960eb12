"""Cameras as they are: odd messages of camera_info, with the metres and degrees that result."""

from __future__ import annotations

from functools import lru_cache
from math import nan
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bag_files import camera_info
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.messages.camera_info import Calibration, calibration, is_rectified, scaled
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25

Array = npt.NDArray[np.float64]
SIZE = (640, 480)
FOCAL = 500.0
GOOD = Intrinsics(640, 480, FOCAL, FOCAL, 319.5, 239.5)


def read(
    size: tuple[int, int] = SIZE,
    of: tuple[int, int] = SIZE,
    *,
    rectified: bool = False,
    **changes: Any,
) -> Calibration:
    """Calibration by a camera_info of images `of` a size, with changes, for images of a size."""
    return calibration(camera_info(*of, FOCAL, **changes), size, rectified=rectified)


@lru_cache(maxsize=1)
def lifter() -> Lifter:
    return Lifter(LifterSettings())


@lru_cache(maxsize=1)
def person_ahead() -> tuple[Array, Array]:
    """Directions (25, 3) and scores of the joints of a simulated person in front of a camera."""
    scene = Scene.random(np.random.default_rng(3))
    seen = scene.truth(1.0)[0].keypoints
    rays = scene.camera.intrinsics.rays(seen.points)
    return np.column_stack([rays, np.ones(len(rays))]), seen.scores


def root(pixels: Array, camera: Intrinsics) -> Array:
    """Position (3,) [m] of the person with joints at pixels (25, 2)."""
    (pose,) = lifter()([Pose2D(BODY_25, pixels, person_ahead()[1])], camera)
    assert pose.placed
    return np.asarray(pose.points[0])


def turned(degrees: float) -> Array:
    """Rotation (3, 3) that moves a person ahead this far to the right."""
    matrix, _ = cv2.Rodrigues(np.array([0.0, np.radians(degrees), 0.0]))
    return np.asarray(matrix, np.float64)


def test_a_usual_camera() -> None:
    assert read() == Calibration(GOOD)
    assert read((320, 240)).intrinsics == scaled(GOOD, 320, 240)


@pytest.mark.parametrize("count", [*range(9), 12, 14, 20])
@pytest.mark.parametrize("model", ["plumb_bob", "rational_polynomial", "", "none", "omni"])
def test_any_number_of_zeros_is_no_distortion(count: int, model: str) -> None:
    assert read(d=[0.0] * count, distortion_model=model) == Calibration(GOOD)


@pytest.mark.parametrize(
    ("lens", "words"),
    [
        ([0.1], "got 1 coefficients, expected 4, 5, 8, 12, 14"),
        ([0.1, 0.2], "got 2 coefficients"),
        ([0.1, 0.2, 0.3], "got 3 coefficients"),
        ([0.01] * 15, "got 15 coefficients"),
        ([nan] * 5, "expected finite numbers"),
        ([0.1, float("inf"), 0, 0, 0], "expected finite numbers"),
        ([1500.0, -300.0, 0.0, 0.0, 800.0], "up to 10 times as far away"),
        ([3.0, 0.0, 0.0, 0.0], "times as far away"),
        ([-5.0, 10.0, 0.0, 0.0, 0.0], "only 8 % of the pixels return"),
        ([-1500.0, 0.0, 0.0, 0.0], "only 0 % of the pixels return"),
        ([1e300] * 5, "only 0 % of the pixels return"),
    ],
)
def test_a_lens_that_cannot_be_is_left_out_and_named(lens: list[float], words: str) -> None:
    found = read(d=lens)
    assert found.intrinsics == GOOD
    (problem,) = found.problems
    assert problem.startswith("has a lens that is not used: ")
    assert words in problem


def test_a_wrong_lens_does_not_move_people_away() -> None:
    rays, _ = person_ahead()
    pixels = GOOD.project(rays)
    plain = root(pixels, GOOD)
    assert 2 < plain[2] < 6
    found = read(d=[1500.0, -300.0, 0.0, 0.0, 800.0]).intrinsics
    assert found is not None
    np.testing.assert_allclose(root(pixels, found), plain)


@pytest.mark.parametrize(
    ("model", "lens"),
    [
        ("plumb_bob", [-0.35, 0.13, 0.001, -0.001, -0.02]),
        ("", [-0.28, 0.07, 0.0, 0.0]),
        ("rational_polynomial", [0.5, -2.6, 0.0007, -0.0002, 1.5, 0.38, -2.4, 1.44]),
        ("Brown-Conrady", [0.1, -0.2, 0.001, 0.002, 0.0]),
        ("plumb_bob", [-0.3, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_a_lens_that_can_be_is_used(model: str, lens: list[float]) -> None:
    found = read(d=lens, distortion_model=model)
    assert found.problems == ()
    assert found.intrinsics is not None
    assert np.trim_zeros(found.intrinsics.distortion, "b") == tuple(np.trim_zeros(lens, "b"))
    rays, _ = person_ahead()
    matrix, numbers = found.intrinsics.matrix, np.array([*lens, *[0.0] * 8][:8])
    bent, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), matrix, numbers)
    pixels = np.asarray(bent, np.float64).reshape(-1, 2)
    expected = root(GOOD.project(rays), GOOD)
    np.testing.assert_allclose(root(pixels, found.intrinsics), expected, rtol=1e-2)


def test_a_lens_that_ends_inside_the_image_is_used_up_to_there() -> None:
    found = read(d=[-0.4, 0.0, 0.0, 0.0])
    assert found.intrinsics is not None
    assert found.intrinsics.distortion == (-0.4, 0, 0, 0)
    assert ["without directions for 20 % of the image" in text for text in found.problems] == [True]
    assert np.isfinite(found.intrinsics.rays([400.0, 300.0])).all()
    assert np.isnan(found.intrinsics.rays([0.0, 0.0])).all()


@pytest.mark.parametrize("model", ["equidistant", "fisheye", "kannala_brandt4", "Kannala-Brandt"])
@pytest.mark.parametrize("lens", [(), (0.0,) * 4, (0.02, -0.01, 0.003, 0.0), (0.02, 0, 0, 0, 0)])
@pytest.mark.parametrize("degrees", [0.0, 30.0, 60.0])
def test_people_beside_a_fisheye(model: str, lens: tuple[float, ...], degrees: float) -> None:
    found = read(d=lens, distortion_model=model)
    assert found.problems == ()
    assert found.intrinsics is not None
    rays, _ = person_ahead()
    moved = rays @ turned(degrees).T
    numbers, zero = np.array((*lens, 0, 0, 0, 0)[:4], np.float64), np.zeros(3)
    matrix = found.intrinsics.matrix
    bent, _ = cv2.fisheye.projectPoints(moved[:, None], zero, zero, matrix, numbers)
    pixels = np.asarray(bent, np.float64).reshape(-1, 2)
    expected = turned(degrees) @ root(GOOD.project(rays), GOOD)
    np.testing.assert_allclose(root(pixels, found.intrinsics), expected, rtol=1e-2)
    aside = np.degrees(np.arctan2(expected[0], expected[2]))
    assert aside == pytest.approx(degrees, abs=2)


def test_wrong_coefficients_leave_a_fisheye_equidistant() -> None:
    for lens, words in (([1500.0, 0, 0, 0], "as far away"), ([0.1, 0.2], "got 2 coefficients")):
        found = read(d=lens, distortion_model="equidistant")
        assert found.intrinsics is not None
        assert (found.intrinsics.fisheye, found.intrinsics.distortion) == (True, ())
        assert [words in text for text in found.problems] == [True]


def test_other_lens_models_are_named() -> None:
    found = read(d=[0.1] * 4, distortion_model="omni")
    assert found.intrinsics == GOOD
    assert ["got the model 'omni', expected plumb_bob" in text for text in found.problems] == [True]


@pytest.mark.parametrize("of", [(0, 0), (640, 0), (0, 480)])
def test_a_size_of_zero_is_that_of_the_image(of: tuple[int, int]) -> None:
    assert read(of=of, k=GOOD.matrix.reshape(-1)) == Calibration(GOOD)


def test_a_size_of_zero_with_binning_and_region() -> None:
    whole = read((320, 240), of=(0, 0), k=GOOD.matrix.reshape(-1), binning_x=2, binning_y=2)
    assert whole == Calibration(scaled(GOOD, 320, 240))
    region = {"x_offset": 100, "y_offset": 50, "width": 400, "height": 300}
    part = read((400, 300), of=(0, 0), k=GOOD.matrix.reshape(-1), roi=region).intrinsics
    assert part is not None
    assert (part.fx, part.cx, part.cy) == (FOCAL, 219.5, 189.5)


@pytest.mark.parametrize("of", [(1000, 300), (480, 640), (1280, 960)])
def test_a_wrong_size_does_not_spoil_a_matrix_that_fits_the_image(of: tuple[int, int]) -> None:
    found = read(of=of, k=GOOD.matrix.reshape(-1))
    assert found.intrinsics == GOOD
    assert [f"a size of {of[0]}x{of[1]} px" in text for text in found.problems] == [True]


def test_a_region_outside_the_image_is_left_out() -> None:
    found = read(roi={"x_offset": 600, "y_offset": 400, "width": 640, "height": 480})
    assert found.intrinsics == GOOD
    assert ["region or binning" in text for text in found.problems] == [True]


def test_a_region_of_the_sensor_read_two_by_two() -> None:
    region = {"x_offset": 100, "y_offset": 50, "width": 400, "height": 300}
    found = read((200, 150), roi=region, binning_x=2, binning_y=2)
    assert found.problems == ()
    assert found.intrinsics is not None
    point = np.array([0.1, -0.2, 2.0])
    # a pixel of the binned image covers two by two: its centre lies between theirs
    expected = (GOOD.project(point) - [100, 50] - 0.5) / 2
    np.testing.assert_allclose(found.intrinsics.project(point), expected)


def test_a_principal_point_of_zero_is_the_centre() -> None:
    found = read(k=[FOCAL, 0, 0, 0, FOCAL, 0, 0, 0, 1])
    assert found.intrinsics == GOOD
    assert ["principal point 0, 0" in text for text in found.problems] == [True]


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([0.0] * 9, "K is zero, the camera is not calibrated"),
        ([nan] * 9, "focal lengths nan, nan"),
        ([-500, 0, 320, 0, -500, 240, 0, 0, 1], "focal lengths -500, -500"),
        ([500, 0, 320, 0, 0, 240, 0, 0, 1], "focal lengths 500, 0"),
        ([0.8, 0, 0.5, 0, 0.8, 0.5, 0, 0, 1], "a field of view of 179.7 degrees"),
        ([9e9, 0, 320, 0, 9e9, 240, 0, 0, 1], "a field of view of 0.0 degrees"),
        ([500, 0, 1e6, 0, 500, 240, 0, 0, 1], "the principal point 1e+06, 240"),
    ],
)
def test_a_matrix_that_cannot_be_used(matrix: list[float], words: str) -> None:
    found = read(k=matrix)
    assert found.intrinsics is None
    (problem,) = found.problems
    assert problem.startswith("is not used: ")
    assert words in problem


def test_a_camera_info_of_another_image() -> None:
    found = read((480, 640))
    assert found.intrinsics is None
    assert "for 640x480 px, the image has 480x640: not the same image" in found.problems[0]


def test_rectified_images_have_p_and_no_distortion() -> None:
    p = [400.0, 0, 300, 0, 0, 410, 200, 0, 0, 0, 1, 0]
    found = read(rectified=True, p=p, d=[0.3] * 7, distortion_model="equidistant")
    assert found == Calibration(Intrinsics(640, 480, 400.0, 410.0, 300.0, 200.0))


def test_rectified_images_without_p_have_k() -> None:
    found = read(rectified=True, p=[0.0] * 12, d=[0.1, 0.1, 0, 0, 0])
    assert found.intrinsics == GOOD
    assert ["has a P that is not used, K is" in text for text in found.problems] == [True]


def test_names_of_rectified_images() -> None:
    rectified = ("/eye/image_rect", "image_rect_color", "/eye/image_rect_raw", "/a/color_rect")
    assert all(map(is_rectified, rectified))
    assert not any(map(is_rectified, ("/rect/image_raw", "/eye/image", "/direct/rectangle")))


@given(st.integers(1, 8))
def test_intrinsics_of_a_resized_image(factor: int) -> None:
    camera = scaled(GOOD, 640 * factor, 480 * factor)
    point = np.array([0.3, 0.2, 1.5])
    edge = (GOOD.project(point) + 0.5) / [640, 480]
    np.testing.assert_allclose((camera.project(point) + 0.5) / [640 * factor, 480 * factor], edge)


def test_another_aspect_ratio_is_refused() -> None:
    with pytest.raises(InputError, match="640x480 px, the image has 480x640"):
        scaled(GOOD, 480, 640)
