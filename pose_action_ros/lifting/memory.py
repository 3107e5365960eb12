"""What is remembered of each person between images: how far away they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import UNTRACKED

Array = npt.NDArray[np.float64]

FORGOTTEN = 5.0
"""Time [s] unseen after which a person is somebody new."""
_DISORDER = 1.0  # [s] by which images may come in another order than they were taken
_CUTOFF, _SLOPE = 0.6, 2.0  # of the depth's filter: [Hz] at rest, [Hz per m/s] more in motion


@dataclass
class _Person:
    seen: float  # stamp of the newest image [s]
    depth: OneEuroFilter = field(default_factory=OneEuroFilter)


class Memory:
    """The people of the last seconds, by id."""

    def __init__(self) -> None:
        self._people: dict[int, _Person] = {}
        self._stamp = -np.inf

    def at(self, stamp: float) -> None:
        """Begin an image [s]: forget who is gone, and everybody when time jumps far back."""
        if stamp < self._stamp - _DISORDER:
            self._people.clear()
        self._stamp = stamp
        gone = [key for key, one in self._people.items() if stamp - one.seen > FORGOTTEN]
        for key in gone:
            del self._people[key]

    def steady(self, ids: Sequence[int], depths: Array) -> Array:
        """Distances calmed, not delayed while they change fast.

        Args:
            ids: of the people in this image; UNTRACKED has no past.
            depths: (N,) [m], NaN where not known.
        """
        calm = depths.copy()
        for row, person_id in enumerate(ids):
            if person_id != UNTRACKED and np.isfinite(depths[row]):
                known = self._people.setdefault(person_id, _Person(self._stamp))
                seconds = max(self._stamp - known.seen, 0.0)
                sample = depths[row : row + 1, None]
                calm[row] = known.depth(sample, seconds, 1.0, _CUTOFF, _SLOPE)[0, 0]
                known.seen = self._stamp
        return calm
