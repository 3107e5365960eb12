"""What one person did during the last seconds, independent of the camera's rate."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]


def resample(stamps: Points, points: Points, times: Points) -> Points:
    """Poses at other times, by linear interpolation between known joints.

    Args:
        stamps: (T,) [s], rising.
        points: (T, J, 3), NaN where a joint is missing.
        times: (F,) [s], rising; before the first and after the last stamp the pose is held.

    Returns:
        (F, J, 3); NaN for joints that are missing at all stamps.
    """
    result = np.full((len(times), *points.shape[1:]), np.nan)
    missing: npt.NDArray[np.bool_] = np.asarray(np.isnan(points).any(axis=-1))  # (T, J)
    whole = ~missing.any(axis=0)
    result[:, whole] = _interpolate(stamps, points[:, whole], times)
    for joint in np.flatnonzero(~whole & ~missing.all(axis=0)):
        seen = ~missing[:, joint]
        result[:, joint] = _interpolate(stamps[seen], points[seen, joint], times)
    return result


def _interpolate(stamps: Points, values: Points, times: Points) -> Points:
    """Values (F, ...) at times between values (T, ...) at stamps, all known."""
    inside = np.clip(times, stamps[0], stamps[-1])
    after = np.clip(np.searchsorted(stamps, inside), min(1, len(stamps) - 1), len(stamps) - 1)
    before = np.maximum(after - 1, 0)
    span = np.maximum(stamps[after] - stamps[before], 1e-12)
    weight = ((inside - stamps[before]) / span).reshape(-1, *[1] * (values.ndim - 1))
    result: Points = values[before] * (1 - weight) + values[after] * weight
    return result


class Window:
    """The newest poses of one person.

    Args:
        seconds: length.
        max_gap: longest time between two poses that is bridged; after a longer one the window
            starts anew [s].
    """

    def __init__(self, seconds: float, max_gap: float) -> None:
        self._seconds = seconds
        self._max_gap = max_gap
        self._stamps: deque[float] = deque()
        self._poses: deque[Points] = deque()

    def add(self, points: Points, stamp: float) -> None:
        """Take in a pose (J, 3), NaN where a joint is missing; the same stamp again replaces it.

        A stamp before the newest one is a new start: a bag that loops, a simulation restarted.
        """
        if self._stamps and not 0 <= stamp - self._stamps[-1] <= self._max_gap:
            self._stamps.clear()
            self._poses.clear()
        if self._stamps and stamp == self._stamps[-1]:
            self._stamps.pop()
            self._poses.pop()
        self._stamps.append(stamp)
        self._poses.append(points)
        # One pose from before the window stays, to interpolate at its start.
        while len(self._stamps) > 2 and self._stamps[1] <= stamp - self._seconds:
            self._stamps.popleft()
            self._poses.popleft()

    @property
    def newest(self) -> float:
        """Stamp of the newest pose, minus infinity when empty [s]."""
        return self._stamps[-1] if self._stamps else -np.inf

    @property
    def start(self) -> float:
        """Time of the oldest pose used [s]."""
        return max(self._stamps[0], self.newest - self._seconds)

    @property
    def filled(self) -> float:
        """Which part of the window there are poses for, 0 to 1."""
        if len(self._stamps) < 2:
            return 0.0
        return min(1.0, (self.newest - self._stamps[0]) / self._seconds)

    def sampled(self, frames: int) -> Points:
        """(frames, J, 3) at equal steps over the whole window; its unseen start is held."""
        times = np.linspace(self.newest - self._seconds, self.newest, frames)
        return resample(np.array(self._stamps), np.stack(self._poses), times)
