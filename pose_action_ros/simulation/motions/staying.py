"""States of the whole body: sitting, bending, kneeling and lying, still or busy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.course import Step, course, visits
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.beds import couch, raised
from pose_action_ros.simulation.motions.low import bending as reaching_down
from pose_action_ros.simulation.motions.low import inclined, on_one_knee
from pose_action_ros.simulation.motions.low import kneeling as on_knees
from pose_action_ros.simulation.motions.lying import (
    LYING_WAYS,
    at_rest,
    on_back,
    on_front,
    on_side,
)
from pose_action_ros.simulation.motions.resting import (
    Setting,
    flipped,
    folded,
    hanging,
    on_thighs,
    standing_key,
)
from pose_action_ros.simulation.motions.sitting import on_chair, sitting_on_floor
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.poser import Poser
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import Wander

_BUSY = {"flex": 2.0, "abduct": 1.5, "rotate_in": 4.0, "elbow": 4.0, "wrist_flex": 9.0}
"""Sizes of the small movements of working hands [degrees]."""


def _busy(motion: Motion, rng: Rng) -> Motion:
    """Add the small movements of one hand or both that type, write, knit or eat."""
    sides = SIDES if rng.random() < 0.6 else (SIDES[rng.integers(2)],)
    noise = {(side, name): Wander(rng, 0.8, 3.5) for side in sides for name in _BUSY}
    size = rng.uniform(0.4, 1.3)

    def busy(times: Array) -> Channels:
        pose = motion(times)
        for (side, name), wander in noise.items():
            pose[f"{side}_{name}"] += size * _BUSY[name] * wander(times)
        return pose

    return busy


def sitting(body: Body, rng: Rng) -> Performance:
    """Sit on a chair, a sofa, a stool or the floor: still, restless or working."""
    on_floor = rng.random() < 0.22
    setting = sitting_on_floor(body, rng) if on_floor else on_chair(body, rng)
    return _staying("sitting", body, rng, setting)


def _staying(label: str, body: Body, rng: Rng, setting: Setting) -> Performance:
    """Move from pose to pose of a setting, seldom or often, at times with busy hands."""
    keys, boxes = flipped([setting.resting(body) for _ in range(6)], setting.furniture, rng)
    restless = rng.random() < 0.5
    move, hold = ((0.5, 1.3), (0.1, 1.5)) if restless else ((0.8, 2.0), (1.5, 7.0))
    motion = visits(body, keys, rng, move, hold)
    if rng.random() < 0.35:
        motion = _busy(motion, rng)
    return Performance(label, body, motion, tuple(boxes))


def lying(body: Body, rng: Rng) -> Performance:
    """Lie on back, side or front, on the floor, a bed or a sofa: still, or turning over."""
    if rng.random() < 0.3:
        return _turning_over(body, rng)
    way = str(rng.choice(list(LYING_WAYS), p=[0.5, 0.3, 0.2]))
    return _staying("lying", body, rng, LYING_WAYS[way](body, rng))


def _turning_over(body: Body, rng: Rng) -> Performance:
    """Turn from back to side to front and back, with rests."""
    top, boxes = (0.0, []) if rng.random() < 0.5 else couch(body, rng)
    makers = (on_back, on_side, on_front, on_side)
    keys = [raised(at_rest(make, body, rng), top) for make in (*makers, *makers)]
    keys, boxes = flipped(keys, boxes, rng)
    motion = visits(body, keys, rng, (0.9, 2.2), (0.2, 4.0))
    return Performance("lying", body, motion, tuple(boxes))


def _visited(
    label: str, body: Body, rng: Rng, keys: Sequence[KeyPose], way: tuple[float, float]
) -> Performance:
    """Go from standing to the key poses of a state, stay there, and rise again; repeatedly."""
    restless = rng.random() < 0.5
    moves, holds = ((0.4, 1.0), (0.2, 1.5)) if restless else ((0.7, 1.5), (1.0, 4.0))
    up = standing_key(body, rng)
    steps = [Step(up, rng.uniform(*way), rng.uniform(0.1, 1.0), phase=1.0, turn=0.1)]
    steps += [Step(keys[0], rng.uniform(*way), rng.uniform(*holds))]
    steps += [Step(key, rng.uniform(*moves), rng.uniform(*holds), turn=0.0) for key in keys[1:]]
    flip = rng.random() < 0.5
    steps = [replace(step, key=step.key.mirrored()) if flip else step for step in steps]
    motion = course(body, steps, rng, repeat=True)
    return Performance(label, body, _busy(motion, rng) if rng.random() < 0.3 else motion)


def bending(body: Body, rng: Rng) -> Performance:
    """Stay bent forward: hands on the knees, looking for something, or with folded arms."""
    kind = str(rng.choice(["reach", "knees", "look"], p=[0.35, 0.3, 0.35]))
    setting = reaching_down(body, rng)
    upright = 0.55 * body.trunk

    def reach() -> KeyPose:
        for _ in range(20):
            key = setting.draw()
            if key.pelvis[2, 2] < np.cos(np.radians(35)):  # not a pose that straightens up
                return key
        return _bent(body, rng, upright, "look")

    keys = [
        reach() if kind == "reach" else _bent(body, rng, upright, kind)
        for _ in range(int(rng.integers(3, 6)))
    ]
    return _visited("bending", body, rng, keys, (0.7, 1.4))


def _bent(body: Body, rng: Rng, drop: float, kind: str) -> KeyPose:
    """A pose with inclined trunk and nearly straight legs; drop scales the bend of the knees."""
    pitch, bend = rng.uniform(28, 70), rng.uniform(12, 40)
    back = rng.uniform(0.08, 0.2) * body.leg
    poser = inclined(body, rng, [-back, rng.normal(0, 0.02), 0.0], pitch, bend)
    bent_knees = rng.uniform(0.01, 0.16) * drop
    poser.key.root[2] = body.foot_height + np.sqrt(body.leg**2 - back**2) * 0.995 - bent_knees
    wide = rng.uniform(0.04, 0.1) * body.height
    for side, out in OUTWARD.items():
        place = [rng.normal(0, 0.03), out * wide, body.foot_height]
        poser.foot(side, place, [1, 0.2 * out, 0.1])
    hanging(poser, rng)
    if kind == "knees":
        _on_knees(poser, rng)
    elif rng.random() < 0.5:
        (folded if rng.random() < 0.3 else on_thighs)(poser, rng)
    return poser.settle()


def _on_knees(poser: Poser, rng: Rng) -> None:
    """Support the trunk with both hands on the knees, or one."""
    sides = SIDES if rng.random() < 0.75 else (SIDES[rng.integers(2)],)
    for side in sides:
        out = OUTWARD[side]
        (knee,) = poser.now(f"{side}_knee")
        place = knee + np.array([0.05, 0.02 * out, rng.uniform(0.05, 0.1)])
        poser.hand(side, place, [-0.4, out, 0.1], pronate=60, curl=0.3)


def kneeling(body: Body, rng: Rng) -> Performance:
    """Kneel on one knee or both, upright or on the heels, hands hanging, resting or busy."""
    setting = on_knees(body, rng)
    back = -0.3 * body.leg
    first = on_one_knee(body, rng)
    on_thighs(first, rng)
    keys = [first.settle(), *(setting.draw() for _ in range(int(rng.integers(2, 6))))]
    return _visited("kneeling", body, rng, [key.moved(back, 0.0) for key in keys], (0.8, 1.5))
