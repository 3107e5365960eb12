"""Postures of people, and their sides before a camera, by their joints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]

LYING, LOW, BENDING, STANDING = "lying", "sitting or squatting", "bending", "standing"
POSTURES = (STANDING, BENDING, LOW, LYING)

_LYING_TRUNK = 60.0  # [degrees] least inclination of the trunk from the vertical
_LYING_HIPS = 0.35  # greatest height of the hips over the floor, in lengths of the leg
_LOW_HIPS = 0.75
_BENT_KNEES = 45.0  # [degrees] mean of both, 0 for straight legs
_BENT_TRUNK = 60.0
_FACING = 60.0
_SOLE = 0.08  # [m] from the floor to the lowest joint of a standing or a lying person
_FLOOR = (-0.05, 0.25)  # [m] heights of the lowest joint over a floor at z = 0


def floor_of(joints: Array) -> float:
    """Height [m] of the floor below people (T, 17, 3), z up.

    0 where the lowest joints fit to a floor there; otherwise just below the lowest joint.
    """
    lowest = float(np.quantile(joints[..., 2].min(axis=-1), 0.02))
    return 0.0 if _FLOOR[0] <= lowest <= _FLOOR[1] else lowest - _SOLE


def postures(joints: Array, floor: float = 0.0) -> Labels:
    """Posture, one of POSTURES, of each person.

    Lying: trunk within 30 degrees of the horizontal, hips below 0.35 leg lengths. Sitting or
    squatting: hips that low, or below 0.75 leg lengths with bent knees. Bending: trunk inclined by
    more than 60 degrees over feet on the floor. Standing: all others.

    Args:
        joints: (T, 17, 3) [m] HUMAN36M_17 joints, z up.
        floor: height of the floor [m].
    """
    hips, neck = joints[:, HUMAN36M_17.index("mid_hip")], joints[:, HUMAN36M_17.index("neck")]
    trunk = _angle(neck - hips, np.array([0.0, 0.0, 1.0]))
    leg, knees = _legs(joints)
    height = (hips[:, 2] - floor - _SOLE) / leg
    inclined = trunk > _LYING_TRUNK
    low = (height < _LYING_HIPS) | ((height < _LOW_HIPS) & (knees > _BENT_KNEES))
    names: Labels = np.select(
        [inclined & (height < _LYING_HIPS), low, trunk > _BENT_TRUNK],
        [LYING, LOW, BENDING],
        STANDING,
    )
    return names


def views(joints: Array) -> Labels:
    """Side of each person that the camera sees: "front", "side" or "back", of the trunk.

    Front and back are within 60 degrees of the direction to the camera, also of lying people.

    Args:
        joints: (T, 17, 3) [m] HUMAN36M_17 joints in the optical frame.
    """
    hips, neck, left, right = (
        joints[:, HUMAN36M_17.index(name)]
        for name in ("mid_hip", "neck", "left_shoulder", "right_shoulder")
    )
    angle = _angle(np.cross(left - right, neck - hips), -hips)
    names: Labels = np.select([angle < _FACING, angle > 180 - _FACING], ["front", "back"], "side")
    return names


def _legs(joints: Array) -> tuple[Array, Array]:
    """Length (T,) [m] from hip to ankle along the bones, and flexion (T,) [degrees] of the knees.

    Both are means of the two legs.
    """
    lengths, angles = [], []
    for side in ("left", "right"):
        hip, knee, ankle = (
            joints[:, HUMAN36M_17.index(f"{side}_{name}")] for name in ("hip", "knee", "ankle")
        )
        thigh, shin = knee - hip, ankle - knee
        lengths.append(np.linalg.norm(thigh, axis=-1) + np.linalg.norm(shin, axis=-1))
        angles.append(_angle(thigh, shin))
    return np.mean(lengths, axis=0), np.mean(angles, axis=0)


def _angle(first: Array, second: Array) -> Array:
    """[degrees] (T,) between vectors (T, 3)."""
    product = (first * second).sum(axis=-1)
    size = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    angle: Array = np.degrees(np.arccos(np.clip(product / np.maximum(size, 1e-9), -1, 1)))
    return angle
