"""Ids over time: each person found is given to the track that expected a pose like it."""

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
"""How fast [person sizes a second] a person may leave the expected place: about 1.5 m/s."""
FIRST_DRIFT = 4.0
"""The same for a person seen once, whose speed is not known yet: a run."""
COASTING = 0.5
"""Time [s] for which an unseen person is expected to keep walking."""
AGILITY = 0.1
"""Time constant [s] of the speed estimate."""


@dataclass
class _Track:
    """One person: the last pose as found, and what is needed to expect the next."""

    person_id: int
    pose: Pose2D
    stamp: float
    velocity: Array | None = None
    filter: OneEuroFilter = field(default_factory=OneEuroFilter)

    @property
    def size(self) -> float:
        size = float(sizes(self.pose.points))
        return max(size, 1.0) if isfinite(size) else 1.0

    def expected(self, stamp: float) -> Array:
        """(J, 2) [px] where the joints should be: walking on, slower and slower."""
        if self.velocity is None:
            return self.pose.points
        coasting = COASTING * (1 - exp(-(stamp - self.stamp) / COASTING))
        expected: Array = self.pose.points + self.velocity * coasting
        return expected

    def spread(self, stamp: float) -> float:
        """How far off [px] `expected` may be."""
        drift = FIRST_DRIFT if self.velocity is None else DRIFT
        return drift * self.size * (stamp - self.stamp)

    def update(self, pose: Pose2D, stamp: float) -> None:
        """Take the pose that was found for this person."""
        seconds = stamp - self.stamp
        moved = pose.points - self.pose.points
        common = np.isfinite(moved).all(axis=1)
        if seconds > 0 and common.any():
            speed = np.median(moved[common], axis=0) / seconds  # (2,)
            old = speed if self.velocity is None else self.velocity
            self.velocity = old + (1 - exp(-seconds / AGILITY)) * (speed - old)
        self.pose, self.stamp = pose, stamp


class Tracker:
    """Gives people ids that stay, also over `track_memory` seconds unseen, and smooths joints.

    A person is known from the first image on. Ids are never used twice, also after `reset`.

    Attributes:
        settings: may be replaced between updates.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self.settings = settings
        self._tracks: list[_Track] = []
        self._next_id = 0
        self._stamp = -float("inf")

    def reset(self) -> None:
        """Forget everybody."""
        self._tracks = []
        self._stamp = -float("inf")

    def update(self, people: Sequence[Pose2D], stamp: float) -> tuple[Pose2D, ...]:
        """Give the people of the next image their ids.

        Args:
            people: of one skeleton, in any order; people without any joint are left out.
            stamp: time of the image [s]; when it is earlier than the last, everybody is forgotten.

        Returns:
            The people with person_id set and, unless switched off, their joints smoothed; in the
            order given.

        Raises:
            InputError: the stamp is not a number or the skeletons differ.
        """
        self._check(people, stamp)
        self._forget_old(stamp)
        seen = [person for person in people if person.present.any()]
        owners = self._owners(seen, stamp)
        return tuple(
            self._follow(owner, person, stamp) for owner, person in zip(owners, seen, strict=True)
        )

    def _check(self, people: Sequence[Pose2D], stamp: float) -> None:
        if not isfinite(stamp):
            raise InputError(f"got the time stamp {stamp}, expected seconds")
        names = {person.skeleton.name for person in people}
        names |= {track.pose.skeleton.name for track in self._tracks}
        if len(names) > 1:
            raise InputError(
                f"got people of the skeletons {', '.join(sorted(names))}, expected one skeleton; "
                "reset the tracker when the detector changes"
            )

    def _forget_old(self, stamp: float) -> None:
        if stamp < self._stamp:
            self.reset()
        self._stamp = stamp
        memory = self.settings.track_memory
        # The tolerance lets 1.5 s of float stamps count as 1.5 s.
        self._tracks = [track for track in self._tracks if stamp - track.stamp <= memory + 1e-6]

    def _owners(self, people: Sequence[Pose2D], stamp: float) -> list[_Track | None]:
        """The track of each person, or None for a person not seen before."""
        owners: list[_Track | None] = [None] * len(people)
        if not people or not self._tracks:
            return owners
        alike = similarities(
            np.stack([track.expected(stamp) for track in self._tracks]),
            np.array([track.spread(stamp) for track in self._tracks]),
            np.stack([person.points for person in people]),
            tolerances(people[0].skeleton),
        )
        # Pairs that are too unlike must not win over others by their number.
        alike[alike < self.settings.track_similarity] = 0.0
        for row, column in assign(-alike):
            if alike[row, column] > 0:
                owners[column] = self._tracks[row]
        return owners

    def _follow(self, track: _Track | None, person: Pose2D, stamp: float) -> Pose2D:
        """Put the person into the track, a new one for None."""
        if track is None:
            track = _Track(self._next_id, person, stamp)
            self._next_id += 1
            self._tracks.append(track)
        seconds = stamp - track.stamp
        track.update(person, stamp)
        points = person.points
        if self.settings.smoothing:
            cutoff, slope = self.settings.smoothing_cutoff, self.settings.smoothing_speed
            points = track.filter(points, seconds, track.size, cutoff, slope)
        return replace(person, points=points, person_id=track.person_id)
