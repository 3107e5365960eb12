"""BVH motion capture: the files, and the people in them as PERSON joints.

A joint's rotation is the product of its rotation channels in the order of the file, Rz Rx Ry for
"Zrotation Xrotation Yrotation"; its position in its parent's frame is OFFSET, in which position
channels replace the axes in their names. (M. Meredith, S. Maddock, Motion Capture File Formats
Explained, 2001; position channels as in Blender and LaFAN1's reader.)

Each maker names joints differently: CONVENTIONS lists the common names, other files need a mapping.
A file has no face and often no axes of the head: on average over a recording the head faces as the
shoulders do, and it turns as in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import DEFINED, LIMBS, SIDES
from pose_action_ros.lab.datasets.person import PROPORTIONS, person_from

Array = npt.NDArray[np.float64]

_AXES = "XYZ"
_CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in _AXES)
END = "End Site"
"""Prefix of the names of bone ends; the name of the joint follows."""


@dataclass(frozen=True, eq=False)
class BvhJoint:
    """One joint, or the end of a bone without a joint.

    Attributes:
        name: as in the file; "End Site Head" for the end of Head.
        parent: row of its parent, -1 for a root.
        offset: (3,) [file's unit] from its parent at rest.
        channels: such as "Zrotation", in the order of the file.
    """

    name: str
    parent: int
    offset: Array
    channels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Bvh:
    """Content of a file.

    Attributes:
        joints: parents before their children.
        values: (T, C) of all channels in the order of the joints: file's unit and degrees.
        frame_time: [s] between frames.
    """

    joints: tuple[BvhJoint, ...]
    values: Array
    frame_time: float

    def frames(self, every: int = 1) -> tuple[Array, Array]:
        """Positions (T, J, 3) [file's unit] and rotations (T, J, 3, 3), one frame of `every`."""
        values = self.values[::every]
        positions = np.empty((len(values), len(self.joints), 3))
        rotations = np.empty((len(values), len(self.joints), 3, 3))
        first = 0
        for row, joint in enumerate(self.joints):
            last = first + len(joint.channels)
            positions[:, row], rotations[:, row] = _local(joint, values[:, first:last])
            if joint.parent >= 0:
                above = rotations[:, joint.parent]
                offset = np.einsum("tij,tj->ti", above, positions[:, row])
                positions[:, row] = positions[:, joint.parent] + offset
                rotations[:, row] = above @ rotations[:, row]
            first = last
        return positions, rotations


def read_bvh(path: Path) -> Bvh:
    """Read a file.

    Raises:
        InputError: the file is missing, truncated, or no BVH.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; expected a BVH file") from error
    head, _, tail = text.partition("MOTION")
    try:
        joints = _hierarchy(iter(head.split()))
        values, frame_time = _motion(tail, sum(len(joint.channels) for joint in joints))
    except (ValueError, IndexError, StopIteration) as error:
        raise InputError(
            f"{path}: expected a BVH file with HIERARCHY and MOTION, got {error!r}"
        ) from error
    return Bvh(joints, values, frame_time)


def _local(joint: BvhJoint, values: Array) -> tuple[Array, Array]:
    """Position (T, 3) and rotation (T, 3, 3) in the parent's frame from channel values (T, C)."""
    positions = np.tile(joint.offset, (len(values), 1))
    order, columns = "", []
    for column, channel in enumerate(joint.channels):
        if channel.endswith("position"):
            positions[:, _AXES.index(channel[0])] = values[:, column]
        else:
            order += channel[0]
            columns.append(column)
    if not order:
        return positions, np.tile(np.eye(3), (len(values), 1, 1))
    return positions, Rotation.from_euler(order, values[:, columns], degrees=True).as_matrix()


def _hierarchy(words: Iterator[str]) -> tuple[BvhJoint, ...]:
    """Joints in the words before MOTION, parents first."""
    joints: list[BvhJoint] = []
    opened = [-1]
    for word in words:
        if word in {"ROOT", "JOINT", "End"}:
            name = " ".join(iter(lambda: next(words), "{"))
            own = f"{END} {joints[opened[-1]].name}" if word == "End" else name
            joints.append(BvhJoint(own, opened[-1], np.zeros(3), ()))
            opened.append(len(joints) - 1)
        elif word == "}":
            opened.pop()
        elif word == "OFFSET":
            offset = np.array(tuple(islice(words, 3)), np.float64)
            joints[opened[-1]] = replace(joints[opened[-1]], offset=offset)
        elif word == "CHANNELS":
            channels = _channels(words)
            joints[opened[-1]] = replace(joints[opened[-1]], channels=channels)
        elif word != "HIERARCHY":
            raise ValueError(f"{word!r} in the hierarchy")
    if opened != [-1] or not joints:
        raise ValueError("a hierarchy without joints or with braces that do not match")
    return tuple(joints)


def _channels(words: Iterator[str]) -> tuple[str, ...]:
    channels = tuple(islice(words, int(next(words))))
    axes = [channel[0] for channel in channels if channel.endswith("rotation")]
    twice = any(first == second for first, second in pairwise(axes))
    if not set(channels) <= set(_CHANNELS) or len(axes) > len(_AXES) or twice:
        raise ValueError(f"channels {' '.join(channels)}")
    return channels


def _motion(text: str, channels: int) -> tuple[Array, float]:
    """(T, C) channel values and the time [s] between frames from the text after MOTION."""
    words = text.split()
    if words[0:1] + words[2:4] != ["Frames:", "Frame", "Time:"]:
        raise ValueError(f"{' '.join(words[:5])!r} after MOTION")
    frames, frame_time = int(words[1]), float(words[4])
    values = np.array(words[5:], np.float64)
    if frames < 1 or values.size != frames * channels or not np.isfinite(values).all():
        raise ValueError(f"{values.size} numbers for {frames} frames of {channels} channels")
    if not 0 < frame_time < np.inf:
        raise ValueError(f"a frame time of {frame_time} s")
    return values.reshape(frames, channels), frame_time


RATE = 60.0
"""Approximate frames per second after reading [Hz]."""

NEEDED = (*(f"{side}_{limb}" for side in SIDES for limb in LIMBS), "neck", "head")
"""Joints required of a mapping; "neck" is the lowest joint of the neck, "head" the skull's."""


def _convention(pattern: str, sides: tuple[str, str], limbs: str, trunk: str) -> dict[str, str]:
    """Names in the file by our names, from one pattern of side and limb."""
    names = {
        f"{ours}_{limb}": pattern.format(side=theirs, limb=name)
        for ours, theirs in zip(SIDES, sides, strict=True)
        for limb, name in zip(LIMBS, limbs.split(), strict=True)
    }
    return names | dict(zip(("neck", "head"), trunk.split(), strict=True))


CONVENTIONS: Mapping[str, Mapping[str, str]] = {
    # Named after the bone below: cgspeed's conversion of CMU, Mixamo, LaFAN1, HumanIK.
    "bones": _convention(
        "{side}{limb}", ("Left", "Right"), "UpLeg Leg Foot Arm ForeArm Hand", "Neck Head"
    ),
    # Named after the joint: Xsens, 100STYLE, 3ds Max.
    "joints": _convention(
        "{side}{limb}", ("Left", "Right"), "Hip Knee Ankle Shoulder Elbow Wrist", "Neck Head"
    ),
    # DAZ and Poser, and cgspeed's conversion for them.
    "daz": _convention(
        "{side}{limb}", ("l", "r"), "Thigh Shin Foot Shldr ForeArm Hand", "neck head"
    ),
}


def read_bvh_people(
    path: Path, up: str = "y", names: Mapping[str, str] | None = None
) -> list[Capture]:
    """Read one person's motion, thinned to about RATE frames per second.

    Args:
        path: .bvh file in metres, inches, centimetres, millimetres or cgspeed's unit, which follows
            from the person's height; the scale of another unit is that of a person of 1.70 m.
        up: axis of the file that points up, "y" or "z".
        names: names in the file by the names in NEEDED; None to search CONVENTIONS. A prefix
            that ends in a colon, as in "mixamorig:Hips", does not count.

    Returns:
        One recording, named after the file; the subject is the name of its folder.

    Raises:
        InputError: the file cannot be read, or lacks joints; the message names them.
    """
    if up not in {"y", "z"}:
        raise InputError(f"got {up!r} as the axis that points up, expected 'y' or 'z'")
    bvh = read_bvh(path)
    rows = _rows(bvh, names, path)
    every = max(1, round(1 / (RATE * bvh.frame_time)))
    positions, rotations = bvh.frames(every)
    if up == "z":
        positions, rotations = positions @ _TO_Y_UP.T, _TO_Y_UP @ rotations
    legs = _length(positions, [rows["left_hip"], rows["left_knee"], rows["left_ankle"]])
    if legs <= 0:
        raise InputError(f"{path}: the left leg has no length, expected hip, knee and ankle apart")
    positions = positions * _metres(legs / (PROPORTIONS["knee"] + PROPORTIONS["ankle"]))
    points = {name: positions[:, rows[name]] for name in NEEDED[:-2]}
    left, top = _head_axes(bvh, positions, rotations[:, rows["head"]], rows)
    joints = person_from(points, positions[:, _vertebrae(bvh, rows)], left, top)
    rate = 1 / (bvh.frame_time * every)
    return [Capture(path.stem, path.resolve().parent.name, path.stem, joints, rate, DEFINED)]


def _metres(height: float) -> float:
    """[m] of the file's unit from the height of the person in it."""
    unit = min(_UNITS, key=lambda one: abs(np.log(height * one / _ADULT)))
    return unit if _HEIGHTS[0] < height * unit < _HEIGHTS[1] else _ADULT / height


# Metres, centimetres, millimetres, inches, and inches divided by 0.45 of cgspeed.
_UNITS = (1.0, 0.01, 0.001, 0.0254, 0.0254 / 0.45)
_ADULT = 1.70  # [m]
_HEIGHTS = (0.9, 2.3)  # [m] of people
_TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def _rows(bvh: Bvh, names: Mapping[str, str] | None, path: Path) -> dict[str, int]:
    """Rows of the joints in NEEDED."""
    own = {
        joint.name.rpartition(":")[2]: row
        for row, joint in enumerate(bvh.joints)
        if not joint.name.startswith(END)
    }
    choices = CONVENTIONS if names is None else {"names": names}
    missing = {
        title: [theirs for name in NEEDED if (theirs := choice.get(name, name)) not in own]
        for title, choice in choices.items()
    }
    nearest = min(missing, key=lambda title: len(missing[title]))
    if missing[nearest]:
        raise InputError(
            f"{path}: its joint names follow none of the conventions; of {nearest!r}, the "
            f"nearest, it lacks {', '.join(missing[nearest])}; it has {', '.join(own)}; give its "
            f"names for {', '.join(NEEDED)}"
        )
    return {name: own[choices[nearest][name]] for name in NEEDED}


def _length(positions: Array, rows: list[int]) -> float:
    """Mean length of a chain of joints."""
    return float(np.linalg.norm(np.diff(positions[:, rows], axis=1), axis=-1).sum(axis=1).mean())


def _vertebrae(bvh: Bvh, rows: Mapping[str, int]) -> list[int]:
    """Rows of the joints between the hips and the neck, from below to above."""
    below = set(_ancestors(bvh, rows["left_hip"]))
    return [row for row in _ancestors(bvh, rows["neck"]) if row not in below][::-1]


def _ancestors(bvh: Bvh, row: int) -> list[int]:
    """Rows of a joint's parent, its parent's parent, and so on."""
    rows = []
    while (row := bvh.joints[row].parent) >= 0:
        rows.append(row)
    return rows


def _head_axes(
    bvh: Bvh, positions: Array, rotations: Array, rows: Mapping[str, int]
) -> tuple[Array, Array]:
    """Left and up (T, 3) of the head from its rotations (T, 3, 3)."""
    shoulders = positions[:, rows["left_shoulder"]] - positions[:, rows["right_shoulder"]]
    shoulders /= np.linalg.norm(shoulders, axis=-1, keepdims=True)
    own_left = np.einsum("tji,tj->i", rotations, shoulders)  # sum over the recording, head's frame
    left = rotations @ (own_left / np.linalg.norm(own_left))
    head = rows["head"]
    above = [row for row in range(len(bvh.joints)) if head in _ancestors(bvh, row)]
    reach = [_length(positions, [head, row]) for row in above]
    if max(reach, default=0.0) > 0:
        return left, positions[:, above[int(np.argmax(reach))]] - positions[:, head]
    return left, positions[:, head] - positions[:, rows["neck"]]
