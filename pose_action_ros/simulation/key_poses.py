"""Key poses: places of pelvis, feet and hands of a person in contact with floor and furniture.

Channels follow by inverse kinematics at every time, so that hands and feet stay where they rest
while the body moves from one key pose to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.kinematics import (
    OUTWARD,
    about_z,
    pose_body,
    pose_trunk,
)
from pose_action_ros.simulation.reach import arm, leg, level_ankle, shin_frame
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import Wander, ease

TRUNK: Final = ("bend_forward", "bend_left", "twist_left", "nod", "turn_left", "tilt_left")
GRIP: Final = ("pronate", "wrist_flex", "curl", "shrug", "protract")
FLIP: Final = {"left": np.array([1.0, 1.0, 1.0]), "right": np.array([1.0, -1.0, 1.0])}
"""To coordinates with y outwards on both sides, and back."""


def _pair(*row: float) -> Array:
    return np.array([row, row], dtype=np.float64)


@dataclass(eq=False)
class KeyPose:
    """One pose; rows of arrays with two rows are left and right. World: x ahead, z up, floor at 0.

    Attributes:
        root: (3,) [m] of the middle of the hips; its height counts relative to feet and hands only,
            because the lowest point of the body is `lift` above the floor.
        pelvis: (3, 3) its axes.
        trunk: (6,) channels TRUNK [degrees].
        lift: height of the lowest point [m].
        feet: (2, 3) [m] of the ankles.
        knees: (2, 3) directions of the knees, away from the lines hip-ankle.
        flat: (2,) 1 for a level foot, 0 for the angle `ankles`.
        ankles: (2,) [degrees].
        hands: (2, 3) [m] of the wrists.
        elbows: (2, 3) directions of the elbows.
        fingers: (2, 3) directions of the fingers of a hand that rests on its palm.
        palms: (2,) 1 for a hand that rests on its palm, 0 for one with the channels `grip`.
        grip: (2, 5) channels GRIP.
    """

    root: Array
    pelvis: Array
    trunk: Array = field(default_factory=lambda: np.zeros(6))
    lift: Array = field(default_factory=lambda: np.zeros(1))
    feet: Array = field(default_factory=lambda: _pair(0, 0, 0))
    knees: Array = field(default_factory=lambda: _pair(1, 0, 0))
    flat: Array = field(default_factory=lambda: np.ones(2))
    ankles: Array = field(default_factory=lambda: np.zeros(2))
    hands: Array = field(default_factory=lambda: _pair(0, 0, 0))
    elbows: Array = field(default_factory=lambda: _pair(-1, 0, 0))
    fingers: Array = field(default_factory=lambda: _pair(1, 0, 0))
    palms: Array = field(default_factory=lambda: np.zeros(2))
    grip: Array = field(default_factory=lambda: _pair(30, 0, 0.3, 0, 0))

    def mirrored(self) -> KeyPose:
        """The pose with left and right swapped."""
        y = np.array([1.0, -1.0, 1.0])
        sides = {
            name: getattr(self, name)[::-1] * (y if getattr(self, name).shape == (2, 3) else 1.0)
            for name in ("feet", "knees", "flat", "ankles", "hands", "elbows", "fingers", "palms")
        }
        return replace(
            self,
            root=self.root * y,
            pelvis=self.pelvis * np.outer(y, y),
            trunk=self.trunk * np.array([1, -1, -1, 1, -1, -1]),
            grip=self.grip[::-1],
            **sides,
        )

    def moved(self, x: float, y: float, heading: float = 0.0) -> KeyPose:
        """The pose turned about the vertical by the heading [degrees], then moved by x, y [m]."""
        turn, way = about_z(heading), np.array([x, y, 0.0])
        return replace(
            self,
            root=turn @ self.root + way,
            pelvis=turn @ self.pelvis,
            feet=self.feet @ turn.T + way,
            knees=self.knees @ turn.T,
            hands=self.hands @ turn.T + way,
            elbows=self.elbows @ turn.T,
            fingers=self.fingers @ turn.T,
        )


class _Between:
    """Values between key poses at T places.

    Attributes:
        count: T.
        pelvis: (T, 3, 3) axes.
    """

    def __init__(self, keys: Sequence[KeyPose], places: Array) -> None:
        self._keys, self.count = keys, len(places)
        self._before = np.minimum(places.astype(np.intp), len(keys) - 1)
        self._after = np.minimum(self._before + 1, len(keys) - 1)
        self._share = places - self._before
        pelvises = np.stack([key.pelvis for key in keys])
        self.pelvis = turned(pelvises[self._before], pelvises[self._after], self._share)

    def __call__(self, name: str) -> Array:
        """Values of an attribute of the key poses."""
        values = np.stack([getattr(key, name) for key in self._keys])
        weight = self._share.reshape(-1, *[1] * (values.ndim - 1))
        before = values[self._before]
        mixed: Array = before + weight * (values[self._after] - before)
        return mixed


def channels_of(body: Body, keys: Sequence[KeyPose], places: Array) -> Channels:
    """Compute channels between key poses.

    Args:
        body: measures.
        keys: K poses.
        places: (T,) from 0 to K - 1: number of the pose before and share of the way to the next.
    """
    between = _Between(keys, places)
    pose, root = _trunk(between), between("root")
    _set_legs(body, pose, between.pelvis, between("feet") - root[:, None], between)
    _set_arms(body, pose, between("hands") - root[:, None], between)
    return pose


def trunk_channels(key: KeyPose) -> Channels:
    """(1,) channels of a key pose with limbs that hang along the trunk."""
    return _trunk(_Between([key], np.zeros(1)))


def _trunk(between: _Between) -> Channels:
    """Channels of pelvis and trunk; the limbs hang."""
    pose, root = Channels.zeros(between.count), between("root")
    pose["forward"], pose["sideways"], pose["lift"] = root[:, 0], root[:, 1], between("lift")[:, 0]
    pose["yaw"], pose["pitch"], pose["roll"] = pelvis_angles(between.pelvis)
    for name, value in zip(TRUNK, between("trunk").T, strict=True):
        pose[name] = value
    return pose


def _set_legs(body: Body, pose: Channels, pelvis: Array, feet: Array, between: _Between) -> None:
    knees, flat, angles = between("knees"), between("flat"), between("ankles")
    local = np.swapaxes(pelvis, -1, -2)
    for row, side in enumerate(SIDES):
        hip = np.array([0.0, OUTWARD[side] * body.half_hips, 0.0])
        target = (local @ feet[:, row, :, None])[..., 0] - hip
        pole = (local @ knees[:, row, :, None])[..., 0]
        legs = leg(body, target * FLIP[side], pole * FLIP[side])
        level = level_ankle(shin_frame(legs, pelvis, OUTWARD[side]))
        foot = flat[:, row] * level + (1 - flat[:, row]) * angles[:, row]
        pose.toward({**legs, "ankle": foot}, side=side)


def _set_arms(body: Body, pose: Channels, hands: Array, between: _Between) -> None:
    """Set the arms; hands (T, 2, 3) are relative to the middle of the hips [m]."""
    elbows, fingers, palms = between("elbows"), between("fingers"), between("palms")
    grips = between("grip")
    for row, side in enumerate(SIDES):
        pose.toward(dict(zip(GRIP, grips[:, row].T, strict=True)), side=side)
    points, frames = pose_trunk(body, pose)
    local = np.swapaxes(frames["chest"], -1, -2)
    for row, side in enumerate(SIDES):
        away = hands[:, row] - points[f"{side}_shoulder"]
        target = (local @ away[..., None])[..., 0] * FLIP[side]
        pole = (local @ elbows[:, row, :, None])[..., 0] * FLIP[side]
        pose.toward(arm(body, target / body.arm, pole), side=side)
    if not palms.any():
        return
    posed = pose_body(body, pose)
    for row, side in enumerate(SIDES):
        # The frame of the forearm before its pronation.
        turned = about_z(OUTWARD[side] * pose[f"{side}_pronate"])
        local = np.swapaxes(posed.frames[f"{side}_forearm"] @ turned, -1, -2)
        along = (local @ fingers[:, row, :, None])[..., 0]
        pose.toward(_palm_down(along, OUTWARD[side]), palms[:, row], side)


def _palm_down(fingers: Array, out: float) -> dict[str, Array]:
    """Pronation and extension of the wrist for fingers along (T, 3), in the axes of a forearm."""
    unit = fingers / np.maximum(np.linalg.norm(fingers, axis=-1, keepdims=True), 1e-9)
    back = np.degrees(np.arccos(np.clip(-unit[:, 2], -1, 1)))
    turn = np.degrees(np.arctan2(-out * unit[:, 0], out * unit[:, 1]))
    return {"pronate": -out * turn, "wrist_flex": -back}


def pelvis_angles(rotation: Array) -> tuple[Array, Array, Array]:
    """(T,) yaw, pitch and roll [degrees] of the axes (T, 3, 3) of a pelvis."""
    level = np.hypot(rotation[:, 0, 0], rotation[:, 1, 0])
    upright = level > 1e-6
    yaw = np.where(
        upright,
        np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0]),
        np.arctan2(-rotation[:, 0, 1], rotation[:, 1, 1]),
    )
    roll = np.where(upright, -np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2]), 0.0)
    pitch = np.arctan2(-rotation[:, 2, 0], level)
    return np.degrees(yaw), np.degrees(pitch), np.degrees(roll)


def turned(first: Array, last: Array, share: Array) -> Array:
    """(T, 3, 3) rotations from first to last (T, 3, 3), about one axis, by a share (T,) of it."""
    way = np.swapaxes(first, -1, -2) @ last
    cosine = np.clip((np.trace(way, axis1=-2, axis2=-1) - 1) / 2, -1, 1)
    angle = np.arccos(cosine)
    axis = np.stack(
        [way[:, 2, 1] - way[:, 1, 2], way[:, 0, 2] - way[:, 2, 0], way[:, 1, 0] - way[:, 0, 1]],
        axis=-1,
    )
    axis /= np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-9)
    zero = np.zeros_like(angle)
    x, y, z = axis.T
    cross = np.stack(
        [np.stack([zero, -z, y], -1), np.stack([z, zero, -x], -1), np.stack([-y, x, zero], -1)], -2
    )
    turn = (angle * share)[:, None, None]
    rotation: Array = first @ (
        np.eye(3) + np.sin(turn) * cross + (1 - np.cos(turn)) * (cross @ cross)
    )
    return rotation


class GazeAndBreath:
    """Small movements of head and trunk of a person at rest."""

    def __init__(self, rng: Rng) -> None:
        self._gaze = [Wander(rng, 0.05, 0.4) for _ in range(2)]
        self._breath = Wander(rng, 0.2, 0.4, 2)
        self._curious = rng.uniform(1, 8)

    def added(self, pose: Channels, times: Array) -> Channels:
        """Add the movements at times (T,) [s] to a pose in place, and return it."""
        turn, nod = (wander(times) for wander in self._gaze)
        pose["turn_left"] += 1.3 * self._curious * turn
        pose["nod"] += 0.5 * self._curious * nod
        pose["bend_forward"] += 0.5 * self._breath(times)
        return pose


def motion_through(
    body: Body,
    keys: Sequence[KeyPose],
    rng: Rng,
    move: tuple[float, float] = (0.7, 1.6),
    hold: tuple[float, float] = (0.3, 4.0),
) -> Motion:
    """Move from one key pose to the next and from the last to the first, without an end.

    Args:
        body: measures.
        keys: K poses.
        rng: source of randomness.
        move: least and greatest duration of a movement [s].
        hold: of the rest after it [s].
    """
    moves, holds = rng.uniform(*move, len(keys)), rng.uniform(*hold, len(keys))
    ends = np.cumsum(moves + holds)
    circle = [*keys, keys[0]]
    alive = GazeAndBreath(rng)

    def motion(times: Array) -> Channels:
        wrapped = np.mod(times, ends[-1])
        index = np.minimum(np.searchsorted(ends, wrapped, side="right"), len(keys) - 1)
        passed = wrapped - ends[index] + moves[index] + holds[index]
        pose = channels_of(body, circle, index + ease((passed - holds[index]) / moves[index]))
        return alive.added(pose, times)

    return motion
