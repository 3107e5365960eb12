"""What was done during the last seconds, independent of the camera's rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.recognition.enhanced_spmf import Image, SpmfStream
from pose_action_ros.recognition.spmf_settings import SpmfSettings

Array = npt.NDArray[np.float64]


def resample(stamps: Array, points: Array, times: Array) -> Array:
    """Poses at other times, between the two that are nearest.

    A joint known in both is interpolated, one known in one is where it is there, and one known in
    neither is missing: nothing has to be revised when later poses come.

    Args:
        stamps: (T,) [s], rising.
        points: (T, J, 3), NaN where a joint is missing.
        times: (F,) [s], from the first to the last stamp; beyond them the pose is held.

    Returns:
        (F, J, 3).
    """
    last = len(stamps) - 1
    after = np.clip(np.searchsorted(stamps, times), min(1, last), last)
    before = np.maximum(after - 1, 0)
    span = np.maximum(stamps[after] - stamps[before], 1e-12)
    weight = np.clip((times - stamps[before]) / span, 0.0, 1.0)[:, None, None]
    early, late = points[before], points[after]
    early, late = np.where(np.isnan(early), late, early), np.where(np.isnan(late), early, late)
    return np.asarray(early * (1 - weight) + late * weight)


class Window:
    """The newest poses of one person, or two together, at equal steps, and their image.

    Args:
        seconds: length.
        max_gap: longest time between two poses that is bridged; after a longer one the window
            starts anew [s].
        spmf: how the image is made.
    """

    def __init__(self, seconds: float, max_gap: float, spmf: SpmfSettings) -> None:
        self._seconds, self._max_gap, self._spmf = seconds, max_gap, spmf
        self._step = seconds / (spmf.frames - 1)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._stream = SpmfStream(self._spmf)
        self._stamp, self._pose = -np.inf, np.zeros(0)  # the newest
        self._first = np.inf  # stamp of the first pose
        self._taken = 0  # steps since

    def add(self, points: Array, stamp: float) -> None:
        """Take in a pose (J, 3), NaN where a joint is missing; the same stamp again is ignored.

        A stamp before the newest one is a new start: a bag that loops, a simulation restarted.
        """
        if stamp == self._stamp:
            return
        if not 0 < stamp - self._stamp <= self._max_gap:
            self.clear()
            self._first, self._taken = stamp, 1
            self._stream.push(points)
        else:
            self._advance(points, stamp)
        self._stamp, self._pose = stamp, points

    def _advance(self, points: Array, stamp: float) -> None:
        """Push the steps between the last pose and this one."""
        # A hair of tolerance, so that rounding does not delay a step to the next pose.
        until = int((stamp - self._first) / self._step + 1e-6)
        times = self._first + np.arange(self._taken, until + 1) * self._step
        if len(times):
            bracket = np.array([self._stamp, stamp])
            for pose in resample(bracket, np.stack([self._pose, points]), times):
                self._stream.push(pose)
            self._taken = until + 1

    @property
    def newest(self) -> float:
        """Stamp of the newest pose, minus infinity when empty [s]."""
        return self._stamp

    @property
    def start(self) -> float:
        """Time of the oldest pose used [s]."""
        return max(self._first, self._stamp - self._seconds)

    @property
    def filled(self) -> float:
        """Which part of the window there are poses for, 0 to 1."""
        return min(1.0, max(0.0, self._stamp - self._first) / self._seconds)

    def image(self) -> Image:
        """(height, width, 3) RGB, black where nothing was seen yet."""
        return self._stream.image()
