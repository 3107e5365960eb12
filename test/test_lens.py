"""Lens models against OpenCV, and their reach."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lens import WIDEST, BrownLens, FisheyeLens, Lens

REAL = (
    (-0.35, 0.13, 0.001, -0.001, -0.02),  # a wide webcam
    (-0.28, 0.07, 0.0002, 0.00002, 0.0),
    (0.1, 0.02, 0.0, 0.0),  # pincushion
    (0.5, -2.6, 0.0007, -0.0002, 1.5, 0.38, -2.4, 1.44),  # rational
    (0.1, 0.1, 0.01, 0.01, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.02, 0.02),
)
FISHEYES = ((), (0.01, 0.001, 0.0, 0.0), (-0.0058, 0.04, -0.038, 0.0068), (-0.1, 0.0, 0.0, 0.0))
places = st.lists(st.tuples(st.floats(-0.8, 0.8), st.floats(-0.6, 0.6)), min_size=1, max_size=5)


def project(plane: np.ndarray, coefficients: tuple[float, ...], *, fisheye: bool) -> np.ndarray:
    """OpenCV's image coordinates (N, 2) of directions (N, 2)."""
    points, zero = np.column_stack([plane, np.ones(len(plane))])[:, None], np.zeros(3)
    if fisheye:
        numbers = np.array(coefficients or np.zeros(4))
        bent, _ = cv2.fisheye.projectPoints(points, zero, zero, np.eye(3), numbers)
    else:
        bent, _ = cv2.projectPoints(points, zero, zero, np.eye(3), np.array(coefficients))
    return np.asarray(bent).reshape(-1, 2)


@pytest.mark.parametrize("coefficients", REAL)
@given(rays=places)
def test_brown_lenses_are_those_of_opencv(
    coefficients: tuple[float, ...], rays: list[tuple[float, float]]
) -> None:
    plane, lens = np.array(rays), BrownLens(coefficients)
    bent = lens.distort(plane)
    np.testing.assert_allclose(bent, project(plane, coefficients, fisheye=False), atol=1e-12)
    np.testing.assert_allclose(lens.straighten(bent), plane, atol=1e-8)


@pytest.mark.parametrize("coefficients", FISHEYES)
@given(degrees=st.floats(0.1, 70), turn=st.floats(0, 6.3))
def test_fisheyes_are_those_of_opencv(
    coefficients: tuple[float, ...], degrees: float, turn: float
) -> None:
    plane = np.tan(np.radians(degrees)) * np.array([[np.cos(turn), np.sin(turn)]])
    lens = FisheyeLens(coefficients)
    bent = lens.distort(plane)
    np.testing.assert_allclose(bent, project(plane, coefficients, fisheye=True), atol=1e-12)
    np.testing.assert_allclose(lens.straighten(bent), plane, rtol=1e-8)


def test_a_fisheye_without_coefficients_is_equidistant() -> None:
    aside = np.radians(60)
    np.testing.assert_allclose(FisheyeLens().distort(np.array([[np.tan(aside), 0]])), [[aside, 0]])


@pytest.mark.parametrize(
    ("lens", "reach"),
    [
        (BrownLens((-0.4, 0.0, 0.0, 0.0)), np.degrees(np.arctan(1 / np.sqrt(1.2)))),
        (FisheyeLens((-0.3, 0.0, 0.0, 0.0)), np.degrees(1 / np.sqrt(0.9))),
        (FisheyeLens(), WIDEST),
        (BrownLens((0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0)), np.degrees(np.arctan(0.5))),
    ],
)
def test_a_lens_ends_where_its_polynomial_turns(lens: Lens, reach: float) -> None:
    for aside, known in ((reach - 0.5, True), (reach + 0.5, False)):
        plane = np.array([[np.tan(np.radians(aside)), 0.0], [0.0, -np.tan(np.radians(aside))]])
        bent = lens.distort(plane)
        assert np.isfinite(bent).all() == known
        if known:
            np.testing.assert_allclose(lens.straighten(bent), plane, rtol=1e-6)
    assert np.isnan(lens.straighten(np.array([[9.0, 0.0]]))).all()


@pytest.mark.parametrize(
    "lens", [BrownLens((-0.3, 0.1, 0.0, 0.0)), FisheyeLens(), BrownLens((1e300,) * 5)]
)
def test_missing_points_stay_missing(lens: Lens) -> None:
    points = np.array([[np.nan, 0.1], [np.inf, 0.1], [0.0, 0.0]])
    for found in (lens.distort(points), lens.straighten(points)):
        np.testing.assert_array_equal(np.isnan(found[:2]), True)
