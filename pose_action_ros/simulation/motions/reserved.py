"""Movements that no model is trained on: they measure how unknown movements are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.course import Step, course, visits
from pose_action_ros.simulation.furniture import Box, random_colour
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gait import walking
from pose_action_ros.simulation.motions.low import inclined
from pose_action_ros.simulation.motions.on_floor import plank
from pose_action_ros.simulation.motions.resting import hanging, standing_key
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.poser import Poser
from pose_action_ros.simulation.standing import Motion


def crouching_walk(body: Body, rng: Rng) -> Motion:
    """Walk with bent hips and knees, on the spot or on a track."""
    walk = walking(body, rng)
    low, lean = rng.uniform(35, 65), rng.uniform(10, 35)

    def motion(times: Array) -> Channels:
        pose = walk(times)
        pose["pitch"] += 0.5 * lean
        pose["bend_forward"] += 0.5 * lean
        pose["nod"] -= 0.7 * lean
        for side in SIDES:
            pose[f"{side}_hip_flex"] += low + 0.5 * lean
            pose[f"{side}_knee"] += 1.7 * low
            pose[f"{side}_ankle"] += 0.6 * low
        return pose

    return motion


def _posed(body: Body, rng: Rng, ahead: float = 0.0, drop: float = 0.01) -> Poser:
    """An upright trunk above feet that are set afterwards; the arms hang."""
    height = body.foot_height + (1 - drop) * body.leg
    poser = inclined(body, rng, [ahead, 0, height], rng.normal(2, 3), rng.normal(2, 3))
    hanging(poser, rng)
    return poser


def _foot(poser: Poser, side: str, x: float, y: float, z: float = 0.0) -> None:
    place = [x, OUTWARD[side] * y, poser.body.foot_height + z]
    poser.foot(side, place, [1, 0.15 * OUTWARD[side], 0.3])


def stepping_over(body: Body, rng: Rng) -> Performance:
    """Step over a low obstacle ahead, one foot after the other, and step back."""
    high, deep = rng.uniform(0.12, 0.3) * body.leg, rng.uniform(0.04, 0.12)
    near, far = 0.22 * body.height, 0.22 * body.height + deep
    box = Box((near, 0.0, high / 2), (deep, 1.0, high), 0.0, random_colour(rng))
    wide, over = 0.06 * body.height, high + 0.06 * body.height
    ahead = near + far - 0.05 * body.height

    def key(root: float, left: tuple[float, float], right: tuple[float, float]) -> KeyPose:
        poser = _posed(body, rng, root, 0.04)
        _foot(poser, "left", left[0], wide, left[1])
        _foot(poser, "right", right[0], wide, right[1])
        return poser.settle()

    keys = [
        standing_key(body, rng),
        key(0.1 * ahead, (near, over), (0.0, 0.0)),
        key(0.5 * ahead, (ahead, 0.0), (0.0, 0.0)),
        key(0.9 * ahead, (ahead, 0.0), (near, over)),
        standing_key(body, rng, ahead),
    ]
    return _there_and_back("stepping_over", body, rng, keys, [box])


def stepping_up(body: Body, rng: Rng) -> Performance:
    """Climb one stair, one foot after the other, and step down backwards."""
    high = rng.uniform(0.14, 0.3) * body.leg
    front, ahead = 0.2 * body.height, 0.2 * body.height + 0.14
    stair = Box((front + 0.2, 0.0, high / 2), (0.4, 0.9, high), 0.0, random_colour(rng))
    wide = 0.06 * body.height

    def key(root: float, rise: float, left: tuple[float, float], right: float) -> KeyPose:
        poser = _posed(body, rng, root, 0.03)
        poser.key.root[2] += rise
        hanging(poser, rng)
        _foot(poser, "left", left[0], wide, left[1])
        _foot(poser, "right", right, wide)
        return poser.settle()

    top = standing_key(body, rng, ahead)
    up = np.array([0.0, 0.0, high])
    top = replace(top, root=top.root + up, feet=top.feet + up, hands=top.hands + up)
    keys = [
        standing_key(body, rng),
        key(0.1 * ahead, 0.0, (0.7 * ahead, high + 0.05), 0.0),
        key(0.5 * ahead, 0.0, (ahead, high), 0.0),
        replace(top, lift=np.array([high])),
    ]
    return _there_and_back("stepping_up", body, rng, keys, [stair])


def _there_and_back(
    label: str, body: Body, rng: Rng, keys: list[KeyPose], boxes: list[Box]
) -> Performance:
    if rng.random() < 0.5:
        keys = [key.mirrored() for key in keys]
    circle = [*keys, *keys[-2:0:-1]]
    pace = rng.uniform(0.45, 0.9)
    steps = [
        Step(key, pace, rng.uniform(0.2, 1.5) if key in (keys[0], keys[-1]) else 0.0)
        for key in circle
    ]
    return Performance(label, body, course(body, steps, rng, repeat=True), tuple(boxes))


def yoga(body: Body, rng: Rng) -> Performance:
    """Hold yoga poses: tree and warrior."""
    keys = [standing_key(body, rng)]
    for make in rng.permutation(np.array([_tree, _warrior, _tree])).tolist():
        key = make(body, rng)
        keys += [key.mirrored() if rng.random() < 0.5 else key, standing_key(body, rng)]
    return Performance("yoga", body, visits(body, keys, rng, (1.0, 2.0), (0.3, 4.0)))


def _tree(body: Body, rng: Rng) -> KeyPose:
    """One sole at the other knee or thigh, the hands together before the chest or overhead."""
    poser = _posed(body, rng)
    _foot(poser, "right", 0.0, 0.02)
    ankle = [0.05, 0.06, body.foot_height + rng.uniform(0.35, 0.75) * body.leg]
    poser.foot("left", ankle, [0.25, 1.0, 0.1], angle=-30)
    middle = body.half_shoulders / body.arm
    high = rng.random() < 0.5
    place = [0.1, -0.9 * middle, 0.9] if high else [0.4, -0.95 * middle, -0.25]
    for side in SIDES:
        poser.hand_at(side, place, [0, 1, 0] if high else [-0.3, 1, -0.6], curl=0.05)
    return poser.settle()


def _warrior(body: Body, rng: Rng) -> KeyPose:
    """A wide lunge, the arms level, ahead and behind or to the sides."""
    stride = rng.uniform(0.45, 0.6) * body.leg
    poser = _posed(body, rng, 0.25 * stride, rng.uniform(0.18, 0.3))
    _foot(poser, "left", stride, 0.05)
    _foot(poser, "right", -stride, 0.06)
    sideways = rng.random() < 0.5
    for side, out in OUTWARD.items():
        place = [0.05, 0.97, 0.0] if sideways else [0.97 * out, 0.1, 0.03]
        poser.hand_at(side, place, [0, 0.2, -1], curl=0.05)
    return poser.settle()


def planking(body: Body, rng: Rng) -> Performance:
    """Hold a plank on hands and toes."""
    width = rng.uniform(1.0, 1.4) * body.half_shoulders
    keys = [plank(body, rng, 0.97, width) for _ in range(3)]
    return Performance("planking", body, visits(body, keys, rng, (0.8, 2.0), (1.0, 4.0)))


RESERVED: Final[Mapping[str, Callable[[Body, Rng], Motion | Performance]]] = {
    "crouching_walk": crouching_walk,
    "stepping_over": stepping_over,
    "stepping_up": stepping_up,
    "yoga": yoga,
    "planking": planking,
}
"""Name to movement."""
