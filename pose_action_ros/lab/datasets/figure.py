"""Recorded people as figures that the simulation's renderer draws.

A recording has joints alone; a figure also has the axes of its segments, hands and feet. They
follow from the joints by the simulation's own conventions: a limb hangs along -z of its segment and
bends about y, an elbow forward, a knee backward.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.simulation import FIGURE, Body
from pose_action_ros.simulation.kinematics import OUTWARD, Posed

Array = npt.NDArray[np.float64]

_STRAIGHT = 0.15  # sine of the bend under which a limb tells no axis: its trunk's is taken


def figure_of(body: Body, joints: Array) -> Posed:
    """People as the renderer takes them, their joints where the recording has them.

    Args:
        body: whose hands, feet and thickness they get.
        joints: (T, 21, 3) [m] PERSON joints, z up.
    """
    points = {name: joints[:, row] for row, name in enumerate(PERSON.joints)}
    frames = _trunk_frames(points)
    for side in OUTWARD:
        _arm(body, side, points, frames)
        _leg(body, side, points, frames)
    _mouth(body, points, frames["head"])
    return Posed(np.stack([points[name] for name in FIGURE.joints], axis=1), frames)


def _trunk_frames(at: dict[str, Array]) -> dict[str, Array]:
    hips, shoulders = at["left_hip"] - at["right_hip"], at["left_shoulder"] - at["right_shoulder"]
    ears = at["left_ear"] - at["right_ear"]
    forward = at["nose"] - (at["left_ear"] + at["right_ear"]) / 2
    pelvis = _upright(hips, at["spine"] - at["mid_hip"])
    chest = _upright(shoulders, at["neck"] - at["spine"])
    head = _upright(ears, np.cross(forward, ears))
    return {
        "pelvis": pelvis,
        "chest": chest,
        "lumbar": _upright(hips + shoulders, at["neck"] - at["mid_hip"]),
        "head": head,
        "neck": _upright(chest[..., 1] + head[..., 1], chest[..., 2] + head[..., 2]),
    }


def _arm(body: Body, side: str, at: dict[str, Array], frames: dict[str, Array]) -> None:
    """Segments of an arm; the hand is half closed and straight in the forearm."""
    upper = at[f"{side}_elbow"] - at[f"{side}_shoulder"]
    fore = at[f"{side}_wrist"] - at[f"{side}_elbow"]
    ahead = frames["chest"][..., 0]
    frames[f"{side}_upper_arm"] = _hanging(upper, _bend(upper, fore, ahead))
    hand = _hanging(fore, _bend(fore, -upper, ahead))
    for part in ("forearm", "palm", "fingers", "pointer"):
        frames[f"{side}_{part}"] = hand
    size, wrist = body.hand, at[f"{side}_wrist"]
    knuckles = at[f"{side}_hand"] = wrist + hand @ np.array([0, 0, -0.5 * size])
    at[f"{side}_index"] = knuckles + hand @ np.array([0.14 * size, 0, -0.3 * size])
    at[f"{side}_pinky"] = knuckles + hand @ np.array([-0.16 * size, 0, -0.26 * size])
    thumb = np.array([0.28 * size, -0.1 * OUTWARD[side] * size, -0.36 * size])
    at[f"{side}_thumb"] = wrist + hand @ thumb


def _leg(body: Body, side: str, at: dict[str, Array], frames: dict[str, Array]) -> None:
    """Segments of a leg; the foot is square to the shin."""
    thigh = at[f"{side}_knee"] - at[f"{side}_hip"]
    shin = at[f"{side}_ankle"] - at[f"{side}_knee"]
    ahead = frames["pelvis"][..., 0]
    frames[f"{side}_thigh"] = _hanging(thigh, _bend(thigh, -shin, ahead))
    frames[f"{side}_shin"] = frames[f"{side}_foot"] = foot = _hanging(
        shin, _bend(shin, thigh, ahead)
    )
    size, down, ankle = body.foot, -body.foot_height, at[f"{side}_ankle"]
    at[f"{side}_heel"] = ankle + foot @ np.array([-0.24 * size, 0, down])
    at[f"{side}_big_toe"] = ankle + foot @ np.array(
        [0.64 * size, -0.06 * OUTWARD[side] * size, down]
    )
    at[f"{side}_small_toe"] = ankle + foot @ np.array(
        [0.50 * size, 0.13 * OUTWARD[side] * size, down]
    )


def _mouth(body: Body, at: dict[str, Array], head: Array) -> None:
    size = body.head_height
    for side, out in OUTWARD.items():
        offset = np.array([-0.11 * size, out * 0.10 * size, -0.21 * size])
        at[f"{side}_mouth"] = at["nose"] + head @ offset


def _bend(bone: Array, other: Array, ahead: Array) -> Array:
    """(T, 3) which way the segment faces: where the other bone points, square to this one."""
    along = _unit(bone)
    across = other - (other * along).sum(axis=-1, keepdims=True) * along
    share = np.linalg.norm(across, axis=-1, keepdims=True) / np.maximum(
        np.linalg.norm(other, axis=-1, keepdims=True), 1e-9
    )
    weight = np.clip(share / _STRAIGHT, 0.0, 1.0)
    facing: Array = weight * _unit(across) + (1 - weight) * ahead
    return facing


def _hanging(bone: Array, ahead: Array) -> Array:
    """(T, 3, 3) columns x, y, z of a segment that hangs along the bone and faces ahead."""
    z = -_unit(bone)
    y = _unit(np.cross(z, ahead))
    return np.stack([np.cross(y, z), y, z], axis=-1)


def _upright(left: Array, up: Array) -> Array:
    """(T, 3, 3) columns x, y, z of a segment with y to the left and z upward."""
    y = _unit(left)
    x = _unit(np.cross(y, up))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = vectors / np.maximum(length, 1e-9)
    return unit
