"""P-MPJPE by search: the similarity of least squares found by an optimiser, pose by pose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

Array = npt.NDArray[np.float64]


def _moved(numbers: Array, pose: Array) -> Array:
    """Scale, rotation vector and translation, 1 + 3 + 3 numbers, applied to a pose (J, 3)."""
    turned: Array = numbers[0] * Rotation.from_rotvec(numbers[1:4]).apply(pose) + numbers[4:]
    return turned


def _gap(numbers: Array, pose: Array, target: Array) -> Array:
    return (_moved(numbers, pose) - target).ravel()


def aligned_errors(pose: Array, target: Array, starts: int = 12) -> Array:
    """(J,) errors of a pose (J, 3) after the best of searches from several rotations."""
    rng = np.random.default_rng(0)
    best, least = first_guess(rng), np.inf
    for _ in range(starts):
        found = least_squares(_gap, first_guess(rng), args=(pose, target))
        # A negative scale would be a reflection.
        if found.x[0] >= 0 and found.cost < least:
            best, least = found.x, found.cost
    return np.array(np.linalg.norm(_moved(best, pose) - target, axis=1))


def first_guess(rng: np.random.Generator) -> Array:
    return np.concatenate([[1.0], Rotation.random(rng=rng).as_rotvec(), np.zeros(3)])
