"""DepthFilter: distances of tracked people, smoothed over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import UNTRACKED

Array = npt.NDArray[np.float64]

TRACK_MEMORY = 5.0
"""Time [s] after which the distance of a person without detection is no longer used."""
_CUTOFF, _SLOPE = 0.6, 2.0  # of the depth's filter: [Hz] at rest, [Hz per m/s] more in motion


@dataclass
class _Depth:
    stamp: float  # of the newest image with the person [s]
    filter: OneEuroFilter = field(default_factory=OneEuroFilter)


class DepthFilter:
    """Smooths the distances of people over time, by id."""

    def __init__(self) -> None:
        self._people: dict[int, _Depth] = {}
        self._stamp = -np.inf

    def begin(self, stamp: float) -> None:
        """Begin an image [s]: remove old people, and all when time goes back."""
        if stamp < self._stamp:
            self._people.clear()
        self._stamp = stamp
        people = self._people.items()
        self._people = {key: one for key, one in people if stamp - one.stamp <= TRACK_MEMORY}

    def __call__(self, ids: Sequence[int], depths: Array) -> Array:
        """Smooth distances at rest; those that change fast are not delayed.

        Args:
            ids: of the people in this image; the distance of UNTRACKED is not filtered.
            depths: (N,) [m], NaN if not known.
        """
        smooth = depths.copy()
        for row, person_id in enumerate(ids):
            if person_id != UNTRACKED and np.isfinite(depths[row]):
                person = self._people.setdefault(person_id, _Depth(self._stamp))
                seconds = self._stamp - person.stamp
                sample = depths[row : row + 1, None]
                smooth[row] = person.filter(sample, seconds, 1.0, _CUTOFF, _SLOPE)[0, 0]
                person.stamp = self._stamp
        return smooth
