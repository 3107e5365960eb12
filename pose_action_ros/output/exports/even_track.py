"""A track at a constant rate in the frame of animation and biomechanics: Y up, Z to the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.pose_tracks import PoseTrack

Array = npt.NDArray[np.float64]

LONGEST_GAP = 0.25
"""Longest time [s] between two positions of a joint that are connected by a line."""
_UP = np.array([1.0, -1.0, -1.0])  # optical frame: y down, z away from the camera
_EQUAL = 1e-3  # of a step, between equal times


@dataclass(frozen=True)
class EvenTrack:
    """The poses of one person, one for each frame of a constant rate.

    Attributes:
        person_id: of the person.
        joints: names.
        rate: frames per second.
        first: number of the first frame; that at the time 0 has number 0.
        points: (T, J, 3) [m]: X to the right of the image, Y up, Z to the camera; NaN if missing.
    """

    person_id: int
    joints: Sequence[str]
    rate: float
    first: int
    points: Array

    @property
    def times(self) -> Array:
        """(T,) [s]."""
        times: Array = (self.first + np.arange(len(self.points))) / self.rate
        return times


def even_track(track: PoseTrack, longest_gap: float = LONGEST_GAP) -> EvenTrack:
    """Sample a track at the rate of its source.

    Positions between two images are on a straight line, unless the joint is missing for longer
    than `longest_gap` [s].
    """
    rate = track.rate or 1 / float(np.median(np.diff(track.stamps)))
    first, last = (round(float(track.stamps[end]) * rate) for end in (0, -1))
    times = np.arange(first, last + 1) / rate
    points = np.full((len(times), len(track.skeleton), 3), np.nan)
    for joint in range(len(track.skeleton)):
        known = np.isfinite(track.points[:, joint]).all(axis=1)
        if known.any():
            points[:, joint] = _sampled(
                times, track.stamps[known], track.points[known, joint], longest_gap, _EQUAL / rate
            )
    return EvenTrack(track.person_id, track.skeleton.joints, rate, first, points * _UP)


def _sampled(times: Array, stamps: Array, points: Array, longest_gap: float, equal: float) -> Array:
    """(T, 3) positions at the times; NaN where no or no near ones are around."""
    after = np.clip(np.searchsorted(stamps, times - equal), 0, len(stamps) - 1)
    before = np.clip(np.searchsorted(stamps, times + equal, side="right") - 1, 0, len(stamps) - 1)
    near = stamps[after] - stamps[before] <= longest_gap
    inside = (times >= stamps[0] - equal) & (times <= stamps[-1] + equal)
    sampled = np.column_stack([np.interp(times, stamps, column) for column in points.T])
    sampled[~(near & inside)] = np.nan
    return sampled
