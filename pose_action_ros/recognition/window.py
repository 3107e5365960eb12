"""Window: the poses of the last seconds, independent of the frame rate."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from pose_action_ros.recognition.enhanced_spmf import Image
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.spmf_stream import SpmfStream
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

_TO_HIPS = np.array([0.0, 0.5, 0.0])  # [m] from the neck of an upright person
_ROUNDING = 1e-6  # of a step, so that rounding does not delay it to the next pose


def resample(stamps: Array, points: Array, times: Array) -> Array:
    """Interpolate poses at other times between the two nearest poses.

    A joint that is missing in one of the two has the position of the other; missing in both, it is
    missing. Later poses never change the result.

    Args:
        stamps: (T,) [s], rising.
        points: (T, J, 3), NaN where a joint is missing.
        times: (F,) [s]; before the first and after the last stamp the pose is constant.

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


def origins(points: Array, skeleton: Skeleton) -> Array:
    """Origin (..., 1, 3) [m] of poses (..., J, 3), y down: the root joint.

    Where it is missing, as below the image, the origin is where it would be in an upright person
    with that neck; without a neck, it is the mean of the joints.
    """
    root, neck = points[..., [skeleton.root], :], points[..., [skeleton.index("neck")], :]
    count = np.isfinite(points).all(axis=-1, keepdims=True).sum(axis=-2, keepdims=True)
    mean = np.nansum(points, axis=-2, keepdims=True) / np.where(count, count, np.nan)
    below = np.where(np.isfinite(neck), neck + _TO_HIPS, mean)
    return np.where(np.isfinite(root), root, below)


class Window:
    """The newest poses of one person, or of two together, at equal steps, and their image.

    Args:
        seconds: length.
        max_gap: longest time between two poses [s]; a longer one restarts the window.
        spmf: settings of the image.
    """

    def __init__(self, seconds: float, max_gap: float, spmf: SpmfSettings) -> None:
        self._seconds, self._max_gap, self._spmf = seconds, max_gap, spmf
        self._step = seconds / (spmf.frames - 1)
        self.clear()

    def clear(self) -> None:
        """Remove all poses."""
        self._stream = SpmfStream(self._spmf)
        self._stamps: deque[float] = deque()  # of the poses in the image
        self._pose: Array = np.zeros(0)  # the newest
        self._first = np.inf  # stamp of the first pose
        self._taken = 0  # steps since

    def continues(self, stamp: float) -> bool:
        """True if a pose at this time [s] follows the newest one without a gap.

        False for an earlier time, as after the restart of a bag or a simulation.
        """
        return 0 <= stamp - self.newest <= self._max_gap

    def add(self, points: Array, stamp: float) -> None:
        """Add a pose (J, 3), NaN where a joint is missing; a repeated stamp is ignored.

        A pose that does not continue the window restarts it.
        """
        if stamp == self.newest:
            return
        if self.continues(stamp):
            self._advance(points, stamp)
        else:
            self.clear()
            self._first, self._taken = stamp, 1
            self._stream.push(points)
        self._pose = points
        self._stamps.append(stamp)
        self._drop_old()

    def _advance(self, points: Array, stamp: float) -> None:
        """Push the steps between the last pose and this one, at most a window."""
        until = int((stamp - self._first) / self._step + _ROUNDING)
        begin = max(self._taken, until + 1 - self._spmf.frames)
        steps = np.arange(begin, until + 1, dtype=np.float64)
        if len(steps):
            bracket = np.array([self.newest, stamp], dtype=np.float64)
            times = self._first + steps * self._step
            for pose in resample(bracket, np.stack([self._pose, points]), times):
                self._stream.push(pose)
            self._taken = until + 1

    def _drop_old(self) -> None:
        """Remove the stamps of poses that are no longer part of the image."""
        oldest = self._first + (self._taken - self._spmf.frames + _ROUNDING) * self._step
        while len(self._stamps) > 1 and self._stamps[1] <= oldest:
            self._stamps.popleft()

    @property
    def newest(self) -> float:
        """Stamp of the newest pose, minus infinity when empty [s]."""
        return self._stamps[-1] if self._stamps else -np.inf

    @property
    def start(self) -> float:
        """Stamp of the oldest pose used, infinity when empty [s]."""
        return self._stamps[0] if self._stamps else np.inf

    @property
    def filled(self) -> float:
        """Share of the window with poses, 0 to 1."""
        return min(1.0, max(0.0, self.newest - self._first) / self._seconds)

    def missing(self) -> Array:
        """(J,) share of the poses in the window in which each joint is missing; 0 without poses."""
        missing = np.isnan(self._stream.poses[..., 0])
        poses = missing[~missing.all(axis=1)]
        return np.asarray(poses.mean(axis=0) if len(poses) else np.zeros(missing.shape[1]))

    def image(self) -> Image:
        """Image (height, width, channels), black for missing poses."""
        return self._stream.image()
