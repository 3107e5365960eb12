"""People in BVH files as PERSON joints.

Each maker names joints, axes and units differently: names follow from the families in
joint_names.yaml, the axis that points up from the pose at rest and the motion, the unit from the
height of the person. A file has no face and often no axes of the head: on average over a recording
the head faces as the shoulders do, and it turns as in the file.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.bvh import END, Bvh, read_bvh
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import (
    SIDES,
    UPS,
    Match,
    definitions_for,
    find_people,
)
from pose_action_ros.lab.datasets.joint_motion import JointMotion, person_of
from pose_action_ros.lab.datasets.person import PROPORTIONS, unit_vectors

Array = npt.NDArray[np.float64]

RATE = 60.0
"""Approximate frames per second after reading [Hz]."""

# Metres, decimetres, centimetres, millimetres, inches; families in joint_names.yaml have others.
_UNITS = (1.0, 0.1, 0.01, 0.001, 0.0254)
_ADULT = 1.70  # [m]
_HEIGHTS = (0.7, 2.3)  # [m] of people
_UPRIGHT = 0.8  # least cosine between an upright person and the vertical
_FLOOR = 0.12  # largest distance of the lowest joint from the floor, over the leg
# Rows of the file's axes that are x, y and z of a frame with y up.
_TURNS = {
    "x": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "y": np.eye(3),
    "z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "-x": np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    "-y": np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "-z": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
}


def read_bvh_people(path: Path, up: str = "", names: Path | None = None) -> list[Capture]:
    """Read the people in a file, thinned to about RATE frames per second.

    Args:
        path: .bvh file. Its unit is the family's, or that of metres, decimetres, centimetres,
            millimetres and inches in which people have a height of 0.7 to 2.3 m; if several fit,
            the one that is nearest to an adult; if none, people are scaled to 1.70 m.
        up: axis of the file that points up, one of x y z -x -y -z; found if empty.
        names: file of further joint names; see definitions_for.

    Returns:
        One recording for each person, mostly one, named after the file. The subject is the number
        in names such as "walk1_subject3" or "02_01", or the name of the folder.

    Raises:
        InputError: the file cannot be read, or lacks joints; the message names them.
    """
    if up and up not in UPS:
        raise InputError(f"got {up!r} as the axis that points up, expected one of {', '.join(UPS)}")
    bvh = read_bvh(path)
    with prefix_errors(path):
        people = find_people(_names(bvh), definitions_for(path, names))
    every = max(1, round(1 / (RATE * bvh.frame_time)))
    rate = 1 / (bvh.frame_time * every)
    captures = []
    for match in people:
        name = path.stem if len(people) == 1 else f"{path.stem}/{match.prefix}"
        joints = person_of(_motion(bvh, every, match, up, path), match)
        captures.append(
            Capture(name, _subject(path), path.stem, joints, rate, match.definition.defined)
        )
    return captures


def _names(bvh: Bvh) -> tuple[str, ...]:
    """Names of the joints; that of a bone's end is the joint's with _end."""
    return tuple(
        f"{joint.name.removeprefix(END).strip()}_end" if joint.name.startswith(END) else joint.name
        for joint in bvh.joints
    )


def _subject(path: Path) -> str:
    found = re.search(r"subject[ _-]?(\w+?)(?:_|$)|^(\d+)_\d+$", path.stem, re.IGNORECASE)
    return (found[1] or found[2]) if found else path.resolve().parent.name


def _motion(bvh: Bvh, every: int, match: Match, up: str, path: Path) -> JointMotion:
    """Motion in metres, y up."""
    positions, rotations = bvh.frames(every)
    leg = _leg(positions, match)
    if leg <= 0:
        raise InputError(f"{path}: the legs have no length, expected hip, knee and ankle apart")
    turn = _TURNS[up or match.definition.up or _vertical(bvh, positions, match, leg)]
    unit = match.definition.unit or _metres(leg / (PROPORTIONS["knee"] + PROPORTIONS["ankle"]))
    return JointMotion(
        _names(bvh),
        tuple(joint.parent for joint in bvh.joints),
        unit * positions @ turn.T,
        turn @ rotations,
    )


def _leg(positions: Array, match: Match) -> float:
    """Mean length from hip over knee to ankle."""
    rows = [[match.rows[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")] for side in SIDES]
    bones = np.linalg.norm(np.diff(positions[:, rows], axis=2), axis=-1)  # (T, 2, 2)
    return float(bones.sum(axis=-1).mean())


def _metres(height: float) -> float:
    """[m] of the file's unit from the height of the person in it.

    Only 70 to 90 have two meanings, the inches of an adult and the centimetres of a small child.
    """
    fitting = [unit for unit in _UNITS if _HEIGHTS[0] < height * unit < _HEIGHTS[1]]
    return min(
        fitting, key=lambda unit: abs(np.log(height * unit / _ADULT)), default=_ADULT / height
    )


def _vertical(bvh: Bvh, positions: Array, match: Match, leg: float) -> str:
    """Find the axis that points up.

    It is the direction from the ankles to the head at rest, if the person stands there, and in most
    frames otherwise. Both are clear and differ in files of lying people and in files with a root
    that turns the pose at rest: the motion's axis counts if the person is on the floor along it.
    """
    rest = _rest(bvh)[None]
    standing = _upright(rest, match)
    moving = _upright(positions, match)
    if standing and moving and moving != standing:
        along = (positions @ _TURNS[moving].T)[..., 1].min(axis=1)
        return moving if abs(float(np.median(along))) < _FLOOR * leg else standing
    return standing or moving or "y"


def _upright(positions: Array, match: Match) -> str:
    """Axis along which people (T, J, 3) stand in most frames; empty if none."""
    rows = match.rows
    ankles, hips, shoulders = (
        (positions[:, rows[f"left_{end}"]] + positions[:, rows[f"right_{end}"]]) / 2
        for end in ("ankle", "hip", "shoulder")
    )
    parts = [unit_vectors(hips - ankles), unit_vectors(shoulders - hips)]  # (T, 3) each
    lower, upper = (np.median(part, axis=0) for part in parts)
    axis = int(np.argmax(np.abs(lower + upper)))
    both = min(abs(lower[axis]), abs(upper[axis]))
    if both < _UPRIGHT or lower[axis] * upper[axis] <= 0:
        return ""
    return ("" if lower[axis] > 0 else "-") + "xyz"[axis]


def _rest(bvh: Bvh) -> Array:
    """(J, 3) joints without rotations."""
    places: list[Array] = []
    for joint in bvh.joints:
        places.append(joint.offset + (places[joint.parent] if joint.parent >= 0 else 0.0))
    return np.array(places)
