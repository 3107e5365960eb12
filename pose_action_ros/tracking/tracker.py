"""Ids over time: each detection is assigned to the track that predicted a pose like it.

One steadily detected body keeps its id, in spite of duplicates, short misses and people who cross:

- Similarity to a track falls with the uncertainty of its prediction, as a density does, so that a
  track followed in the last image precedes those that have been undetected for longer.
- A new track is tentative until it is detected again. It is reported, but it yields to all others
  and is removed soon when it is not detected.
- A detection of a body that is followed already starts no track, and of two tracks that have come
  to describe one body the younger one is removed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import exp, isfinite

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.duplicates import (
    by_quality,
    distinct,
    pairwise_similarities,
    quality,
)
from pose_action_ros.errors import InputError
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import Pose2D
from pose_action_ros.similarity import similarities, sizes, tolerances
from pose_action_ros.tracking.assignment import assign
from pose_action_ros.tracking.settings import TrackerSettings

Array = npt.NDArray[np.float64]

DRIFT = 1.5
"""Largest speed [person sizes a second] relative to the prediction: about 1.5 m/s."""
FIRST_DRIFT = 4.0
"""The same for a track of one image without an estimated speed: running."""
CALM_DRIFT = 0.4
"""Usual speed [person sizes a second] relative to the prediction."""
SUDDEN = 0.1
"""Share of the movements that are not calm."""
COASTING = 0.5
"""Time [s] for which an undetected person is predicted to keep walking."""
AGILITY = 0.1
"""Time constant [s] of the speed estimate."""
PRECISION = 0.15
"""Typical tolerance of a joint [person sizes], the unit of the density of a prediction."""
UNSEEN = 0.5
"""Weight of a track that was not detected in the last image."""
ESTABLISHED = 8
"""Detections of a track with full weight; less weight before, in proportion."""
PATIENCE = 0.3
"""Time [s] after which an undetected tentative track is removed."""
ONE_BODY = 0.25
"""Least similarity of two poses of one body, if one of them has no track of its own."""
CONTACT = 0.3
"""Least time [s] after which two tracks of one body are merged."""
JOINT_MEMORY = 1.0
"""Time [s] for which a missing joint is expected where it moved with the others."""


class _Track:
    """One person: the newest joints, and the state for the prediction of the next.

    Attributes:
        person_id: number of the track.
        skeleton: of its poses.
        stamp: time of the newest detection [s].
        points: (J, 2) [px]; missing joints are where they moved with the others.
    """

    def __init__(self, person_id: int, pose: Pose2D, stamp: float) -> None:
        self.person_id, self.skeleton = person_id, pose.skeleton
        self.stamp, self.points = stamp, pose.points
        self._born = stamp
        self._joint_stamps = np.full(len(pose.skeleton), -np.inf)  # (J,) [s]
        self._detections = 0
        self._size = 1.0  # [px]
        self._velocity: Array | None = None  # (2,) [px/s]
        self._joined = 0.0  # time on one body with an older track [s]
        self._filter = OneEuroFilter()

    @property
    def _is_confirmed(self) -> bool:
        return self._detections > 1

    def is_kept(self, stamp: float) -> bool:
        """False for a tentative track that is not detected again soon."""
        return self._is_confirmed or stamp - self.stamp < PATIENCE

    def predict(self, stamp: float) -> Array:
        """Joints (J, 2) [px] at a constant speed that fades."""
        if self._velocity is None:
            return self.points
        return self.points + self._velocity * COASTING * (1 - exp(-(stamp - self.stamp) / COASTING))

    def spreads(self, stamp: float) -> tuple[float, float]:
        """Uncertainty of the prediction [px]: usual and largest."""
        drift = FIRST_DRIFT if self._velocity is None else DRIFT
        distance = self._size * (stamp - self.stamp)
        return CALM_DRIFT * distance, drift * distance

    def trust(self, last: float) -> float:
        """Weight of its similarities, 0 to 1; `last` is the time of the image before [s]."""
        recency = 1.0 if self.stamp >= last else UNSEEN
        return recency * min(self._detections / ESTABLISHED, 1.0)

    def densities(self, stamp: float) -> tuple[float, float]:
        """Factors of similarities with both spreads: the wider, the lower."""
        unit = PRECISION * self._size
        calm, sudden = (1 / (1 + (spread / unit) ** 2) for spread in self.spreads(stamp))
        return calm, SUDDEN * sudden

    def has_joined(self, stamp: float, seconds: float) -> bool:
        """Add time on one body with an older track [s]; True when it is most of its life."""
        self._joined += seconds
        return self._joined >= max(CONTACT, (stamp - self._born) / 2)

    def follow(self, pose: Pose2D, stamp: float, settings: TrackerSettings) -> Pose2D:
        """Add a detection; return it with the track's id and smooth joints."""
        seconds = stamp - self.stamp
        moved = pose.points - self.points
        common = np.isfinite(moved).all(axis=1)
        shift = _median(moved[common]) if common.any() else np.zeros(2)
        if seconds > 0 and common.any():
            speed = shift / seconds  # (2,)
            old = speed if self._velocity is None else self._velocity
            self._velocity = old + (1 - exp(-seconds / AGILITY)) * (speed - old)
        self._joint_stamps[pose.present] = stamp
        known = stamp - self._joint_stamps < JOINT_MEMORY
        expected = np.where(known[:, None], self.points + shift, np.nan)
        self.points = np.where(pose.present[:, None], pose.points, expected)
        self.stamp, self._size = stamp, max(float(sizes(self.points)), 1.0)
        self._detections += 1
        points = pose.points
        if settings.smoothing:
            cutoff, slope = settings.smoothing_cutoff, settings.smoothing_speed
            points = self._filter(points, seconds, self._size, cutoff, slope)
        return replace(pose, points=points, person_id=self.person_id)


def _median(rows: Array) -> Array:
    """Median (D,) of rows (N, D), N at least 1; much faster than NumPy's for a few rows."""
    ordered = np.sort(rows, axis=0)
    middle: Array = (ordered[(len(rows) - 1) // 2] + ordered[len(rows) // 2]) / 2
    return middle


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
            people: of one skeleton, in any order; duplicates and people without any joint are
                removed.
            stamp: time of the image [s]; if it is earlier than the last, all tracks are removed.

        Returns:
            The people with person_id set and, if switched on, their joints smoothed; in the
            same order.

        Raises:
            InputError: the stamp is not a number or the skeletons differ.
        """
        last = self._begin(people, stamp)
        people = [person for person in people if person.present.any()]
        results: dict[int, Pose2D] = {}
        if people:
            alike = pairwise_similarities(people) if len(people) > 1 else np.ones((1, 1))
            kept = distinct(people, alike)
            people, alike = [people[index] for index in kept], alike[np.ix_(kept, kept)]
            owners = self._match(people, stamp, last)
            self._merge(people, owners, alike, (stamp, stamp - last))
            for index, track in owners.items():
                results[index] = track.follow(people[index], stamp, self.settings)
            if len(owners) < len(people):
                bodies = [track.points for track in owners.values()]
                results |= self._start_tracks(people, results.keys(), bodies, stamp)
        self._tracks = [track for track in self._tracks if track.is_kept(stamp)]
        return tuple(results[index] for index in sorted(results))

    def _begin(self, people: Sequence[Pose2D], stamp: float) -> float:
        """Check the input and remove old tracks; return the time of the image before [s]."""
        if not isfinite(stamp):
            raise InputError(f"got the time stamp {stamp}, expected seconds")
        names = {person.skeleton.name for person in people}
        names |= {track.skeleton.name for track in self._tracks}
        if len(names) > 1:
            raise InputError(
                f"got people of the skeletons {', '.join(sorted(names))}, expected one skeleton; "
                "reset the tracker when the detector changes"
            )
        if stamp < self._stamp:
            self.reset()
        last, self._stamp = self._stamp, stamp
        # The tolerance keeps a track of exactly that age, in spite of rounding.
        memory = self.settings.track_memory + 1e-6
        self._tracks = [track for track in self._tracks if stamp - track.stamp <= memory]
        return last

    def _match(self, people: Sequence[Pose2D], stamp: float, last: float) -> dict[int, _Track]:
        """The tracks of people, by index; new people and duplicates have none."""
        if not self._tracks:
            return {}
        tracks = self._tracks
        expected = np.stack([track.predict(stamp) for track in tracks])
        found = np.stack([person.points for person in people])
        spreads = np.array([track.spreads(stamp) for track in tracks]).T  # (2, T)
        calm, sudden = similarities(expected, spreads, found, tolerances(people[0].skeleton))
        factors = np.array([track.densities(stamp) for track in tracks])  # (T, 2)
        factors *= np.array([[track.trust(last)] for track in tracks])
        alike = calm * factors[:, :1] + sudden * factors[:, 1:]
        # Pairs below the threshold must not outweigh others by their number.
        alike[sudden < self.settings.track_similarity] = 0.0
        pairs = [(0, 0)] if alike.size == 1 else assign(-alike)
        return {column: self._tracks[row] for row, column in pairs if alike[row, column] > 0}

    def _merge(
        self,
        people: Sequence[Pose2D],
        owners: dict[int, _Track],
        alike: Array,
        time: tuple[float, float],
    ) -> None:
        """Remove the younger of two tracks that have been on one body for most of its life.

        Args:
            people: of this image.
            owners: their tracks, by index; changed.
            alike: (N, N) similarities of the people.
            time: of this image, and since the one before [s].
        """
        older: list[int] = []
        for index in sorted(owners, key=lambda index: owners[index].person_id):
            same = [other for other in older if alike[index, other] >= ONE_BODY]
            if not same or not owners[index].has_joined(*time):
                older.append(index)
                continue
            self._tracks.remove(owners.pop(index))
            survivor = owners.pop(same[0])
            best = max(index, same[0], key=lambda index: quality(people[index]))
            owners[best] = survivor
            older[older.index(same[0])] = best

    def _start_tracks(
        self, people: Sequence[Pose2D], followed: Collection[int], bodies: list[Array], stamp: float
    ) -> dict[int, Pose2D]:
        """New people, by index: those that are of none of the followed bodies (J, 2)."""
        results = {}
        tolerance = tolerances(people[0].skeleton)
        for index in by_quality(people):
            person = people[index]
            if index in followed:
                continue
            if bodies:
                found, known = person.points[None], np.stack(bodies)
                if similarities(found, np.zeros(1), known, tolerance).max() >= ONE_BODY:
                    continue
            track = _Track(self._next_id, person, stamp)
            self._next_id += 1
            self._tracks.append(track)
            results[index] = track.follow(person, stamp, self.settings)
            bodies.append(track.points)
        return results
