"""One-Euro filter: a low-pass filter with a cut-off frequency that rises with the speed.

Source: Casiez, Roussel, Vogel, "1 Euro filter", CHI 2012, algorithm 1, for many joints at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SPEED_CUTOFF = 1.0
"""Cut-off frequency [Hz] for the speed estimate, the paper's value."""


class OneEuroFilter:
    """Smooths points (J, D) over time; a joint restarts after it was missing."""

    def __init__(self) -> None:
        self._points: Array | None = None
        self._speeds: Array | None = None

    def __call__(
        self, points: Array, seconds: float, size: float, cutoff: float, slope: float
    ) -> Array:
        """Smooth the next sample.

        Args:
            points: (J, D) in any unit, NaN where missing.
            seconds: since the sample before, not negative.
            size: of the person in the unit of the points; speeds are measured in it.
            cutoff: at rest [Hz].
            slope: cut-off gained per speed [Hz per size a second].

        Returns:
            (J, D); NaN where missing.
        """
        if self._points is None or self._speeds is None:
            smooth, speeds = points.copy(), np.zeros_like(points)
        elif seconds <= 0:
            smooth = np.where(np.isfinite(self._points), self._points, points)
            speeds = self._speeds
        else:
            raw = (points - self._points) / (seconds * size)
            raw = np.where(np.isfinite(raw), raw, 0.0)
            speeds = self._speeds + _weight(SPEED_CUTOFF, seconds) * (raw - self._speeds)
            speed = np.linalg.norm(speeds, axis=-1, keepdims=True)
            weight = _weight(cutoff + slope * speed, seconds)
            smooth = self._points + weight * (points - self._points)
            smooth = np.where(np.isfinite(smooth), smooth, points)
        smooth[~np.isfinite(points)] = np.nan
        speeds = np.where(np.isfinite(smooth), speeds, 0.0)
        self._points, self._speeds = smooth, speeds
        return smooth.copy()


def _weight(cutoff: npt.ArrayLike, seconds: float) -> Array:
    """Weight of the new sample: equation 7 with time constant 1 / (2 pi cutoff)."""
    turn = 2 * np.pi * np.asarray(cutoff, dtype=np.float64) * seconds
    result: Array = turn / (turn + 1)
    return result
