"""Poses: the joints of one person in the image [px] or in space [m], with their skeleton.

A joint that is not known is NaN with score 0, in its place. Arrays are copied in and read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton, convert

Array = npt.NDArray[np.float64]

UNTRACKED = -1
"""Person id before a tracker has given one."""


def _joints(
    values: npt.ArrayLike, scores: npt.ArrayLike, dimensions: int, skeleton: Skeleton
) -> tuple[Array, Array]:
    """Check joints and scores and make missing ones NaN with score 0."""
    points = np.array(values, dtype=np.float64)
    confidence = np.array(scores, dtype=np.float64)
    expected = (len(skeleton), dimensions)
    if points.shape != expected or confidence.shape != expected[:1]:
        raise InputError(
            f"got joints of shape {points.shape} and scores of shape {confidence.shape}, "
            f"expected {expected} and {expected[:1]} for skeleton {skeleton.name!r}"
        )
    missing = ~np.isfinite(points).all(axis=1) | ~(confidence > 0)
    points[missing] = np.nan
    confidence[missing] = 0.0
    np.minimum(confidence, 1.0, out=confidence)
    points.flags.writeable = False
    confidence.flags.writeable = False
    return points, confidence


@dataclass(frozen=True, eq=False)
class Pose2D:
    """One person in an image.

    Attributes:
        skeleton: joint order.
        points: (J, 2) [px], x right, y down, centre of the first pixel at 0; NaN if missing.
        scores: (J,) 0 to 1; 0 if missing.
        person_id: stable over time, or UNTRACKED.
        score: confidence in the person, 0 to 1.

    Raises:
        InputError: shapes do not fit the skeleton.
    """

    skeleton: Skeleton
    points: Array
    scores: Array
    person_id: int = UNTRACKED
    score: float = 1.0

    def __post_init__(self) -> None:
        points, scores = _joints(self.points, self.scores, 2, self.skeleton)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "scores", scores)

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(J,) which joints are known."""
        return self.scores > 0

    def box(self) -> Array | None:
        """(4,) left, top, right, bottom [px] of the known joints; None when there are none."""
        known = self.points[self.present]
        if not len(known):
            return None
        return np.concatenate([known.min(axis=0), known.max(axis=0)])

    def to(self, target: Skeleton) -> Pose2D:
        """The same person in another skeleton, by joint name."""
        points, scores = _converted(self.points, self.scores, self.skeleton, target)
        return replace(self, skeleton=target, points=points, scores=scores)


@dataclass(frozen=True, eq=False)
class Pose3D:
    """One person in space.

    Attributes:
        skeleton: joint order.
        points: (J, 3) [m], optical frame of the camera: x right, y down, z forward; NaN if missing.
        scores: (J,) 0 to 1; 0 if missing.
        person_id: stable over time, or UNTRACKED.
        placed: True when points are positions in the camera frame, False when they are offsets
            from the skeleton's root joint.

    Raises:
        InputError: shapes do not fit the skeleton.
    """

    skeleton: Skeleton
    points: Array
    scores: Array
    person_id: int = UNTRACKED
    placed: bool = False

    def __post_init__(self) -> None:
        points, scores = _joints(self.points, self.scores, 3, self.skeleton)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "scores", scores)

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(J,) which joints are known."""
        return self.scores > 0

    def to(self, target: Skeleton) -> Pose3D:
        """The same person in another skeleton, by joint name."""
        points, scores = _converted(self.points, self.scores, self.skeleton, target)
        return replace(self, skeleton=target, points=points, scores=scores)


def _converted(
    points: Array, scores: Array, source: Skeleton, target: Skeleton
) -> tuple[Array, Array]:
    converted = convert(np.column_stack([points, scores]), source, target)
    return converted[:, :-1], np.nan_to_num(converted[:, -1])
