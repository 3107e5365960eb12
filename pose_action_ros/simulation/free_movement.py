"""Free movement: trunk, arms and legs move from one random pose to the next.

A lifter trained on free movement learns bodies rather than a list of actions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.reach import Stance, arm, plant
from pose_action_ros.simulation.standing import Motion, arm_posture
from pose_action_ros.simulation.timing import ease

FREE = "moving_freely"
"""Label of free movement; not one of ACTIONS."""

_POSES = 24  # before the movement repeats
_SECONDS = (0.6, 1.8)  # from one pose to the next
_MOVING = 0.7  # share of moving; the rest is a hold
_TRUNK = {  # mean and standard deviation of [degrees]
    "pitch": (3.0, 6.0),
    "roll": (0.0, 3.0),
    "bend_left": (0.0, 8.0),
    "twist_left": (0.0, 12.0),
    "nod": (4.0, 14.0),
    "turn_left": (0.0, 25.0),
    "tilt_left": (0.0, 6.0),
}


def free_performance(rng: Rng, body: Body | None = None) -> Performance:
    """Draw a performance of free movement; the body is random if None."""
    body = body or Body.random(rng)
    return Performance(FREE, body, free_movement(body, rng))


def free_movement(body: Body, rng: Rng) -> Motion:
    """Draw a motion from one random pose to the next, on the spot."""
    poses = np.concatenate([_pose(body, rng).values for _ in range(_POSES)])  # (K, C)
    lengths = rng.uniform(*_SECONDS, _POSES)
    ends = np.cumsum(lengths)

    def motion(times: Array) -> Channels:
        wrapped = np.mod(times, ends[-1])
        index = np.minimum(np.searchsorted(ends, wrapped, side="right"), _POSES - 1)
        passed = (wrapped - ends[index] + lengths[index]) / lengths[index]
        level = ease(passed / _MOVING)[:, None]
        return Channels(poses[index] + level * (poses[(index + 1) % _POSES] - poses[index]))

    return motion


def _pose(body: Body, rng: Rng) -> Channels:
    """Draw one pose (1, C)."""
    pose = Channels.zeros(1)
    for name, (mean, deviation) in _TRUNK.items():
        pose[name] = rng.normal(mean, deviation)
    bowed = rng.uniform(0, 70) if rng.random() < 0.2 else abs(rng.normal(0, 10))
    hips = rng.uniform(0.2, 0.8)
    pose["pitch"] += hips * bowed
    pose["bend_forward"] = (1 - hips) * bowed
    pose["nod"] -= rng.uniform(0, 0.7) * bowed
    _set_legs(pose, body, rng)
    _set_arms(pose, body, rng)
    return pose.limited()


def _set_arms(pose: Channels, body: Body, rng: Rng) -> None:
    """Draw both arms: hands at the same place, at different places, or idle."""
    same = rng.random() < 0.25
    place, pole = _place(rng), _pole(rng)
    for side, idle in zip(SIDES, arm_posture(body, rng), strict=True):
        pose.toward(idle, side=side)
        if not same and rng.random() < 0.3:
            continue
        if not same:
            place, pole = _place(rng), _pole(rng)
        hand = {
            "pronate": rng.normal(20, 35),
            "wrist_flex": rng.normal(0, 18),
            "wrist_side": rng.normal(0, 8),
            "curl": rng.uniform(0, 1),
        }
        pose.toward({**arm(body, place, pole), **hand}, side=side)
        lift_shoulder(pose, side)


def _place(rng: Rng) -> Array:
    """Draw a wrist (3,) relative to the shoulder [arm lengths]: ahead, outwards, up."""
    while True:
        way = rng.normal([0.35, 0.0, 0.0], 0.7)
        place: Array = way / np.linalg.norm(way) * rng.uniform(0.25, 1.0)
        ahead, out, up = place
        in_trunk = -0.3 < ahead < 0.22 and -0.75 < out < 0.08 and up < 0.05
        in_head = -0.3 < ahead < 0.22 and -0.6 < out < -0.05 and 0.0 < up < 0.75
        too_far_back = ahead < -0.3 and (up > -0.3 or out < -0.5)
        if not (in_trunk or in_head or too_far_back):
            return place


def _pole(rng: Rng) -> Array:
    """Draw the direction (3,) of an elbow, seldom upwards."""
    pole: Array = rng.normal([-0.2, 0.6, -0.6], [0.4, 0.5, 0.6])
    return pole


def _set_legs(pose: Channels, body: Body, rng: Rng) -> None:
    """Draw the legs: standing, stepping, with bent knees, seated, or on one leg."""
    kind = str(rng.choice(list(_STANCES), p=[share for share, _ in _STANCES.values()]))
    _STANCES[kind][1](pose, body, rng)


def _standing(pose: Channels, body: Body, rng: Rng) -> None:
    plant(body, pose, _stance(body, rng, narrow=0.05, wide=0.25, stagger=0.03))


def _stepping(pose: Channels, body: Body, rng: Rng) -> None:
    stance = _stance(body, rng, narrow=0.05, wide=0.5, stagger=0.2)
    pose["forward"] = rng.uniform(-0.4, 0.4) * abs(stance.stagger)
    plant(body, pose, stance.lowered(body.leg * rng.uniform(0.0, 0.25)))


def _bending_knees(pose: Channels, body: Body, rng: Rng) -> None:
    drop = body.leg * rng.uniform(0.05, 0.65)
    pose["forward"] = -rng.uniform(0.1, 0.4) * drop
    plant(body, pose, _stance(body, rng, narrow=0.08, wide=0.4, stagger=0.1).lowered(drop))


def _seated(pose: Channels, body: Body, rng: Rng) -> None:
    seat = rng.uniform(0.2, 0.29) * body.height  # height of the hips above the ankles
    pose["forward"] = -rng.uniform(0.45, 0.9) * body.thigh
    stance = _stance(body, rng, narrow=0.05, wide=0.35, stagger=0.05)
    plant(body, pose, stance.lowered(0.96 * body.leg - seat))


def _on_one_leg(pose: Channels, body: Body, rng: Rng) -> None:
    _standing(pose, body, rng)
    side = SIDES[rng.integers(2)]
    raised = {
        "hip_flex": rng.uniform(-30, 110),
        "hip_abduct": rng.normal(5, 12),
        "hip_out": rng.normal(5, 12),
        "knee": rng.uniform(0, 120),
        "ankle": rng.normal(-10, 15),
    }
    pose.toward(raised, side=side)


_STANCES: dict[str, tuple[float, Callable[[Channels, Body, Rng], None]]] = {
    # name: (probability, function that sets the legs)
    "standing": (0.5, _standing),
    "stepping": (0.15, _stepping),
    "bending_knees": (0.12, _bending_knees),
    "seated": (0.13, _seated),
    "on_one_leg": (0.1, _on_one_leg),
}


def _stance(body: Body, rng: Rng, *, narrow: float, wide: float, stagger: float) -> Stance:
    """Draw feet between narrow and wide apart, one ahead by about stagger [heights]."""
    toes = rng.normal(8, 7)
    return Stance(
        width=float(body.height * rng.uniform(narrow, wide)),
        stagger=float(body.height * rng.normal(0, stagger)),
        toes_out=(float(toes + rng.normal(0, 5)), float(toes + rng.normal(0, 5))),
        drop=float(body.leg * rng.uniform(0.0, 0.01)),
    )
