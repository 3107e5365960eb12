"""Ids over time: each detection is assigned to the track that predicted a pose like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import exp, isfinite

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import Pose2D
from pose_action_ros.tracking.assignment import assign
from pose_action_ros.tracking.settings import TrackerSettings
from pose_action_ros.tracking.similarity import similarities, sizes, tolerances

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
