"""Poses: the joints of one person in the image [px] or in space [m], with their skeleton.

A joint that is not known is NaN with score 0, in its place. Arrays are copied in and read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton, convert

Array = npt.NDArray[np.float64]
AnyPose = TypeVar("AnyPose", bound="Pose")

UNTRACKED = -1
"""Person id before a tracker has given one."""


@dataclass(frozen=True, eq=False)
class Pose:
    """One person: what Pose2D and Pose3D have in common.

    Attributes:
        skeleton: joint order.
        points: (J, D) the joints; NaN if missing.
        scores: (J,) 0 to 1; 0 if missing.
        person_id: stable over time, or UNTRACKED.

    Raises:
        InputError: shapes do not fit the skeleton.
    """

    dimensions: ClassVar[int]

    skeleton: Skeleton
    points: Array
    scores: Array
    person_id: int = UNTRACKED

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64)
        scores = np.array(self.scores, dtype=np.float64)
        expected = (len(self.skeleton), self.dimensions)
        if points.shape != expected or scores.shape != expected[:1]:
            raise InputError(
                f"got joints of shape {points.shape} and scores of shape {scores.shape}, "
                f"expected {expected} and {expected[:1]} for skeleton {self.skeleton.name!r}"
            )
        missing = ~np.isfinite(points).all(axis=1) | ~(scores > 0)
        points[missing], scores[missing] = np.nan, 0.0
        np.minimum(scores, 1.0, out=scores)
        for name, array in (("points", points), ("scores", scores)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(J,) which joints are known."""
        return self.scores > 0

    def to(self: AnyPose, target: Skeleton) -> AnyPose:  # noqa: PYI019 - Self is newer than 3.10
        """The same person in another skeleton, by joint name."""
        values = np.column_stack([self.points, self.scores])
        converted = convert(values, self.skeleton, target)
        scores = np.nan_to_num(converted[:, -1])
        return replace(self, skeleton=target, points=converted[:, :-1], scores=scores)


@dataclass(frozen=True, eq=False)
class Pose2D(Pose):
    """One person in an image: points (J, 2) [px], x right, y down, centre of the first pixel at 0.

    Attributes:
        score: confidence in the person, 0 to 1.
    """

    dimensions: ClassVar[int] = 2

    score: float = 1.0

    def box(self) -> Array | None:
        """(4,) left, top, right, bottom [px] of the known joints; None when there are none."""
        known = self.points[self.present]
        if not len(known):
            return None
        return np.concatenate([known.min(axis=0), known.max(axis=0)])


@dataclass(frozen=True, eq=False)
class Pose3D(Pose):
    """One person in space: points (J, 3) [m] in the camera's optical frame (x right, y down).

    Attributes:
        placed: True when points are positions in the camera frame, False when they are offsets
            from the skeleton's root joint.
    """

    dimensions: ClassVar[int] = 3

    placed: bool = False
