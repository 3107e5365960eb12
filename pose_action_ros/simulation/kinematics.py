"""Rotations and forward kinematics: channels of a body to joints and segment frames in the world.

Rotations are vectorised over any leading axes: degrees in, (..., 3, 3) matrices out. Frames at rest
are those of the person: x forward, y left, z up; limbs hang along -z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.channels import ARM, LEG, SIDES, Array, Channels
from pose_action_ros.simulation.contact import SOLE, lowest


def _matrix(rows: tuple[tuple[Array, Array, Array], ...]) -> Array:
    matrix = np.empty((*np.shape(rows[0][0]), 3, 3))
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            matrix[..., number, place] = value
    return matrix


def about_x(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation matrices about x by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((one, zero, zero), (zero, c, -s), (zero, s, c)))


def about_y(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation matrices about y by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((c, zero, s), (zero, one, zero), (-s, zero, c)))


def about_z(degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation matrices about z by (...) degrees."""
    c, s, zero, one = _parts(degrees)
    return _matrix(((c, -s, zero), (s, c, zero), (zero, zero, one)))


def _parts(degrees: npt.ArrayLike) -> tuple[Array, Array, Array, Array]:
    angle = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)


def swing(about_x_degrees: npt.ArrayLike, about_y_degrees: npt.ArrayLike) -> Array:
    """(..., 3, 3) rotation matrices about a horizontal axis, without gimbal lock below a full turn.

    The two angles are the components of the rotation vector (exponential map).
    """
    x = np.radians(np.asarray(about_x_degrees, dtype=np.float64))
    y = np.radians(np.asarray(about_y_degrees, dtype=np.float64))
    angle = np.hypot(x, y)
    safe = np.where(angle > 1e-9, angle, 1.0)
    ux, uy = np.where(angle > 1e-9, x / safe, 1.0), np.where(angle > 1e-9, y / safe, 0.0)
    c, s = np.cos(angle), np.sin(angle)
    rest = 1 - c
    return _matrix(
        (
            (c + ux * ux * rest, ux * uy * rest, uy * s),
            (ux * uy * rest, c + uy * uy * rest, -ux * s),
            (-uy * s, ux * s, c),
        )
    )


def swing_twist(rotation: Array) -> tuple[Array, Array, Array]:
    """Split (..., 3, 3) into swing components about x and y and a twist about z [degrees].

    The inverse of `swing(x, y) @ about_z(twist)`.
    """
    axis = -rotation[..., :, 2]  # direction of a limb that hangs along -z at rest
    side = np.hypot(axis[..., 0], axis[..., 1])
    angle = np.degrees(np.arctan2(side, -axis[..., 2]))
    safe = np.where(side > 1e-9, side, 1.0)
    x, y = angle * axis[..., 1] / safe, -angle * axis[..., 0] / safe
    rest = np.swapaxes(swing(x, y), -1, -2) @ rotation
    return x, y, np.degrees(np.arctan2(rest[..., 1, 0], rest[..., 0, 0]))


def pelvis_axes(channels: Channels) -> Array:
    """(T, 3, 3) axes of the pelvis in the world."""
    heading = about_z(channels["yaw"])
    axes: Array = heading @ about_y(channels["pitch"]) @ about_x(-channels["roll"])
    return axes


OUTWARD = {"left": 1.0, "right": -1.0}
"""Sign of y on each side."""


@dataclass(frozen=True, eq=False)
class Posed:
    """Joints and segment frames of a body at T times.

    Attributes:
        joints: (T, J, 3) [m] of FIGURE, world.
        frames: segment name to (T, 3, 3), columns are its axes in the world.
    """

    joints: Array
    frames: dict[str, Array]

    def joint(self, name: str) -> Array:
        """(T, 3) positions of one joint [m]."""
        return self.joints[:, FIGURE.index(name)]

    def moment(self, number: int) -> Posed:
        """The figure at one of the T times alone."""
        rows = slice(number, number + 1)
        frames = {name: axes[rows] for name, axes in self.frames.items()}
        return Posed(self.joints[rows], frames)


def pose_body(body: Body, channels: Channels) -> Posed:
    """Compute joints and frames of a body with its lowest point `lift` above the floor z = 0."""
    builder = _Builder(body, channels)
    builder.trunk()
    for side in SIDES:
        builder.arm(side)
        builder.leg(side)
    joints = np.stack([builder.points[name] for name in FIGURE.joints], axis=1)
    bottom = lowest(body, builder.points, builder.frames)
    joints[..., 2] += (channels["lift"] - bottom)[:, None]
    joints[..., 0] += channels["forward"][:, None]
    joints[..., 1] += channels["sideways"][:, None]
    return Posed(joints, builder.frames)


def pose_trunk(body: Body, channels: Channels) -> tuple[dict[str, Array], dict[str, Array]]:
    """Points (T, 3) [m] from the middle of the hips and frames (T, 3, 3); no arms and legs."""
    builder = _Builder(body, channels)
    builder.trunk()
    return builder.points, builder.frames


def _at(origin: Array, frame: Array, x: float, y: float, z: float) -> Array:
    """(T, 3) world position of a point given in a segment's frame."""
    return origin + frame @ np.array([x, y, z], dtype=np.float64)


class _Builder:
    """Computes points and frames from the pelvis outwards."""

    def __init__(self, body: Body, channels: Channels) -> None:
        self.body = body
        self.channels = channels
        self.points: dict[str, Array] = {}
        self.frames: dict[str, Array] = {}

    def trunk(self) -> None:
        body, value, at = self.body, self.channels, self.points
        pelvis = pelvis_axes(value)
        half = about_z(value["twist_left"] / 2) @ swing(
            -value["bend_left"] / 2, value["bend_forward"] / 2
        )
        lumbar = pelvis @ half
        chest = lumbar @ half
        at["mid_hip"] = np.zeros((len(value), 3))
        waist = _at(at["mid_hip"], pelvis, 0, 0, 0.2 * body.trunk)
        at["spine"] = _at(waist, lumbar, 0, 0, 0.3 * body.trunk)
        top = _at(at["spine"], chest, 0, 0, 0.5 * body.trunk)
        self.frames |= {"pelvis": pelvis, "lumbar": lumbar, "chest": chest}
        for side in SIDES:
            out = OUTWARD[side]
            clavicle = chest @ about_z(-out * value[f"{side}_protract"])
            clavicle = clavicle @ about_x(out * value[f"{side}_shrug"])
            at[f"{side}_shoulder"] = _at(top, clavicle, 0, out * body.half_shoulders, 0)
            at[f"{side}_hip"] = _at(at["mid_hip"], pelvis, 0, out * body.half_hips, 0)
        at["neck"] = (at["left_shoulder"] + at["right_shoulder"]) / 2
        self._head(top, chest)

    def _head(self, top: Array, chest: Array) -> None:
        """Half of each head movement happens in the neck, half at the skull."""
        body, value, at = self.body, self.channels, self.points
        half = (
            about_z(value["turn_left"] / 2)
            @ about_y(value["nod"] / 2)
            @ about_x(-value["tilt_left"] / 2)
        )
        neck = chest @ half
        head = neck @ half
        size = body.head_height
        free = body.neck_and_head - size  # neck root to chin
        base = _at(top, chest, -0.012 * body.height, 0, 0.3 * free)
        skull = _at(base, neck, 0.012 * body.height, 0, 0.7 * free + 0.3 * size)
        self.frames |= {"neck": neck, "head": head}
        at["head_top"] = _at(skull, head, 0, 0, 0.7 * size)
        long, broad = body.head_length, body.head_breadth
        at["nose"] = _at(skull, head, 0.60 * long, 0, 0.11 * size)
        for side in SIDES:
            out = OUTWARD[side]
            at[f"{side}_eye"] = _at(skull, head, 0.49 * long, out * 0.215 * broad, 0.235 * size)
            at[f"{side}_ear"] = _at(skull, head, 0, out * 0.52 * broad, 0.17 * size)
            at[f"{side}_mouth"] = _at(skull, head, 0.47 * long, out * 0.15 * broad, -0.10 * size)

    def arm(self, side: str) -> None:
        body, value, at = self.body, self.channels.side(side, ARM), self.points
        out = OUTWARD[side]
        upper = self.frames["chest"] @ swing(out * value["abduct"], -value["flex"])
        upper = upper @ about_z(-out * value["rotate_in"])
        fore = upper @ about_y(-value["elbow"]) @ about_z(-out * value["pronate"])
        hand = fore @ swing(-out * value["wrist_flex"], -value["wrist_side"])
        self.frames |= {f"{side}_upper_arm": upper, f"{side}_forearm": fore, f"{side}_palm": hand}
        at[f"{side}_elbow"] = _at(at[f"{side}_shoulder"], upper, 0, 0, -body.upper_arm)
        wrist = at[f"{side}_wrist"] = _at(at[f"{side}_elbow"], fore, 0, 0, -body.forearm)
        size = body.hand
        knuckles = at[f"{side}_hand"] = _at(wrist, hand, 0, 0, -0.5 * size)
        fingers = hand @ swing(-out * 100 * value["curl"], 0 * value["curl"])
        bent = value["curl"] * (1 - value["point"])
        pointer = hand @ swing(-out * 100 * bent, 0 * bent)
        self.frames |= {f"{side}_fingers": fingers, f"{side}_pointer": pointer}
        at[f"{side}_index"] = _at(knuckles, pointer, 0.14 * size, 0, -0.3 * size)
        at[f"{side}_pinky"] = _at(knuckles, fingers, -0.16 * size, 0, -0.26 * size)
        at[f"{side}_thumb"] = _at(wrist, hand, 0.28 * size, -0.1 * out * size, -0.36 * size)

    def leg(self, side: str) -> None:
        body, value, at = self.body, self.channels.side(side, LEG), self.points
        out = OUTWARD[side]
        thigh = self.frames["pelvis"] @ swing(out * value["hip_abduct"], -value["hip_flex"])
        thigh = thigh @ about_z(out * value["hip_out"])
        shin = thigh @ about_y(value["knee"])
        foot = shin @ about_y(-value["ankle"])
        self.frames |= {f"{side}_thigh": thigh, f"{side}_shin": shin, f"{side}_foot": foot}
        at[f"{side}_knee"] = _at(at[f"{side}_hip"], thigh, 0, 0, -body.thigh)
        ankle = at[f"{side}_ankle"] = _at(at[f"{side}_knee"], shin, 0, 0, -body.shin)
        size, down = body.foot, SOLE * body.height - body.foot_height
        at[f"{side}_heel"] = _at(ankle, foot, -0.24 * size, 0, down)
        at[f"{side}_big_toe"] = _at(ankle, foot, 0.64 * size, -0.06 * out * size, down)
        at[f"{side}_small_toe"] = _at(ankle, foot, 0.50 * size, 0.13 * out * size, down)
