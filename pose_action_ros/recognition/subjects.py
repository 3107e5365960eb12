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

    Args:
        people: of one image, with different ids.
        settings: whose `people` says whether a model looks at one person or two.
        distance: how near the root joints of two people must be [m].
    """
    seen = []
    for person in people:
        points = trusted(person, settings)
        if np.isfinite(points).any():
            seen.append((person, points))
    if settings.people == 1:
        yield from (((person.person_id,), points) for person, points in seen)
        return
    # Where two are to each other is only known of people who are placed.
    placed = {person.person_id: points for person, points in seen if person.placed}
    root = skeleton_named(settings.skeleton).root
    for first, second in combinations(sorted(placed), 2):
        one, other = placed[first], placed[second]
        if np.linalg.norm(one[root] - other[root]) <= distance:
            yield (first, second), np.concatenate([one, other])


def trusted(person: Pose3D, settings: SpmfSettings) -> Array:
    """(J, 3) joints, NaN where the score is low: those are guesses, which jump when seen."""
    pose = person.to(skeleton_named(settings.skeleton))
    points = pose.points.copy()
    points[pose.scores < settings.min_score] = np.nan
    return points
