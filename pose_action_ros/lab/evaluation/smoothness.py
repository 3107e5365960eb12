"""Smoothness and delay of the poses of a person, compared with the true motion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LAGS = range(-3, 16)
"""Delays that are tried [images]."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Poses of one person in evenly spaced images.

    Attributes:
        poses: (T, J, 3) [m], NaN where missing; joint 0 is the root.
        truth: (T, J, 3) [m].
    """

    poses: Array
    truth: Array

    def aligned(self) -> Motion:
        """The same relative to the root."""
        return Motion(self.poses - self.poses[:, :1], self.truth - self.truth[:, :1])

    def root(self) -> Motion:
        """The root alone."""
        return Motion(self.poses[:, :1], self.truth[:, :1])


def acceleration_error(motions: Iterable[Motion]) -> float:
    """Mean difference of second differences [m/image²], as in Kanazawa et al. 2019.

    Joints that are missing in one of three images do not count; NaN if no others exist.
    """
    errors = np.concatenate(
        [
            np.linalg.norm(np.diff(one.poses - one.truth, 2, axis=0), axis=-1).ravel()
            for one in motions
        ]
    )
    errors = errors[np.isfinite(errors)]
    return float(errors.mean()) if errors.size else float("nan")


def delay(motions: Sequence[Motion]) -> tuple[float, float]:
    """Delay of the poses [images], and the correlation at this delay.

    The delay is the lag with the greatest correlation of velocities, between images by a parabola
    through the three greatest values. NaN without motion.
    """
    steps = [(np.diff(one.poses, axis=0), np.diff(one.truth, axis=0)) for one in motions]
    values = [_correlation([_shifted(*pair, lag) for pair in steps]) for lag in LAGS]
    if not np.isfinite(values).any():
        return float("nan"), float("nan")
    place = int(np.nanargmax(values))
    lag = float(LAGS[place])
    if 0 < place < len(values) - 1:
        before, peak, after = values[place - 1 : place + 2]
        lag += (before - after) / 2 / (before - 2 * peak + after)
    return lag, values[place]


def _shifted(found: Array, true: Array, lag: int) -> tuple[Array, Array]:
    """Velocities of the poses and those `lag` images earlier of the truth."""
    count = max(len(found) - abs(lag), 0)
    first, second = max(lag, 0), max(-lag, 0)
    return found[first : first + count], true[second : second + count]


def _correlation(pairs: Sequence[tuple[Array, Array]]) -> float:
    """Correlation of velocities (T, J, 3) where both exist."""
    found, true = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    both = np.isfinite(found) & np.isfinite(true)
    found, true = found[both], true[both]
    norm = np.sqrt((found**2).sum() * (true**2).sum())
    return float((found * true).sum() / norm) if norm > 0 else float("nan")
