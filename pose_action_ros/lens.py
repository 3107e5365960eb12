"""Lens models of OpenCV: distortion of normalised image coordinates, and its inverse.

Both models are used up to a reach: the angle to the optical axis below which points farther from
the axis are farther from it in the image, too. Beyond, a polynomial has no meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import radians, tan
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WIDEST = 85.0
"""Largest angle [deg] to the optical axis; beyond, x/z grows without bounds."""
_RADII = np.tan(np.linspace(0.0, radians(WIDEST), 800))
_ANGLES = np.arange(8) * np.pi / 4
_WAYS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # (8, 2)
_STEPS = 5
_TOLERANCE = 1e-6  # of normalised coordinates: a thousandth of a pixel

COUNTS = (0, 4, 5, 8, 12, 14)
"""Numbers of coefficients of Brown and Conrady's model that OpenCV takes."""
FISHEYE_COUNTS = (0, 4)
"""Numbers of coefficients of the fisheye model."""


class Lens(Protocol):
    """A lens model."""

    def distort(self, plane: Array) -> Array:
        """Image coordinates (N, 2) of directions x/z, y/z (N, 2); NaN beyond the reach."""

    def straighten(self, bent: Array) -> Array:
        """Directions x/z, y/z (N, 2) of image coordinates (N, 2); NaN beyond the reach."""


@dataclass(frozen=True)
class BrownLens:
    """Model of Brown and Conrady with OpenCV's extensions.

    Attributes:
        coefficients: k1 k2 p1 p2 [k3 [k4 k5 k6 [s1 s2 s3 s4 [tau_x tau_y]]]].
    """

    coefficients: tuple[float, ...]

    def distort(self, plane: Array) -> Array:
        """See Lens."""
        reach = _brown_table(self.coefficients)[0][-1]
        return _within(plane, np.linalg.norm(plane, axis=1) <= reach, self._bend)

    def straighten(self, bent: Array) -> Array:
        """See Lens: Newton's method from the middle of the radial function over all directions."""
        finite: Flags = np.all(np.isfinite(bent), axis=1)
        return _within(bent, finite, self._straighten)

    def _straighten(self, bent: Array) -> Array:
        radii, advance = _brown_table(self.coefficients)
        plane = _at_radius(bent, np.interp(np.linalg.norm(bent, axis=1), advance, radii))
        for _ in range(_STEPS):
            there, slopes = _project(plane, self.coefficients)
            plane = plane + _solved(slopes, bent - there)
            plane = _at_radius(plane, np.minimum(np.linalg.norm(plane, axis=1), radii[-1]))
        wrong = ~(np.linalg.norm(bent - self._bend(plane), axis=1) <= _TOLERANCE)
        plane[wrong] = np.nan
        return plane

    def _bend(self, plane: Array) -> Array:
        return _project(plane, self.coefficients)[0]


def _project(plane: Array, coefficients: tuple[float, ...]) -> tuple[Array, Array]:
    """Distorted coordinates (N, 2), and their derivatives (N, 2, 2) with respect to (N, 2)."""
    import cv2  # noqa: PLC0415 - only needed with distortion

    points, zero = np.column_stack([plane, np.zeros(len(plane))]), np.zeros(3)
    ahead = np.array([0.0, 0.0, 1.0])
    bent, slopes = cv2.projectPoints(points, zero, ahead, np.eye(3), np.array(coefficients))
    # Columns 3 and 4 are those of a translation along x and y, at depth 1.
    derivatives = np.asarray(slopes, np.float64).reshape(len(plane), 2, -1)[..., 3:5]
    return np.asarray(bent, np.float64).reshape(-1, 2), derivatives


def _solved(slopes: Array, missing: Array) -> Array:
    """Steps (N, 2) that make up for what is missing (N, 2), by slopes (N, 2, 2)."""
    (a, b), (c, d) = slopes.transpose(1, 2, 0)
    x, y = missing.T
    determinant = a * d - b * c
    determinant = np.where(determinant == 0, np.nan, determinant)
    return np.stack([d * x - b * y, a * y - c * x], axis=1) / determinant[:, None]


@lru_cache(maxsize=32)
def _brown_table(coefficients: tuple[float, ...]) -> tuple[Array, Array]:
    """Radii x/z from 0 to the reach, and the mean distance from the axis in the image."""
    points = (_RADII[:, None, None] * _WAYS).reshape(-1, 2)
    with np.errstate(all="ignore"):
        bent = _project(points, coefficients)[0].reshape(-1, len(_WAYS), 2)
        advance = (bent * _WAYS).sum(axis=2)  # (R, 8)
        least, most, mean = advance.min(axis=1), advance.max(axis=1), advance.mean(axis=1)
    return _up_to_reach(_RADII, least, most, mean)


@dataclass(frozen=True)
class FisheyeLens:
    """Model of Kannala and Brandt; without coefficients, the distance is the angle (equidistant).

    Attributes:
        coefficients: k1 to k4, or none.
    """

    coefficients: tuple[float, ...] = ()

    def distort(self, plane: Array) -> Array:
        """See Lens."""
        reach = _fisheye_table(self.coefficients)[0][-1]
        return _within(plane, np.linalg.norm(plane, axis=1) <= tan(reach), self._bend)

    def _bend(self, plane: Array) -> Array:
        angles = np.arctan(np.linalg.norm(plane, axis=1))
        return _at_radius(plane, _angle_in_image(angles, self.coefficients)[0])

    def straighten(self, bent: Array) -> Array:
        """See Lens."""
        farthest = _fisheye_table(self.coefficients)[1][-1]
        return _within(bent, np.linalg.norm(bent, axis=1) <= farthest, self._straighten)

    def _straighten(self, bent: Array) -> Array:
        distances = np.linalg.norm(bent, axis=1)
        angles = np.interp(distances, *_fisheye_table(self.coefficients)[::-1])
        for _ in range(_STEPS):
            there, slopes = _angle_in_image(angles, self.coefficients)
            angles = np.clip(angles + (distances - there) / slopes, 0.0, radians(WIDEST))
        return _at_radius(bent, np.tan(angles))


def _angle_in_image(angles: Array, coefficients: tuple[float, ...]) -> tuple[Array, Array]:
    """Distance from the axis in the image at angles [rad], and its derivative."""
    powers = np.zeros(10)
    powers[1] = 1.0
    powers[3 : 3 + 2 * len(coefficients) : 2] = coefficients
    polynomial = np.polynomial.Polynomial(powers)
    return polynomial(angles), polynomial.deriv()(angles)


@lru_cache(maxsize=32)
def _fisheye_table(coefficients: tuple[float, ...]) -> tuple[Array, Array]:
    """Angles [rad] from 0 to the reach, and the distance from the axis in the image."""
    angles = np.arctan(_RADII)
    distances = _angle_in_image(angles, coefficients)[0]
    return _up_to_reach(angles, distances, distances, distances)


def _within(points: Array, inside: Flags, function: Callable[[Array], Array]) -> Array:
    """Values (N, 2) of a function of the points (N, 2) inside; NaN for the others."""
    values = np.full_like(points, np.nan)
    if inside.any():
        with np.errstate(all="ignore"):  # a lens model may have any numbers
            values[inside] = function(points[inside])
    return values


def _up_to_reach(places: Array, least: Array, most: Array, mean: Array) -> tuple[Array, Array]:
    """Places (R,) and means as long as the least and the most of the advance rise."""
    rising = (np.diff(least) > 0) & (np.diff(most) > 0)  # False for NaN
    count = 1 + int(np.argmin(np.append(rising, False)))
    return places[:count], mean[:count]


def _at_radius(plane: Array, radii: Array) -> Array:
    """Points (N, 2) moved along the line to the centre to these distances (N,)."""
    lengths = np.linalg.norm(plane, axis=1)
    moved: Array = plane * (radii / np.where(lengths > 0, lengths, 1.0))[:, None]
    return moved
