"""Conversions between PERSON joints and the figures of the simulation.

Simulated people become PERSON joints for training. Recorded people become figures for the renderer:
a recording has joints only, a figure also has segment axes, hands and feet. They follow from the
joints by the simulation's conventions: a limb points along -z of its segment and bends about y, an
elbow forward, a knee backward.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import PERSON, unit_vectors
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Performance, perform
from pose_action_ros.simulation.free_movement import free_performance
from pose_action_ros.simulation.kinematics import OUTWARD, Posed
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

_JOINTS = np.array([FIGURE.index(name) for name in PERSON.joints])
_STRAIGHT = 0.15  # sine of the bend; a straighter limb has the facing of its trunk


def person_joints(figure: Array) -> Array:
    """PERSON joints (T, 21, 3) from simulated joints (T, J, 3)."""
    joints: Array = figure[:, _JOINTS]
    return joints


def simulate_people(
    performances: int, clips: int, images: int, spacing: float, seed: int
) -> dict[str, Array]:
    """Simulate people of random bodies in every action and many styles.

    Args:
        performances: of each action.
        clips: of each performance, at random times of its first eight seconds.
        images: of each clip.
        spacing: time between the images of a clip [s].
        seed: of bodies and styles.

    Returns:
        (performances * clips, images, 21, 3) [m] PERSON joints, z up, by action, images in the
        order of time.
    """
    rng = np.random.default_rng(seed)
    shape = clips, images, spacing
    return {
        action: np.concatenate(
            [_clips(perform(action, rng), 8.0, shape, rng) for _ in range(performances)]
        )
        for action in ACTIONS
    }


def simulate_free_people(
    performances: int, clips: int, images: int, spacing: float, seed: int
) -> Array:
    """Simulate freely moving people of random bodies.

    Args:
        performances: each with its own body.
        clips: of each performance, at random times of its first 25 seconds.
        images: of each clip.
        spacing: time between the images of a clip [s].
        seed: of bodies and movements.

    Returns:
        (performances * clips, images, 21, 3) [m] PERSON joints, z up, images in the order of time.
    """
    rng = np.random.default_rng(seed)
    shape = clips, images, spacing
    return np.concatenate(
        [_clips(free_performance(rng), 25.0, shape, rng) for _ in range(performances)]
    )


def simulate_postures(
    performances: int, clips: int, images: int, spacing: float, seed: int
) -> dict[str, Array]:
    """Simulate people of random bodies in every posture: seated, lying, kneeling, getting up.

    Args:
        performances: of each posture.
        clips: of each performance, at random times of its first 25 seconds.
        images: of each clip.
        spacing: time between the images of a clip [s].
        seed: of bodies and postures.

    Returns:
        (performances * clips, images, 21, 3) [m] PERSON joints, z up, by posture, images in the
        order of time.
    """
    rng = np.random.default_rng(seed)
    shape = clips, images, spacing
    return {
        name: np.concatenate(
            [_clips(posture_performance(rng, name), 25.0, shape, rng) for _ in range(performances)]
        )
        for name in POSTURES
    }


def _clips(
    performance: Performance, seconds: float, shape: tuple[int, int, float], rng: Rng
) -> Array:
    """(clips, images, 21, 3) joints; shape is clips, images and spacing [s]."""
    clips, images, spacing = shape
    starts = np.sort(rng.uniform(0, seconds, clips))
    times = starts[:, None] + spacing * np.arange(images)
    return person_joints(performance.joints(times.ravel())).reshape(clips, images, -1, 3)


def figure_of(body: Body, joints: Array) -> Posed:
    """Figures for the renderer with the joints of a recording.

    Args:
        body: source of hands, feet and thickness.
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
    """Add the segments of an arm; the hand is half closed and in line with the forearm."""
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
    """Add the segments of a leg; the foot is perpendicular to the shin."""
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
        offset = np.array([-0.13 * body.head_length, out * 0.15 * body.head_breadth, -0.21 * size])
        at[f"{side}_mouth"] = at["nose"] + head @ offset


def _bend(bone: Array, other: Array, ahead: Array) -> Array:
    """(T, 3) facing of a segment: the other bone's direction, perpendicular to this one."""
    along = unit_vectors(bone)
    across = other - (other * along).sum(axis=-1, keepdims=True) * along
    share = np.linalg.norm(across, axis=-1, keepdims=True) / np.maximum(
        np.linalg.norm(other, axis=-1, keepdims=True), 1e-9
    )
    weight = np.clip(share / _STRAIGHT, 0.0, 1.0)
    facing: Array = weight * unit_vectors(across) + (1 - weight) * ahead
    return facing


def _hanging(bone: Array, ahead: Array) -> Array:
    """(T, 3, 3) columns x, y, z of a segment with -z along the bone and x ahead."""
    z = -unit_vectors(bone)
    y = unit_vectors(np.cross(z, ahead))
    return np.stack([np.cross(y, z), y, z], axis=-1)


def _upright(left: Array, up: Array) -> Array:
    """(T, 3, 3) columns x, y, z of a segment with y left and z up."""
    y = unit_vectors(left)
    x = unit_vectors(np.cross(y, up))
    return np.stack([x, y, np.cross(x, y)], axis=-1)
