"""Inverse kinematics of two-bone limbs: target position of hand or foot to channels.

Coordinates are the same for both sides: x forward, y outward on the limb's side, z up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels
from pose_action_ros.simulation.kinematics import (
    OUTWARD,
    about_y,
    about_z,
    pelvis_axes,
    swing,
    swing_twist,
)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = vectors / np.maximum(length, 1e-9)
    return unit


def _two_bones(target: Array, pole: Array, near: float, far: float) -> tuple[Array, Array, Array]:
    """Direction (T, 3) of the near bone, pole component across it (T, 3), bend (T,) [degrees].

    Law of cosines; targets out of reach are moved onto the reachable sphere.
    """
    distance = np.linalg.norm(target, axis=-1)
    distance = np.clip(distance, abs(near - far) + 0.02 * near, 0.9995 * (near + far))
    ahead = _unit(target)
    across = _unit(pole - np.sum(pole * ahead, axis=-1, keepdims=True) * ahead)
    cosine = (near**2 + distance**2 - far**2) / (2 * near * distance)
    cosine = np.clip(cosine, -1, 1)[:, None]
    sine = np.sqrt(1 - cosine**2)
    inner = (near**2 + far**2 - distance**2) / (2 * near * far)
    bend = 180 - np.degrees(np.arccos(np.clip(inner, -1, 1)))
    return cosine * ahead + sine * across, cosine * across - sine * ahead, bend


def _frame(bone: Array, front: Array) -> Array:
    """(T, 3, 3) rotation from -z to the bone and from x to the front, perpendicular to the bone."""
    return np.stack([front, np.cross(-bone, front), -bone], axis=-1)


def arm(body: Body, wrist: npt.ArrayLike, elbow: npt.ArrayLike) -> dict[str, Array]:
    """Compute the arm channels for a target position of the wrist.

    Args:
        body: the person's measures.
        wrist: (T, 3) or (3,) target relative to the shoulder [arm lengths], in the chest's frame
            with y outwards.
        elbow: (T, 3) or (3,) direction of the elbow, away from the line shoulder-wrist.

    Returns:
        flex, abduct, rotate_in, elbow [degrees], (T,) each.
    """
    target = np.atleast_2d(np.asarray(wrist, dtype=np.float64)) * body.arm
    target, pole = np.broadcast_arrays(target, np.atleast_2d(np.asarray(elbow, np.float64)))
    bone, away, bend = _two_bones(target, pole, body.upper_arm, body.forearm)
    x, y, twist = swing_twist(_frame(bone, -away))
    return {"flex": -y, "abduct": x, "rotate_in": -twist, "elbow": bend}


def leg(body: Body, ankle: Array, knee: Array) -> dict[str, Array]:
    """Compute the leg channels, without the foot, for a target position of the ankle.

    Args:
        body: the person's measures.
        ankle: (T, 3) target relative to the hip [m], in the pelvis' frame with y outwards.
        knee: (T, 3) direction of the knee, away from the line hip-ankle.

    Returns:
        hip_flex, hip_abduct, hip_out, knee [degrees], (T,) each.
    """
    bone, away, bend = _two_bones(ankle, knee, body.thigh, body.shin)
    x, y, twist = swing_twist(_frame(bone, away))
    return {"hip_flex": -y, "hip_abduct": x, "hip_out": twist, "knee": bend}


def shin_frame(legs: Mapping[str, Array], pelvis: Array, out: float) -> Array:
    """(T, 3, 3) axes of the shin for leg channels (T,) of one side, out 1 left or -1 right."""
    thigh = pelvis @ swing(out * legs["hip_abduct"], -legs["hip_flex"])
    frame: Array = thigh @ about_z(out * legs["hip_out"]) @ about_y(legs["knee"])
    return frame


def level_ankle(shin: Array) -> Array:
    """(T,) ankle channel [degrees] that levels the foot of a shin (T, 3, 3)."""
    return np.degrees(np.arctan2(-shin[:, 2, 0], shin[:, 2, 2]))


def aim(upper: npt.ArrayLike, forearm: npt.ArrayLike) -> dict[str, Array]:
    """Compute the arm channels for directions (T, 3) or (3,) of the upper arm and the forearm.

    In the chest's frame with y outwards. The forearm must not be parallel to the upper arm.

    Returns:
        flex, abduct, rotate_in, elbow [degrees], (T,) each.
    """
    near = np.atleast_2d(np.asarray(upper, dtype=np.float64))
    far = np.atleast_2d(np.asarray(forearm, dtype=np.float64))
    near, far = np.broadcast_arrays(_unit(near), _unit(far))
    along = np.sum(near * far, axis=-1, keepdims=True)
    x, y, twist = swing_twist(_frame(near, _unit(far - along * near)))
    bend = np.degrees(np.arccos(np.clip(along[:, 0], -1, 1)))
    return {"flex": -y, "abduct": x, "rotate_in": -twist, "elbow": bend}


def plant(body: Body, channels: Channels, stance: Stance) -> None:
    """Set the leg channels so that both feet stay flat at the places of the stance.

    The pelvis channels (forward, sideways, yaw, pitch, roll) are input; `stance.drop` lowers it.
    """
    pelvis = pelvis_axes(channels)
    place = np.stack(
        [channels["forward"], channels["sideways"], stance.height(body, channels)], axis=-1
    )
    for side, out in OUTWARD.items():
        toes = stance.toes_out[0 if side == "left" else 1] * out
        ankle = np.array([*stance.foot(side), 0.0])
        plant_foot(body, channels, side, pelvis=pelvis, place=place, ankle=ankle, toes=toes)


class Stance:
    """Positions of the feet, relative to the start of the motion.

    Attributes:
        width: sideways distance of the ankles [m].
        stagger: distance of the left foot ahead of the right one [m].
        toes_out: (left, right) yaw of the feet outwards [degrees].
        drop: (T,) or number, distance of the pelvis below its upright height [m].
    """

    def __init__(
        self, width: float, stagger: float, toes_out: tuple[float, float], drop: npt.ArrayLike = 0.0
    ) -> None:
        self.width = width
        self.stagger = stagger
        self.toes_out = toes_out
        self.drop = drop

    def lowered(self, drop: npt.ArrayLike) -> Stance:
        """Return the same stance with the pelvis lower by `drop` [m]."""
        return Stance(self.width, self.stagger, self.toes_out, drop)

    def foot(self, side: str) -> tuple[float, float]:
        """Position of one ankle: x forward, y to the left [m]."""
        sign = 1.0 if side == "left" else -1.0
        return sign * self.stagger / 2, sign * self.width / 2

    def height(self, body: Body, channels: Channels) -> Array:
        """(T,) height of the pelvis above the ankles [m]: legs nearly straight, minus the drop."""
        spread = np.hypot(self.stagger / 2, max(self.width / 2 - body.half_hips, 0.0))
        shift = np.hypot(channels["forward"], channels["sideways"])
        upright = np.sqrt(np.maximum((0.993 * body.leg) ** 2 - (spread + 0.5 * shift) ** 2, 0.01))
        height: Array = np.maximum(upright - np.asarray(self.drop), 0.12 * body.leg)
        return height


def plant_foot(
    body: Body,
    channels: Channels,
    side: str,
    *,
    pelvis: Array,
    place: Array,
    ankle: Array,
    toes: npt.ArrayLike,
) -> None:
    """Set one leg's channels so that the foot is level at a place.

    Args:
        body: the person's measures.
        channels: changed in place.
        side: of the leg.
        pelvis: (T, 3, 3) axes of the pelvis.
        place: (T, 3) middle of the hips above the ankles of a flat foot [m].
        ankle: (T, 3) or (3,) the ankle [m].
        toes: (T,) or number, yaw of the foot [degrees].
    """
    out = OUTWARD[side]
    hip = place + pelvis @ np.array([0, out * body.half_hips, 0])
    local = np.swapaxes(pelvis, -1, -2)
    target = (local @ (ankle - hip)[..., None])[..., 0]
    ahead = local @ about_z(np.broadcast_to(toes, len(channels))) @ np.array([1.0, 0.0, 0.0])
    flip = np.array([1.0, out, 1.0])  # to coordinates that are the same for both sides
    angles = leg(body, target * flip, ahead * flip)
    level = level_ankle(shin_frame(angles, pelvis, out))
    channels.toward({**angles, "ankle": level}, side=side)
