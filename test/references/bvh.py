"""Forward kinematics of a BVH recording, one frame and one joint at a time, with 4 x 4 matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.bvh import BvhJoint

Array = npt.NDArray[np.float64]


def turn(axis: str, degrees: float) -> Array:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return {
        "X": np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]]),
        "Y": np.array([[c, 0.0, s], [0, 1, 0], [-s, 0, c]]),
        "Z": np.array([[c, -s, 0.0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def positions(joints: Sequence[BvhJoint], values: Array) -> Array:
    """(T, J, 3)."""
    return np.array([_frame(joints, list(row)) for row in values])


def _frame(joints: Sequence[BvhJoint], row: list[float]) -> list[Array]:
    worlds: list[Array] = []
    for joint in joints:
        place = list(joint.offset)
        rotation = np.eye(3)
        for channel in joint.channels:
            value = row.pop(0)
            if channel.endswith("position"):
                place["XYZ".index(channel[0])] = value
            else:
                rotation = rotation @ turn(channel[0], value)
        own = np.eye(4)
        own[:3, :3], own[:3, 3] = rotation, place
        worlds.append(own if joint.parent < 0 else worlds[joint.parent] @ own)
    return [world[:3, 3] for world in worlds]
