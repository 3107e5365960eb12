"""Poses: the joints of one person in the image [px] or in space [m], with their skeleton.

A missing joint is NaN with score 0, in its place. Arrays are copied in and read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton, convert

Array = npt.NDArray[np.float64]
AnyPose = TypeVar("AnyPose", bound="Pose")

UNTRACKED = -1
"""Person id of a pose that has not passed a tracker."""


class Keypoint(NamedTuple):
    """One joint in an image: x, y [px] and score, 0 to 1; NaN with score 0 if missing."""

    x: float
    y: float
    score: float


class Joint(NamedTuple):
    """One joint in space: x, y, z [m] and score, 0 to 1; NaN with score 0 if missing."""

    x: float
    y: float
    z: float
    score: float


@dataclass(frozen=True, eq=False, repr=False)
class Pose:
    """Base of Pose2D and Pose3D: the joints of one person.

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
        expected = (len(self.skeleton.joints), self.dimensions)
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

    def __str__(self) -> str:
        person = "untracked" if self.person_id == UNTRACKED else f"person {self.person_id}"
        return f"{type(self).__name__} of {person}: {self.summary}"

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def summary(self) -> str:
        """Number of joints and position, human-readable."""
        return f"{self.present.sum()} of {len(self.skeleton)} joints of {self.skeleton.name}"

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(J,) True for the joints that are not missing."""
        return self.scores > 0

    def to(self: AnyPose, target: Skeleton) -> AnyPose:  # noqa: PYI019 - Self is newer than 3.10
        """Convert to another skeleton, by joint name."""
        values = np.column_stack([self.points, self.scores])
        converted = convert(values, self.skeleton, target)
        scores = np.nan_to_num(converted[:, -1])
        return replace(self, skeleton=target, points=converted[:, :-1], scores=scores)


@dataclass(frozen=True, eq=False, repr=False)
class Pose2D(Pose):
    """One person in an image: points (J, 2) [px], x right, y down, centre of the first pixel at 0.

    Attributes:
        score: confidence of the detector in the person, 0 to 1.
    """

    dimensions: ClassVar[int] = 2

    score: float = 1.0

    def __getitem__(self, joint: str) -> Keypoint:
        """The joint of that name; InputError lists the joints of the skeleton."""
        index = self.skeleton.index(joint)
        x, y = self.points[index].tolist()
        return Keypoint(x, y, float(self.scores[index]))

    @property
    def summary(self) -> str:
        """Number of joints and box, human-readable."""
        box = self.box()
        if box is None:
            return super().summary
        left, top, right, bottom = box
        return f"{super().summary}, box ({left:.0f}, {top:.0f}) to ({right:.0f}, {bottom:.0f}) px"

    def box(self) -> Array | None:
        """(4,) left, top, right, bottom [px] of the joints; None when all are missing."""
        points = self.points[self.present]
        if not len(points):
            return None
        return np.concatenate([points.min(axis=0), points.max(axis=0)])


@dataclass(frozen=True, eq=False, repr=False)
class Pose3D(Pose):
    """One person in space: points (J, 3) [m] in the camera's optical frame (x right, y down).

    Attributes:
        placed: True when points are positions in the camera frame, False when they are offsets
            from the skeleton's root joint.
    """

    dimensions: ClassVar[int] = 3

    placed: bool = False

    def __getitem__(self, joint: str) -> Joint:
        """The joint of that name; InputError lists the joints of the skeleton."""
        index = self.skeleton.index(joint)
        x, y, z = self.points[index].tolist()
        return Joint(x, y, z, float(self.scores[index]))

    @property
    def summary(self) -> str:
        """Number of joints and position of the root, human-readable."""
        root = self.skeleton.joints[self.skeleton.root]
        if not self.placed:
            return f"{super().summary}, relative to {root}"
        x, y, z, _ = self[root]
        return f"{super().summary}, {root} at ({x:.2f}, {y:.2f}, {z:.2f}) m"
