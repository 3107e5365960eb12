"""Ids over time: each detection is assigned to the track that predicted a pose like it.

Poses are compared by object keypoint similarity (OKS) of the COCO keypoint evaluation (Lin et al.
2014, and the evaluation page of the COCO keypoint task). Joints that COCO does not label have the
constant of the nearest labelled one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp, isfinite

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.tracking.assignment import assign
from pose_action_ros.tracking.settings import TrackerSettings

Array = npt.NDArray[np.float64]

DRIFT = 1.5
"""Largest speed [person sizes a second] relative to the prediction: about 1.5 m/s."""
FIRST_DRIFT = 4.0
"""The same for a track of one image without an estimated speed: running."""
COASTING = 0.5
"""Time [s] for which an undetected person is predicted to keep walking."""
AGILITY = 0.1
"""Time constant [s] of the speed estimate."""


@dataclass
class _Track:
    """One person: the last detection, and the state for the prediction of the next."""

    person_id: int
    pose: Pose2D
    stamp: float
    size: float = 1.0  # [px]
    velocity: Array | None = None  # (2,) [px/s]
    filter: OneEuroFilter = field(default_factory=OneEuroFilter)

    def predict(self, stamp: float) -> tuple[Array, float]:
        """Joints (J, 2) [px] at a constant speed that fades, and their uncertainty [px]."""
        if self.velocity is None:
            return self.pose.points, FIRST_DRIFT * self.size * (stamp - self.stamp)
        coasting = COASTING * (1 - exp(-(stamp - self.stamp) / COASTING))
        points = self.pose.points + self.velocity * coasting
        return points, DRIFT * self.size * (stamp - self.stamp)

    def follow(self, pose: Pose2D, size: float, stamp: float, settings: TrackerSettings) -> Pose2D:
        """Add a detection; return it with the track's id and smooth joints."""
        seconds = stamp - self.stamp
        moved = pose.points - self.pose.points
        common = np.isfinite(moved).all(axis=1)
        if seconds > 0 and common.any():
            speed = np.median(moved[common], axis=0) / seconds  # (2,)
            old = speed if self.velocity is None else self.velocity
            self.velocity = old + (1 - exp(-seconds / AGILITY)) * (speed - old)
        self.pose, self.stamp, self.size = pose, stamp, size
        points = pose.points
        if settings.smoothing:
            cutoff, slope = settings.smoothing_cutoff, settings.smoothing_speed
            points = self.filter(points, seconds, size, cutoff, slope)
        return replace(pose, points=points, person_id=self.person_id)


class Tracker:
    """Assigns ids that survive `track_memory` seconds without detection, and smooths joints.

    A track exists from the first image on. An id is never used twice, also after `reset`.

    Attributes:
        settings: may be replaced between updates.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self._tracks: list[_Track] = []
        self._next_id = 0
        self._stamp = -float("inf")

    def reset(self) -> None:
        """Remove all tracks."""
        self._tracks = []
        self._stamp = -float("inf")

    def update(self, people: Sequence[Pose2D], stamp: float) -> tuple[Pose2D, ...]:
        """Assign ids to the people of the next image.

        Args:
            people: of one skeleton, in any order; people without any joint are removed.
            stamp: time of the image [s]; if it is earlier than the last, all tracks are removed.

        Returns:
            The people with person_id set and, if switched on, their joints smoothed; in the
            same order.

        Raises:
            InputError: the stamp is not a number or the skeletons differ.
        """
        self._begin(people, stamp)
        people = [person for person in people if person.present.any()]
        if not people:
            return ()
        points = np.stack([person.points for person in people])  # (N, J, 2)
        owners = self._match(people, points, stamp)
        results = []
        for person, owner, size in zip(people, owners, sizes(points).tolist(), strict=True):
            track = owner
            if track is None:
                track = _Track(self._next_id, person, stamp)
                self._next_id += 1
                self._tracks.append(track)
            extent = max(size, 1.0) if isfinite(size) else 1.0
            results.append(track.follow(person, extent, stamp, self.settings))
        return tuple(results)

    def _begin(self, people: Sequence[Pose2D], stamp: float) -> None:
        """Check the input, and remove old tracks."""
        if not isfinite(stamp):
            raise InputError(f"got the time stamp {stamp}, expected seconds")
        names = {person.skeleton.name for person in people}
        names |= {track.pose.skeleton.name for track in self._tracks}
        if len(names) > 1:
            raise InputError(
                f"got people of the skeletons {', '.join(sorted(names))}, expected one skeleton; "
                "reset the tracker when the detector changes"
            )
        if stamp < self._stamp:
            self._tracks = []
        self._stamp = stamp
        # The tolerance keeps a track of exactly that age, in spite of rounding.
        memory = self.settings.track_memory + 1e-6
        self._tracks = [track for track in self._tracks if stamp - track.stamp <= memory]

    def _match(self, people: Sequence[Pose2D], points: Array, stamp: float) -> list[_Track | None]:
        """The track of each person, None for a new person; points (N, J, 2) are theirs."""
        owners: list[_Track | None] = [None] * len(people)
        if not self._tracks:
            return owners
        predictions = [track.predict(stamp) for track in self._tracks]
        alike = similarities(
            np.stack([expected for expected, _ in predictions]),
            np.array([spread for _, spread in predictions]),
            points,
            tolerances(people[0].skeleton),
        )
        # Pairs below the threshold must not outweigh others by their number.
        alike[alike < self.settings.track_similarity] = 0.0
        for row, column in [(0, 0)] if alike.size == 1 else assign(-alike):
            if alike[row, column] > 0:
                owners[column] = self._tracks[row]
        return owners


# Spread of human annotators, in units of the person's size; by the joint's name without its side.
_SIGMAS = {
    "nose": 0.026,
    "eye": 0.025,
    "ear": 0.035,
    "neck": 0.079,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "mid_hip": 0.107,
    "hip": 0.107,
    "spine": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
    "heel": 0.089,
    "big_toe": 0.089,
    "small_toe": 0.089,
}
_OTHER_SIGMA = 0.079


@lru_cache(maxsize=16)
def tolerances(skeleton: Skeleton) -> Array:
    """(J,) distance at which similarity falls to exp(-1/2), in person sizes: 2 sigma."""
    names = [joint.removeprefix("left_").removeprefix("right_") for joint in skeleton.joints]
    return np.array([2 * _SIGMAS.get(name, _OTHER_SIGMA) for name in names])


def sizes(points: npt.ArrayLike) -> Array:
    """Size (...) [px] of poses (..., J, 2): square root of the area of the box of their joints.

    The box is at least a quarter as wide as long, for people in side view and parts of people.
    NaN if all joints are missing.
    """
    array = np.asarray(points, dtype=np.float64)
    known = np.asarray(np.isfinite(array).all(axis=-1, keepdims=True))
    low = np.where(known, array, np.inf).min(axis=-2)
    high = np.where(known, array, -np.inf).max(axis=-2)
    spans = np.where(known.any(axis=-2), high - low, np.nan)  # (..., 2)
    long, short = spans.max(axis=-1), spans.min(axis=-1)
    result: Array = np.sqrt(long * np.maximum(short, long / 4))
    return result


def similarities(expected: Array, spread: Array, found: Array, tolerance: Array) -> Array:
    """OKS of every expected pose with every found pose, over their common joints.

    Args:
        expected: (T, J, 2) [px], NaN where missing.
        spread: (T,) uncertainty of the expected poses [px], added to the tolerance.
        found: (D, J, 2) [px], NaN where missing.
        tolerance: (J,) from `tolerances`.

    Returns:
        (T, D), 0 to 1; 0 without common joints.
    """
    offsets = expected[:, None] - found[None]  # (T, D, J, 2)
    common = np.isfinite(offsets).all(axis=-1)  # (T, D, J)
    squares = np.where(common, np.square(offsets).sum(axis=-1), 0.0)
    extents = sizes(np.concatenate([expected, found]))  # (T + D,)
    size = np.fmax(extents[: len(expected), None], extents[len(expected) :])  # (T, D)
    size = np.maximum(np.nan_to_num(size, nan=1.0), 1.0)
    scale = np.square(size[..., None] * tolerance) + np.square(spread)[:, None, None]
    alike = np.where(common, np.exp(-squares / (2 * scale)), 0.0)
    result: Array = alike.sum(axis=-1) / np.maximum(common.sum(axis=-1), 1)
    return result
