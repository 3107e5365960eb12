"""Tracks of poses: one person over time, and the spans of a track that are labelled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isnan

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

_LABEL = re.compile(r"[a-z0-9_]+")


def checked_label(label: str) -> str:
    """Return the label.

    Raises:
        InputError: other than lower-case letters, digits and underscores.
    """
    if not _LABEL.fullmatch(label):
        raise InputError(
            f"got the label {label!r}, expected lower-case letters, digits and underscores, "
            "such as waving_left"
        )
    return label


@dataclass(frozen=True)
class LabelledSpan:
    """The action of one person in a span of time.

    Attributes:
        person_id: of the person; None for the only person of a recording.
        start, end: stamps [s], both inclusive.
        label: the action.

    Raises:
        InputError: not a label, or a start that is not before the end.
    """

    person_id: int | None
    start: float
    end: float
    label: str

    def __post_init__(self) -> None:
        checked_label(self.label)
        if isnan(self.start) or isnan(self.end) or self.start >= self.end:
            raise InputError(f"got start {self.start} s and end {self.end} s, expected start < end")


@dataclass(frozen=True, eq=False, repr=False)
class PoseTrack:
    """The poses of one person over time. Arrays are copied in and read-only.

    Attributes:
        skeleton: joint order.
        stamps: (T,) [s], rising.
        points: (T, J, 3) [m], optical frame; NaN where missing.
        scores: (T, J) 0 to 1; 0 where missing.
        label: the action; empty if unlabelled.
        person_id: id of the person.
        source: name of the file or camera, without folders.
        placed: True when points are positions in the camera frame, False when they are offsets
            from the skeleton's root joint.
        rate: images per second of the source; None if unknown.
        begin: stamp from which the label holds; earlier poses lead up to the action [s].

    Raises:
        InputError: shapes do not fit, fewer than two images, stamps that are not finite or do not
            rise, all joints missing, not a label, or one that begins after the last image.
    """

    skeleton: Skeleton
    stamps: Array
    points: Array
    scores: Array
    label: str = ""
    person_id: int = 0
    source: str = ""
    placed: bool = False
    rate: float | None = None
    begin: float = -inf

    def __post_init__(self) -> None:
        stamps = np.array(self.stamps, dtype=np.float64)
        points = np.array(self.points, dtype=np.float64)
        scores = np.array(self.scores, dtype=np.float64)
        _check_shapes(self.skeleton, stamps, points, scores)
        _check_stamps(stamps)
        if not self.begin <= stamps[-1]:
            raise InputError(
                f"got a label that begins at {self.begin} s, expected at most {stamps[-1]} s, the "
                "last image"
            )
        missing = ~np.isfinite(points).all(axis=-1) | ~(scores > 0)
        if missing.all():
            raise InputError("all joints are missing in all images, expected a person")
        points[missing], scores[missing] = np.nan, 0.0
        np.minimum(scores, 1.0, out=scores)
        if self.label:
            checked_label(self.label)
        for name, array in (("stamps", stamps), ("points", points), ("scores", scores)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.stamps)

    def __str__(self) -> str:
        label = self.label or "unlabelled"
        source = self.source or "an unknown source"
        size = f"{len(self)} poses in {self.seconds:.1f} s"
        return f"{label}, person {self.person_id} of {source}: {size}"

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def seconds(self) -> float:
        """Time from the first to the last image [s]."""
        return float(self.stamps[-1] - self.stamps[0])


def _check_shapes(skeleton: Skeleton, stamps: Array, points: Array, scores: Array) -> None:
    count, joints = len(stamps) if stamps.ndim else 0, len(skeleton)
    got = (stamps.shape, points.shape, scores.shape)
    if got != ((count,), (count, joints, 3), (count, joints)):
        raise InputError(
            f"got stamps {got[0]}, points {got[1]} and scores {got[2]}, expected (T,), "
            f"(T, {joints}, 3) and (T, {joints}) for skeleton {skeleton.name!r}"
        )


def _check_stamps(stamps: Array) -> None:
    if len(stamps) < 2:
        raise InputError(f"got {len(stamps)} images, expected at least 2: record for longer")
    if not np.isfinite(stamps).all():
        raise InputError("got stamps that are not numbers, expected seconds")
    late = np.flatnonzero(np.diff(stamps) <= 0)
    if len(late):
        before, after = stamps[late[0]], stamps[late[0] + 1]
        raise InputError(f"stamps must rise, but {after} s follows {before} s")
