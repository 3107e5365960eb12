"""Rotations, vectorised over any leading axes: degrees in, (..., 3, 3) matrices out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _matrix(rows: tuple[tuple[Array, Array, Array], ...]) -> Array:
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def about_x(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation about x by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((one, zero, zero), (zero, c, -s), (zero, s, c)))


def about_y(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation about y by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((c, zero, s), (zero, one, zero), (-s, zero, c)))


def about_z(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation about z by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((c, -s, zero), (s, c, zero), (zero, zero, one)))


def _parts(degrees: npt.ArrayLike) -> tuple[Array, Array, Array, Array]:
    angle = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)


def swing(about_x_degrees: npt.ArrayLike, about_y_degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation about one horizontal axis, free of gimbal lock short of a full turn.

    The two angles are the components of the rotation vector (exponential map).
    """
    x = np.radians(np.asarray(about_x_degrees, dtype=np.float64))
    y = np.radians(np.asarray(about_y_degrees, dtype=np.float64))
    angle = np.hypot(x, y)
    safe = np.where(angle > 1e-9, angle, 1.0)
    ux, uy = np.where(angle > 1e-9, x / safe, 1.0), np.where(angle > 1e-9, y / safe, 0.0)
    c, s = np.cos(angle), np.sin(angle)
    rest = 1 - c
    return _matrix(
        (
            (c + ux * ux * rest, ux * uy * rest, uy * s),
            (ux * uy * rest, c + uy * uy * rest, -ux * s),
            (-uy * s, ux * s, c),
        )
    )


def swing_twist(rotation: Array) -> tuple[Array, Array, Array]:
    """Split (..., 3, 3) into swing components about x and y and a twist about z [degrees].

    The inverse of `swing(x, y) @ about_z(twist)`.
    """
    axis = -rotation[..., :, 2]  # where a limb that hangs along -z points
    side = np.hypot(axis[..., 0], axis[..., 1])
    angle = np.degrees(np.arctan2(side, -axis[..., 2]))
    safe = np.where(side > 1e-9, side, 1.0)
    x, y = angle * axis[..., 1] / safe, -angle * axis[..., 0] / safe
    rest = np.swapaxes(swing(x, y), -1, -2) @ rotation
    return x, y, np.degrees(np.arctan2(rest[..., 1, 0], rest[..., 0, 0]))
