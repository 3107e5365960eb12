"""Turns about the axes and the mirror, for augmentation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import Skeleton


def turn(axis: int, angle: float) -> npt.NDArray[np.float64]:
    """(3, 3) turn about axis 0, 1 or 2 by an angle [rad]."""
    matrix = np.eye(3)
    first, second = [other for other in range(3) if other != axis]
    matrix[[first, second], [first, second]] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def mirror(points: npt.NDArray[np.float64], skeleton: Skeleton) -> npt.NDArray[np.float64]:
    """Poses (..., J, 3) of the skeleton, seen in a mirror: left is right."""
    return points[..., skeleton.mirror, :] * [-1.0, 1.0, 1.0]
