"""Motions of a source's own joints, and the people in them as PERSON joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.definitions import LIMBS, SIDES, Match, plain
from pose_action_ros.lab.datasets.person import Head, person_from, unit_vectors

Array = npt.NDArray[np.float64]

_APART = 1e-3  # [m]; joints that are nearer are one


@dataclass(frozen=True, eq=False)
class JointMotion:
    """A motion of named joints in a tree.

    Attributes:
        names: (J,) as in the source.
        parents: (J,) row of each joint's parent, -1 for a root.
        positions: (T, J, 3) [m], y up.
        rotations: (T, J, 3, 3) of the bones from rest; None in a source of positions.
        facing: true if the person faces z at rest; the pose at rest is unknown otherwise.

    Raises:
        InputError: no frames, or positions of another number of joints.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    positions: Array
    rotations: Array | None = None
    facing: bool = False

    def __post_init__(self) -> None:
        expected = (len(self.names), 3)
        if self.positions.shape[1:] != expected or not len(self.positions):
            raise InputError(
                f"got positions {self.positions.shape}, expected at least one frame of {expected}"
            )


def person_of(motion: JointMotion, match: Match) -> Array:
    """PERSON joints (T, 21, 3) [m], z up, of a person found in the motion's names."""
    motion = _complete(motion, match)
    points = {
        f"{side}_{limb}": motion.positions[:, match.rows[f"{side}_{limb}"]]
        for side in SIDES
        for limb in LIMBS
    }
    return person_from(points, motion.positions[:, vertebrae(motion, match)], _head(motion, match))


def vertebrae(motion: JointMotion, match: Match) -> list[int]:
    """Rows of the joints between the hips and both shoulders, from below to above."""
    left, right = (_ancestors(motion.parents, match.rows[f"{side}_shoulder"]) for side in SIDES)
    below = {*_ancestors(motion.parents, match.rows["left_hip"]), match.rows["left_hip"]}
    return [row for row in left if row in right and row not in below][::-1]


def _ancestors(parents: Sequence[int], row: int) -> list[int]:
    """Rows of a joint's parent, its parent's parent, and so on."""
    rows = []
    while (row := parents[row]) >= 0:
        rows.append(row)
    return rows


def _complete(motion: JointMotion, match: Match) -> JointMotion:
    """Insert the bone that the source lacks.

    The bone goes on straight from the one below it where there are no rotations; its end is then 9
    to 18 mm off, measured on .amc files of CMU and HDM05.
    """
    if not match.definition.lacks:
        return motion
    names = [plain(name).removeprefix(match.prefix) for name in motion.names]
    lower, upper = (names.index(name) for name in match.definition.lacks)
    above = [row for row in range(len(names)) if upper in _ancestors(motion.parents, row)]
    children = [row for row in above if motion.parents[row] == upper]
    positions = motion.positions.copy()
    if _distance(positions, upper, children[0]) > _APART:  # another conversion, with the bone
        return motion
    bone = positions[:, upper] - positions[:, lower]
    if motion.rotations is not None:
        turn = motion.rotations[:, upper] @ motion.rotations[:, lower].transpose(0, 2, 1)
        bone = np.einsum("tij,tj->ti", turn, bone)
    positions[:, above] += bone[:, None]
    return replace(motion, positions=positions)


def _head(motion: JointMotion, match: Match) -> Head:
    base, end = match.rows["head"], _head_end(motion, match)
    positions = motion.positions
    if end is not None:
        up = positions[:, end] - positions[:, base]
    else:
        shoulders = [positions[:, match.rows[f"{side}_shoulder"]] for side in SIDES]
        up = positions[:, base] - (shoulders[0] + shoulders[1]) / 2
    left = _left_ear(motion, match, base if end is None else end)
    if end is None or match.definition.vertex is None:
        return Head(up, left)
    return Head(up, left, positions[:, end], match.definition.vertex)


def _head_end(motion: JointMotion, match: Match) -> int | None:
    """Row of the end of the head."""
    if "head_end" in match.rows:
        return match.rows["head_end"]
    base = match.rows["head"]
    above = [row for row in range(len(motion.names)) if base in _ancestors(motion.parents, row)]
    reach = [_distance(motion.positions, base, row) for row in above]
    return above[int(np.argmax(reach))] if max(reach, default=0.0) > _APART else None


def _left_ear(motion: JointMotion, match: Match, end: int) -> Array:
    """Approximate direction (T, 3) of the left ear."""
    ends = [motion.positions[:, match.rows[f"{side}_shoulder"]] for side in SIDES]
    shoulders = ends[0] - ends[1]
    if motion.rotations is None:
        return shoulders
    moved_by = end if match.definition.ends or end == match.rows["head"] else motion.parents[end]
    turns = motion.rotations[:, moved_by]
    if motion.facing:
        return np.asarray(turns[:, :, 0])
    # On average over the recording the head faces as the shoulders do.
    own = np.einsum("tji,tj->i", turns, unit_vectors(shoulders))  # in the head's frame
    return np.asarray(turns @ (own / max(float(np.linalg.norm(own)), 1e-9)))


def _distance(positions: Array, first: int, second: int) -> float:
    """Mean distance of two joints."""
    return float(np.linalg.norm(positions[:, first] - positions[:, second], axis=-1).mean())
