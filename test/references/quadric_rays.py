"""Slow twin of the quadrics: marches along a ray and asks whether a point is inside a shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def in_ellipsoid(point: Array, centre: Array, frame: Array, radii: Array) -> bool:
    """Return True if a point (3,) lies in the ellipsoid with axes in the columns of frame."""
    return bool(np.sum((frame.T @ (point - centre) / radii) ** 2) <= 1)


def in_cone(point: Array, start: Array, end: Array, first: float, last: float) -> bool:
    """Return True if a point (3,) lies in the round cone between flat ends."""
    way = end - start
    along = float((point - start) @ way / (way @ way))
    away = np.linalg.norm(point - start - along * way)
    return 0 <= along <= 1 and bool(away <= first + along * (last - first))
