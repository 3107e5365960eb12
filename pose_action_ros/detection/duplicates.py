"""Duplicates: poses of one image that describe one body; the best of them stays.

Non-maximum suppression by object keypoint similarity over the joints of the smaller pose, so that
parts of a body, such as its legs alone, are duplicates of the whole. Two people who embrace or
stand behind one another have joints of their own: annotated pairs of people that overlap have a
similarity of 0.2, rarely of 0.7.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_action_ros.poses import Pose2D
from pose_action_ros.similarity import Array, similarities, tolerances

SAME_BODY = 0.75
"""Least similarity of two poses of one body, whatever the images before show."""


def without_duplicates(people: Sequence[Pose2D], limit: float = SAME_BODY) -> list[Pose2D]:
    """Remove duplicates: of poses that describe one body, the one of the best quality stays.

    The result does not depend on the order of the people.

    Args:
        people: of one image and one skeleton.
        limit: similarity from which on two poses are of one body, 0 to 1.

    Returns:
        The people without duplicates, in their order.
    """
    if len(people) < 2:
        return list(people)
    kept = distinct(people, pairwise_similarities(people), limit)
    return [people[index] for index in kept]


def distinct(people: Sequence[Pose2D], alike: Array, limit: float = SAME_BODY) -> list[int]:
    """Indices of the people without duplicates, ascending; `alike` (N, N) are similarities."""
    kept: list[int] = []
    for index in by_quality(people):
        if all(alike[index, other] < limit for other in kept):
            kept.append(index)
    return sorted(kept)


def by_quality(people: Sequence[Pose2D]) -> list[int]:
    """Indices of the people, best first: those with many joints of high scores.

    Equal scores are ordered by the joints' positions, not by the order of the people.
    """
    return sorted(
        range(len(people)),
        key=lambda index: (-quality(people[index]), people[index].points.tobytes()),
    )


def quality(person: Pose2D) -> float:
    """Score of the person times the sum of the joints' scores."""
    return person.score * float(person.scores.sum())


def pairwise_similarities(people: Sequence[Pose2D]) -> Array:
    """Similarity (N, N) of the people of one image to each other, 0 to 1; see `similarities`."""
    points = np.stack([person.points for person in people])
    return similarities(points, np.zeros(len(people)), points, tolerances(people[0].skeleton))
