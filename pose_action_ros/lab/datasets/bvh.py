"""BVH motion capture: a hierarchy of joints and, for each frame, the values of their channels.

A joint's rotation is the product of its rotation channels in the order in which they are listed,
Rz Rx Ry for "Zrotation Xrotation Yrotation"; its place in its parent's frame is OFFSET, of which
position channels replace the axes they name. (M. Meredith, S. Maddock, Motion Capture File Formats
Explained, 2001; position channels as Blender and LaFAN1's own reader take them.)
"""

from __future__ import annotations

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
"""What the name of a bone's end begins with; the name of its joint follows."""


@dataclass(frozen=True, eq=False)
class Joint:
    """One joint, or the end of a bone that has none.

    Attributes:
        name: as the file has it; "End Site Head" for the end of Head.
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
    """A recording.

    Attributes:
        joints: parents before their children.
        values: (T, C) of all channels, as the joints list them: file's unit and degrees.
        frame_time: [s] between frames.
    """

    joints: tuple[Joint, ...]
    values: Array
    frame_time: float

    def positions(self, every: int = 1) -> Array:
        """(T, J, 3) places of the joints in the file's frame and unit, one frame of `every`."""
        return self.frames(every)[0]

    def frames(self, every: int = 1) -> tuple[Array, Array]:
        """Places (T, J, 3) and turns (T, J, 3, 3) of the joints, one frame of `every`."""
        values = self.values[::every]
        places = np.empty((len(values), len(self.joints), 3))
        turns = np.empty((len(values), len(self.joints), 3, 3))
        first = 0
        for row, joint in enumerate(self.joints):
            last = first + len(joint.channels)
            places[:, row], turns[:, row] = _local(joint, values[:, first:last])
            if joint.parent >= 0:
                up = turns[:, joint.parent]
                places[:, row] = places[:, joint.parent] + np.einsum(
                    "tij,tj->ti", up, places[:, row]
                )
                turns[:, row] = up @ turns[:, row]
            first = last
        return places, turns


def read_bvh(path: Path) -> Bvh:
    """Read a recording.

    Raises:
        InputError: the file is missing, cut off, or no BVH.
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


def _local(joint: Joint, values: Array) -> tuple[Array, Array]:
    """Places (T, 3) and turns (T, 3, 3) in the parent's frame from the joint's values (T, C)."""
    places = np.tile(joint.offset, (len(values), 1))
    order, columns = "", []
    for column, channel in enumerate(joint.channels):
        if channel.endswith("position"):
            places[:, _AXES.index(channel[0])] = values[:, column]
        else:
            order += channel[0]
            columns.append(column)
    if not order:
        return places, np.tile(np.eye(3), (len(values), 1, 1))
    return places, Rotation.from_euler(order, values[:, columns], degrees=True).as_matrix()


def _hierarchy(words: Iterator[str]) -> tuple[Joint, ...]:
    """Joints of the words before MOTION, parents first."""
    joints: list[Joint] = []
    opened = [-1]
    for word in words:
        if word in {"ROOT", "JOINT", "End"}:
            name = " ".join(iter(lambda: next(words), "{"))
            own = f"{END} {joints[opened[-1]].name}" if word == "End" else name
            joints.append(Joint(own, opened[-1], np.zeros(3), ()))
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
        raise ValueError("a hierarchy without joints or whose braces do not match")
    return tuple(joints)


def _channels(words: Iterator[str]) -> tuple[str, ...]:
    channels = tuple(islice(words, int(next(words))))
    axes = [channel[0] for channel in channels if channel.endswith("rotation")]
    twice = any(first == second for first, second in pairwise(axes))
    if not set(channels) <= set(_CHANNELS) or len(axes) > len(_AXES) or twice:
        raise ValueError(f"channels {' '.join(channels)}")
    return channels


def _motion(text: str, channels: int) -> tuple[Array, float]:
    """(T, C) values and the time [s] between frames, of what follows MOTION."""
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
