"""Postures that no recording shows: limbs of other clips, and whole bodies out of the upright.

Recordings of people hold few of the postures that bodies can take, and hardly any lying person. A
lifter that knows limbs apart from each other, and trunks in any direction, is right about more.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.lab.datasets.person import PERSON

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Generator = np.random.Generator

_LEGS, _ARMS = 0.6, 0.4  # probabilities of other legs, and of another arm on either side
_TILT = (20.0, 110.0)  # [degrees] of a body out of the upright
_VERTICAL = 0.3  # part of the vertical in the axis of the tilt
_SIDES = ("left", "right")
_LEG_ROWS = [
    PERSON.index(f"{side}_{joint}") for side in _SIDES for joint in ("hip", "knee", "ankle")
]
_SHOULDER = {side: PERSON.index(f"{side}_shoulder") for side in _SIDES}
_ARM_ROWS = {
    joint: [PERSON.index(f"{side}_{end}") for end in ("elbow", "wrist")]
    for side, joint in _SHOULDER.items()
}
_HIP = {side: PERSON.index(f"{side}_hip") for side in _SIDES}
_MID_HIP, _SPINE, _NECK = (PERSON.index(name) for name in ("mid_hip", "spine", "neck"))


def recombined(clips: Array, share: float, rng: Generator) -> Array:
    """Give a share of the people legs and arms of others, which move as the others' do.

    A limb keeps its pose relative to the pelvis, or to the chest, that it hangs on.

    Args:
        clips: (N, M, 21, 3) [m] PERSON joints.
        share: of the people that take part, 0 to 1.
        rng: source of randomness.

    Returns:
        (N, M, 21, 3) [m] the same people, the limbs of some of them replaced.
    """
    result = clips.copy()
    rows = np.flatnonzero(rng.random(len(clips)) < share)
    own = clips[rows]
    people = own.copy()
    other = clips[rng.integers(len(clips), size=len(rows))]
    legs = _limb(other, _pelvis(other), _MID_HIP, _LEG_ROWS) @ _pelvis(own).swapaxes(-1, -2)
    legs += own[:, :, _MID_HIP, None]
    _replace(people, _LEG_ROWS, legs, rng.random(len(rows)) < _LEGS)
    for joint, arm in _ARM_ROWS.items():
        other = clips[rng.integers(len(clips), size=len(rows))]
        limb = _limb(other, _chest(other), joint, arm) @ _chest(own).swapaxes(-1, -2)
        limb += own[:, :, joint, None]
        _replace(people, arm, limb, rng.random(len(rows)) < _ARMS)
    result[rows] = people
    return result


def toppled(clips: Array, share: float, rng: Generator) -> Array:
    """Tilt a share of the people about a horizontal or oblique axis, all images of one alike.

    Args:
        clips: (N, M, 21, 3) [m] PERSON joints, z up.
        share: of the people that are tilted, 0 to 1.
        rng: source of randomness.
    """
    result = clips.copy()
    rows = np.flatnonzero(rng.random(len(clips)) < share)
    axes = rng.normal(size=(len(rows), 3)) * [1.0, 1.0, _VERTICAL]
    axes /= np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-9)
    angles = np.radians(rng.uniform(*_TILT, len(rows)))
    turns = Rotation.from_rotvec(axes * angles[:, None]).as_matrix()  # (R, 3, 3)
    result[rows] = clips[rows] @ turns.transpose(0, 2, 1)[:, None]
    return result


def _limb(people: Array, axes: Array, joint: int, rows: list[int]) -> Array:
    """(R, M, L, 3) limb of people relative to the joint that it hangs on, in the segment's axes."""
    limb: Array = (people[:, :, rows] - people[:, :, joint, None]) @ axes
    return limb


def _replace(people: Array, rows: list[int], limbs: Array, chosen: Flags) -> None:
    """Set joints of the chosen people (R,) in place."""
    people[:, :, rows] = np.where(chosen[:, None, None, None], limbs, people[:, :, rows])


def _pelvis(people: Array) -> Array:
    left = people[:, :, _HIP["left"]] - people[:, :, _HIP["right"]]
    return _axes(left, people[:, :, _SPINE] - people[:, :, _MID_HIP])


def _chest(people: Array) -> Array:
    left = people[:, :, _SHOULDER["left"]] - people[:, :, _SHOULDER["right"]]
    return _axes(left, people[:, :, _NECK] - people[:, :, _SPINE])


def _axes(left: Array, up: Array) -> Array:
    """(R, M, 3, 3) columns forward, left and up of a segment; up is exact."""
    z = up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-9)
    y = left - (left * z).sum(axis=-1, keepdims=True) * z
    y /= np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-9)
    return np.stack([np.cross(y, z), y, z], axis=-1)
