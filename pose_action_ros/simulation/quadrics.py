"""Quadrics: ellipsoids and truncated elliptic cones, with the camera at the origin.

A point p lies on the surface when p·Qp + 2 b·p + c = 0; along the ray t·d, with d = (x/z, y/z, 1),
this is a quadratic equation in the depth t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_FAR = 1e6


@dataclass(frozen=True, eq=False)
class Quadrics:
    """N surfaces in the optical frame of a camera [m].

    Attributes:
        q: (N, 3, 3), b: (N, 3), c: (N,) the quadratic form.
        middle: (N, 3) a point inside, near which the equation is well conditioned.
        axis: (N, 3) direction along which the surface is truncated; zero if it is not.
        span: (N, 2) least and greatest p·axis of the truncated surface.
        bounds: (N, 4) left, top, right, bottom as x/z and y/z; NaN if not in front of the camera.
    """

    q: Array
    b: Array
    c: Array
    middle: Array
    axis: Array
    span: Array
    bounds: Array

    def first_hit(self, directions: Array) -> Array:
        """(M,) depth [m] of the nearest surface along each of M directions (M, 2), or infinity."""
        d = np.column_stack([directions, np.ones(len(directions))])  # (M, 3)
        a = np.einsum("mi,nij,mj->nm", d, self.q, d)
        b = self.b @ d.T
        root = b * b - a * self.c[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            depth = self.c[:, None] / (np.sqrt(root) - b)
            along = depth * (self.axis @ d.T)
            valid = (along >= self.span[:, :1]) & (along <= self.span[:, 1:]) & (depth > 0)
        nearest: Array = np.where(valid, depth, np.inf).min(axis=0)
        return nearest


def ellipsoids(centres: Array, frames: Array, radii: Array) -> Quadrics:
    """Build ellipsoids: centres (N, 3), axes as columns of frames (N, 3, 3), radii (N, 3)."""
    q = np.einsum("nij,nj,nkj->nik", frames, radii**-2.0, frames)
    b = -np.einsum("nij,nj->ni", q, centres)
    c = -np.einsum("ni,ni->n", b, centres) - 1
    spread = np.einsum("nij,nj,nkj->nik", frames, radii**2, frames)
    span = np.broadcast_to([-_FAR, _FAR], (len(c), 2)).copy()
    return Quadrics(q, b, c, centres, np.zeros_like(centres), span, _bounds(centres, spread))


def cones(starts: Array, ends: Array, broad: Array, sections: Array) -> Quadrics:
    """Build truncated elliptic cones from starts to ends (N, 3).

    Args:
        starts: (N, 3) [m].
        ends: (N, 3) [m].
        broad: (N, 3) direction of the section's first radius; made perpendicular to the axis.
        sections: (N, 3) first and second radius at the start [m], and the size at the
            end relative to the start.
    """
    way = ends - starts
    length = np.maximum(np.linalg.norm(way, axis=1), 1e-6)
    axis = way / length[:, None]
    across = broad - np.einsum("ni,ni->n", broad, axis)[:, None] * axis
    across /= np.maximum(np.linalg.norm(across, axis=1), 1e-9)[:, None]
    third = np.cross(axis, across)
    taper = (sections[:, 2] - 1) / length
    frames = np.stack([across, third, axis], axis=2)
    weights = np.stack([sections[:, 0] ** -2.0, sections[:, 1] ** -2.0, -(taper**2)], axis=1)
    q = np.einsum("nij,nj,nkj->nik", frames, weights, frames)
    at = np.einsum("ni,ni->n", axis, starts)
    b = -np.einsum("nij,nj->ni", q, starts) - taper[:, None] * axis
    c = np.einsum("nij,ni,nj->n", q, starts, starts) + 2 * taper * at - 1
    size = sections[:, :2].max(axis=1) ** 2
    first = _bounds(starts, size[:, None, None] * np.eye(3))
    last = _bounds(ends, (size * sections[:, 2] ** 2)[:, None, None] * np.eye(3))
    bounds = np.concatenate(
        [np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])], axis=1
    )
    return Quadrics(q, b, c, (starts + ends) / 2, axis, np.stack([at, at + length], axis=1), bounds)


def joined(parts: list[Quadrics]) -> Quadrics:
    """Concatenate several sets of surfaces."""
    names = ("q", "b", "c", "middle", "axis", "span", "bounds")
    return Quadrics(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _bounds(centres: Array, spread: Array) -> Array:
    """(N, 4) left, top, right, bottom (x/z, y/z) of ellipsoids of shape `spread` (N, 3, 3).

    The planes through the camera that are tangent to the ellipsoid: roots of
    (z² - Szz) m² - 2 (x z - Sxz) m + (x² - Sxx) = 0.
    """
    z = centres[:, 2]
    lead = z**2 - spread[:, 2, 2]
    before = (lead > 1e-6) & (z > 0)
    lead = np.where(before, lead, np.nan)
    sides = []
    for k in (0, 1):
        middle = centres[:, k] * z - spread[:, k, 2]
        rest = centres[:, k] ** 2 - spread[:, k, k]
        root = np.sqrt(np.maximum(middle**2 - lead * rest, 0))
        sides.append(((middle - root) / lead, (middle + root) / lead))
    (left, right), (top, bottom) = sides
    return np.stack([left, top, right, bottom], axis=1)
