"""Joint angles of 3D poses after the recommendations of the International Society of Biomechanics.

Segment axes and sequences of rotations: Wu et al. 2002 (hip, spine; J. Biomech. 35:543) and Wu et
al. 2005 (shoulder, elbow; J. Biomech. 38:981). X points forward, Y up, Z to the right. The axes
come from joint centres, since a pose has no bony landmarks:

- pelvis: Z from the left to the right hip, Y near the line from mid_hip to spine;
- thorax: Y from spine to neck, Z near the line from the left to the right shoulder;
- head: Y from neck to head_top, X near the line from neck to nose;
- upper arm and thigh: Y along the bone towards the trunk, Z perpendicular to the plane of both
  bones of the limb.

Left limbs are mirrored, so that an angle has the same meaning on both sides. Rotations about the
long axis of a limb are undefined while the limb is stretched; the plane of elevation and the
rotation of an upper arm are undefined while it hangs or points up.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import radians, sin

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import HUMAN36M_17, Skeleton, convert

Array = npt.NDArray[np.float64]

_LIMBS: Mapping[str, tuple[str, ...]] = {
    "shoulder": ("plane", "elevation", "rotation"),
    "elbow": ("flexion",),
    "hip": ("flexion", "adduction", "rotation"),
    "knee": ("flexion",),
}
_TRUNK = ("flexion", "bending", "rotation")
KINDS: Mapping[str, tuple[str, ...]] = {
    **{f"{side}_{joint}": kinds for side in ("left", "right") for joint, kinds in _LIMBS.items()},
    "trunk": _TRUNK,
    "neck": _TRUNK,
}
"""Kinds of angles of each joint."""
ANGLES = tuple(f"{joint}_{kind}" for joint, kinds in KINDS.items() for kind in kinds)
"""Names of the angles, in the order of joint_angles."""

STRETCHED = radians(20)
"""Flexion of elbow or knee below which the rotation about the long axis is missing [rad]."""
VERTICAL = radians(10)
"""Angle between upper arm and trunk below which plane and rotation are missing [rad]."""
_MIRRORED = (-1.0, 1.0, 1.0)


def joint_angles(points: npt.ArrayLike, skeleton: Skeleton = HUMAN36M_17) -> Array:
    """Joint angles of poses.

    Args:
        points: (..., J, 3) in any unit and frame; NaN where missing.
        skeleton: joint order.

    Returns:
        (..., 22) [rad] in the order of ANGLES; NaN where a joint is missing or the angle is
        undefined.
    """
    right = convert(points, skeleton, HUMAN36M_17)
    left = right[..., HUMAN36M_17.mirror, :] * _MIRRORED
    return np.concatenate([_limbs(left), _limbs(right), _spine(right)], axis=-1)


def _limbs(points: Array) -> Array:
    """(..., 8) angles of the right arm and leg."""
    joint = _named(points)
    thorax, pelvis = _thorax(joint), _pelvis(joint)
    arm = joint["right_shoulder"] - joint["right_elbow"]
    forearm = joint["right_elbow"] - joint["right_wrist"]
    thigh = joint["right_hip"] - joint["right_knee"]
    shank = joint["right_knee"] - joint["right_ankle"]
    elbow, knee = _between(arm, forearm), _between(thigh, shank)
    shoulder = _shoulder(thorax, arm, np.cross(arm, forearm), elbow)
    hip = _hip(pelvis, thigh, np.cross(shank, thigh), knee)
    return np.stack([*shoulder, elbow, *hip, knee], axis=-1)


def _shoulder(thorax: Array, arm: Array, axis: Array, elbow: Array) -> tuple[Array, Array, Array]:
    """Plane of elevation, elevation and axial rotation: the sequence Y X Y."""
    up = _within(thorax, _unit(arm))
    elevation = np.arccos(np.clip(up[..., 1], -1, 1))
    swung = np.sin(elevation) > sin(VERTICAL)
    plane = np.where(swung, np.arctan2(-up[..., 0], -up[..., 2]), np.nan)
    row = _axes(arm, axis)
    turned = np.einsum("...i,...ij->...j", thorax[..., 1], row)  # (..., 3) second row of R
    rotation = np.arctan2(-turned[..., 0], turned[..., 2])
    return plane, elevation, np.where(swung & (elbow > STRETCHED), rotation, np.nan)


def _hip(pelvis: Array, thigh: Array, axis: Array, knee: Array) -> tuple[Array, Array, Array]:
    """Flexion, adduction and axial rotation."""
    up = _within(pelvis, _unit(thigh))
    flexion = np.arctan2(-up[..., 0], up[..., 1])
    adduction = np.arcsin(np.clip(up[..., 2], -1, 1))
    _, _, rotation = _cardan(pelvis, _axes(thigh, axis))
    return flexion, adduction, np.where(knee > STRETCHED, rotation, np.nan)


def _spine(points: Array) -> Array:
    """(..., 6) angles of the trunk and the neck: forward, to the right, to the left."""
    joint = _named(points)
    thorax, pelvis = _thorax(joint), _pelvis(joint)
    up = joint["head_top"] - joint["neck"]
    head = _axes(up, np.cross(joint["nose"] - joint["neck"], up))
    trunk, neck = _cardan(pelvis, thorax), _cardan(thorax, head)
    return np.stack([-trunk[0], *trunk[1:], -neck[0], *neck[1:]], axis=-1)


def _cardan(lower: Array, upper: Array) -> tuple[Array, Array, Array]:
    """Rotations about Z, X and Y from one frame to another: the sequence Z X Y."""
    rotation = np.swapaxes(lower, -1, -2) @ upper
    return (
        np.arctan2(-rotation[..., 0, 1], rotation[..., 1, 1]),
        np.arcsin(np.clip(rotation[..., 2, 1], -1, 1)),
        np.arctan2(-rotation[..., 2, 0], rotation[..., 2, 2]),
    )


def _named(points: Array) -> dict[str, Array]:
    return {name: points[..., row, :] for row, name in enumerate(HUMAN36M_17.joints)}


def _pelvis(joint: Mapping[str, Array]) -> Array:
    """(..., 3, 3) axes of the pelvis; the line of the hips is kept."""
    across = _unit(joint["right_hip"] - joint["left_hip"])
    forward = _unit(np.cross(joint["spine"] - joint["mid_hip"], across))
    return np.stack([forward, np.cross(across, forward), across], axis=-1)


def _thorax(joint: Mapping[str, Array]) -> Array:
    """(..., 3, 3) axes of the thorax; the line of the spine is kept."""
    return _axes(joint["neck"] - joint["spine"], joint["right_shoulder"] - joint["left_shoulder"])


def _axes(up: Array, right: Array) -> Array:
    """(..., 3, 3) axes X, Y, Z as columns: Y along `up`, Z near `right`."""
    y = _unit(up)
    x = _unit(np.cross(y, right))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _within(axes: Array, vector: Array) -> Array:
    """Coordinates (..., 3) of a vector along the axes."""
    coordinates: Array = np.einsum("...ji,...j->...i", axes, vector)
    return coordinates


def _between(one: Array, other: Array) -> Array:
    """Angle between two vectors [rad]."""
    cosine = (_unit(one) * _unit(other)).sum(axis=-1)
    angle: Array = np.arccos(np.clip(cosine, -1, 1))
    return angle


def _unit(vector: Array) -> Array:
    """Unit vectors (..., 3); NaN for vectors without length."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    unit: Array = vector / np.where(length > 1e-9, length, np.nan)
    return unit
