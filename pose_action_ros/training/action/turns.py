"""Turns about the axes, for augmentation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def turn(axis: int, angle: float) -> npt.NDArray[np.float64]:
    """(3, 3) turn about axis 0, 1 or 2 by an angle [rad]."""
    matrix = np.eye(3)
    first, second = [other for other in range(3) if other != axis]
    matrix[[first, second], [first, second]] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix
