"""Sequences of a data set of actions, and normalisation of their bone lengths.

Frame of all sequences: the camera's optical frame, x right, y down, z forward, metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

_TINY = 1e-9  # [m]; a shorter bone has no direction


@dataclass(frozen=True, eq=False)
class ActionSequence:
    """One action of one person or two.

    Attributes:
        name: in its data set.
        points: (T, P, J, 3) [m] joints of P people, read-only.
        label: number of its action, from 0.
        subjects: names, one for each person.
        rate: frames per second [Hz].
        broken: the recording does not show its action.

    Raises:
        InputError: fewer than two frames, wrong shape, or numbers that are not finite.
    """

    name: str
    points: Array
    label: int
    subjects: tuple[str, ...]
    rate: float
    broken: bool = False

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64)
        people = len(self.subjects)
        if points.ndim != 4 or points.shape[1::2] != (people, 3) or people not in {1, 2}:
            raise InputError(
                f"sequence {self.name}: got points {points.shape} of subjects {self.subjects}, "
                "expected (T, P, J, 3) of one subject or two"
            )
        if len(points) < 2:
            raise InputError(
                f"sequence {self.name}: got {len(points)} frames, expected 2 or more; "
                "leave it out, it shows no motion"
            )
        if not np.isfinite(points).all():
            raise InputError(
                f"sequence {self.name}: got points that are not finite, expected numbers; "
                "repair missing joints first"
            )
        if self.label < 0 or not 0 < self.rate < np.inf:
            raise InputError(
                f"sequence {self.name}: got label {self.label} and rate {self.rate} Hz, "
                "expected a label from 0 and a positive rate"
            )
        points.flags.writeable = False
        object.__setattr__(self, "points", points)


def bone_lengths(sequences: Sequence[ActionSequence], skeleton: Skeleton) -> Array:
    """(J,) mean length [m] of the bone that ends in each joint, 0 for the root.

    All sequences have the same weight, whatever their length.

    Raises:
        InputError: no sequences, or points that do not fit the skeleton.
    """
    if not sequences:
        raise InputError("got no sequences to measure bones in, expected at least one")
    means = [
        np.linalg.norm(_bones(one.points, skeleton), axis=-1).mean(axis=(0, 1)) for one in sequences
    ]
    lengths: Array = np.mean(means, axis=0)
    return lengths


def standard_bones(points: Array, skeleton: Skeleton, lengths: Array) -> Array:
    """Set the bone lengths of people; roots and directions of bones stay.

    Args:
        points: (..., J, 3) [m].
        skeleton: joint order.
        lengths: (J,) [m] of the bone that ends in each joint; the root's is ignored.

    Returns:
        (..., J, 3). A bone of length 0 has no direction and stays so.

    Raises:
        InputError: shapes that do not fit the skeleton, or lengths below 0 or not finite.
    """
    target = np.asarray(lengths, dtype=np.float64)
    if target.shape != (len(skeleton),) or not (np.isfinite(target) & (target >= 0)).all():
        raise InputError(
            f"got lengths {np.round(target, 3).tolist()}, expected {len(skeleton)} numbers from 0 "
            f"for skeleton {skeleton.name!r}"
        )
    bones = _bones(points, skeleton)
    present = np.linalg.norm(bones, axis=-1, keepdims=True)
    scale = np.divide(target[:, None], present, out=np.zeros_like(present), where=present > _TINY)
    root = points[..., skeleton.root, None, :]
    standard: Array = root + _paths(skeleton) @ (bones * scale)
    return standard


def _bones(points: Array, skeleton: Skeleton) -> Array:
    """(..., J, 3) from each joint's parent to it, 0 for the root."""
    if points.ndim < 2 or points.shape[-2:] != (len(skeleton), 3):
        raise InputError(
            f"got points {points.shape}, expected (..., {len(skeleton)}, 3) for skeleton "
            f"{skeleton.name!r}"
        )
    bones = np.zeros_like(points)
    parents, children = np.transpose(skeleton.bones)
    bones[..., children, :] = points[..., children, :] - points[..., parents, :]
    return bones


@lru_cache(maxsize=16)
def _paths(skeleton: Skeleton) -> Array:
    """(J, J) 1 where the bone of the column is on the path from the root to the row's joint."""
    paths = np.eye(len(skeleton))
    for joint in range(len(skeleton)):
        above = skeleton.parents[joint]
        while above:
            paths[joint, skeleton.index(above)] = 1
            above = skeleton.parents[skeleton.index(above)]
    paths.flags.writeable = False
    return paths
