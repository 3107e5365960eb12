"""Forward kinematics of Acclaim motion capture, one frame and one bone at a time, 4 x 4 matrices.

A skeleton is described as in its file: words, degrees or radians, orders of axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BoneText:
    """One bone of an .asf file; angles in the file's unit."""

    parent: str
    direction: tuple[float, float, float]
    length: float
    axis: tuple[float, float, float]
    order: str
    dof: tuple[str, ...]


@dataclass(frozen=True)
class SkeletonText:
    """An .asf file."""

    bones: Mapping[str, BoneText]
    order: tuple[str, ...]
    axis: str
    position: tuple[float, float, float]
    orientation: tuple[float, float, float]
    length: float
    radians: bool


def ends(
    skeleton: SkeletonText, frame: Mapping[str, Sequence[float]], radians: bool
) -> dict[str, Array]:
    """(3,) [m] end of each bone in one frame of an .amc file, with angles in radians or degrees."""
    values = dict(zip(skeleton.order, frame["root"], strict=True))
    moved = [values[f"t{axis}"] + skeleton.position[row] for row, axis in enumerate("xyz")]
    root = np.eye(4)
    root[:3, 3] = moved
    for freedom in reversed([one for one in skeleton.order if one.startswith("r")]):
        root = root @ _turn(freedom[1], values[freedom], radians)
    root = root @ _turns(skeleton.axis, skeleton.orientation, skeleton.radians)
    metres = 0.0254 / skeleton.length
    worlds, found = {"root": root}, {"root": metres * root[:3, 3]}
    for name, bone in skeleton.bones.items():
        own = np.eye(4)
        for freedom, value in reversed(list(zip(bone.dof, frame.get(name, ()), strict=True))):
            own = own @ _turn(freedom[1], value, radians)
        frame_of_axes = _turns(bone.order, bone.axis, skeleton.radians)
        start = worlds[bone.parent] @ frame_of_axes @ own @ np.linalg.inv(frame_of_axes)
        along = np.eye(4)
        along[:3, 3] = np.array(bone.direction) * bone.length
        worlds[name] = start @ along
        found[name] = metres * worlds[name][:3, 3]
    return found


def _turns(order: str, angles: Sequence[float], radians: bool) -> Array:
    """The first letter's rotation is applied first, about fixed axes."""
    result = np.eye(4)
    for axis, angle in reversed(list(zip(order, angles, strict=True))):
        result = result @ _turn(axis, angle, radians)
    return result


def _turn(axis: str, angle: float, radians: bool) -> Array:
    c, s = cos(angle if radians else angle * pi / 180), sin(angle if radians else angle * pi / 180)
    result = np.eye(4)
    result[:3, :3] = {
        "x": np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0.0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0.0], [s, c, 0], [0, 0, 1]]),
    }[axis.lower()]
    return result
