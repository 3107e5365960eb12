"""Whom an answer is about: each person, or two people who are near each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]
Subject = tuple[int, ...]


def subjects_of(
    people: Sequence[Pose3D], settings: SpmfSettings, distance: float
) -> Iterator[tuple[Subject, Array]]:
    """Ids and joints (J, 3) [m] of everybody, or all pairs, that an answer may be about.

    One person's are relative to the root joint: whoever walks through the room, or is carried past
    by a robot that drives, looks like somebody on the spot. Those of two are where they are.

    Args:
        people: of one image, with different ids.
        settings: whose `people` says whether a model looks at one person or two.
        distance: how far apart on the ground two people may be [m].
    """
    # Where two are to each other is only known of people who are placed.
    usable = [person for person in people if person.placed or settings.people == 1]
    seen = {person.person_id: trusted(person, settings) for person in usable}
    seen = {key: points for key, points in seen.items() if _extended(points)}
    if settings.people == 1:
        by_id = {person.person_id: person for person in usable}
        for key, points in seen.items():
            yield (key,), points - _root(by_id[key], settings)
        return
    for first, second in combinations(sorted(seen), 2):
        if _apart(seen[first], seen[second]) <= distance:
            yield (first, second), np.concatenate([seen[first], seen[second]])


def trusted(person: Pose3D, settings: SpmfSettings) -> Array:
    """(J, 3) joints, NaN where the score is low: those are guesses, which jump when seen."""
    pose = person.to(skeleton_named(settings.skeleton))
    points = pose.points.copy()
    points[pose.scores < settings.min_score] = np.nan
    return points


def _root(person: Pose3D, settings: SpmfSettings) -> Array:
    """(3,) [m] the root joint, also a guessed one; the middle of the others where there is none."""
    skeleton = skeleton_named(settings.skeleton)
    points = person.to(skeleton).points
    root = points[skeleton.root]
    return root if np.isfinite(root).all() else np.asarray(np.nanmean(points, axis=0))


def _extended(points: Array) -> bool:
    """Whether joints (J, 3) are known at more than one place: a person is no point."""
    known = points[np.isfinite(points).all(axis=1)]
    return len(known) > 0 and bool(np.ptp(known, axis=0).max() > 0)


def _apart(one: Array, other: Array) -> float:
    """Distance on the ground between the middles of what is known of two people (J, 3) [m]."""
    middles = [np.nanmean(points[:, ::2], axis=0) for points in (one, other)]
    return float(np.linalg.norm(middles[0] - middles[1]))
