"""BVH motion capture files.

A joint's rotation is the product of its rotation channels in the order of the file, Rz Rx Ry for
"Zrotation Xrotation Yrotation"; its position in its parent's frame is OFFSET, in which position
channels replace the axes in their names. (M. Meredith, S. Maddock, Motion Capture File Formats
Explained, 2001; position channels as in Blender and LaFAN1's reader.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.errors import InputError

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
    if not text.strip():
        raise InputError(f"{path}: got an empty file, expected a BVH file")
    try:
        head, tail = (*re.split(r"(?im)^\s*MOTION\b", text, maxsplit=1), "")[:2]
        joints = _hierarchy(iter(re.sub(r"([{}])", r" \1 ", head).split()))
        values, frame_time = _motion(tail, sum(len(joint.channels) for joint in joints))
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{path}: expected a BVH file with HIERARCHY and MOTION, got {error}"
        ) from error
    except StopIteration as error:
        raise InputError(f"{path}: its HIERARCHY ends early; the file is cut off") from error
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
        keyword = word.upper()
        if keyword in {"ROOT", "JOINT", "END"}:
            name = " ".join(iter(lambda: next(words), "{"))
            own = f"{END} {joints[opened[-1]].name}" if keyword == "END" else name
            joints.append(BvhJoint(own, opened[-1], np.zeros(3), ()))
            opened.append(len(joints) - 1)
        elif word == "}":
            opened.pop()
        elif keyword == "OFFSET":
            offset = np.array(tuple(islice(words, 3)), np.float64)
            if offset.shape != (3,):
                raise ValueError(f"{offset.size} numbers of an OFFSET at its end; it is cut off")
            joints[opened[-1]] = replace(joints[opened[-1]], offset=offset)
        elif keyword == "CHANNELS":
            channels = _channels(words)
            joints[opened[-1]] = replace(joints[opened[-1]], channels=channels)
        elif keyword != "HIERARCHY":
            raise ValueError(f"{word!r} in the hierarchy")
    if opened != [-1] or not joints:
        raise ValueError(
            "a hierarchy without joints or with braces that do not match, as in a file cut off"
        )
    return tuple(joints)


def _channels(words: Iterator[str]) -> tuple[str, ...]:
    channels = tuple(word.capitalize() for word in islice(words, int(next(words))))
    axes = [channel[0] for channel in channels if channel.endswith("rotation")]
    twice = any(first == second for first, second in pairwise(axes))
    if not set(channels) <= set(_CHANNELS) or len(axes) > len(_AXES) or twice:
        raise ValueError(f"channels {' '.join(channels)}")
    return channels


def _motion(text: str, channels: int) -> tuple[Array, float]:
    """(T, C) channel values and the time [s] between frames from the text after MOTION."""
    found = re.match(r"\s*Frames\s*:?\s*(\d+)\s+Frame\s*Time\s*:?\s*(\S+)", text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"{' '.join(text.split()[:5])!r} after MOTION")
    frames, frame_time = int(found[1]), float(found[2])
    values = np.array(text[found.end() :].split(), np.float64)
    if frames < 1 or values.size != frames * channels or not np.isfinite(values).all():
        raise ValueError(
            f"{values.size} numbers for {frames} frames of {channels} channels; it may be cut off"
        )
    if not 0 < frame_time < np.inf:
        raise ValueError(f"a frame time of {frame_time} s")
    return values.reshape(frames, channels), frame_time
