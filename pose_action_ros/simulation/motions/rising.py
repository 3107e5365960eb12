"""Standing up from a chair, the floor, a bed or a squat, and picking things up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.course import Step, course
from pose_action_ros.simulation.furniture import Box, legs_and_top, random_colour
from pose_action_ros.simulation.key_poses import GRIP, KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.beds import Bedside
from pose_action_ros.simulation.motions.low import inclined, on_all_fours, on_one_knee, squatting
from pose_action_ros.simulation.motions.resting import (
    flipped,
    hanging,
    on_thighs,
    standing_key,
)
from pose_action_ros.simulation.motions.sitting import on_chair, sitting_on_floor
from pose_action_ros.simulation.performance import UNNAMED, Performance
from pose_action_ros.simulation.poser import Poser

_CURL = GRIP.index("curl")


def standing_up(body: Body, rng: Rng) -> Performance:
    """Stand up from a chair, the floor, a bed or a squat, and stay standing."""
    ways = (_from_chair, _from_floor, _from_bed, _from_squat)
    way = int(rng.choice(4, p=[0.55, 0.25, 0.1, 0.1]))
    keys, boxes = ways[way](body, rng)
    before = UNNAMED if ways[way] is _from_squat else "sitting"
    keys, boxes = flipped(keys, boxes, rng)
    hurry = rng.uniform(0.75, 1.5)  # duration of one movement relative to the usual one
    steps = [Step(keys[0], 0.0, rng.uniform(0.05, 0.5), phase=1.0)]
    for number, key in enumerate(keys[1:]):
        last = number == len(keys) - 2
        move = rng.uniform(0.5, 0.9) * hurry
        pause = 0.0 if last or rng.random() < 0.7 else rng.uniform(0.05, 0.5)
        steps.append(Step(key, move, pause, turn=0.0))
    steps.append(Step(standing_over(body, rng, keys[-1]), 0.6, 1.0, phase=2.0, turn=0.0))
    motion = course(body, steps, rng)
    return Performance("standing_up", body, motion, tuple(boxes), before)


def standing_over(body: Body, rng: Rng, below: KeyPose) -> KeyPose:
    """A standing pose with the feet of another pose, beside the one ahead if they are apart."""
    feet = below.feet.copy()
    feet[:, 2] = body.foot_height
    if abs(feet[0, 0] - feet[1, 0]) > 0.12 * body.height:
        front = feet[np.argmax(feet[:, 0])]
        return standing_key(body, rng).moved(front[0], 0.0)
    middle = feet.mean(axis=0)
    return replace(standing_key(body, rng).moved(middle[0], middle[1]), feet=feet)


def _from_chair(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """Lean forward over the feet and rise, with or without the hands on thighs."""
    setting = on_chair(body, rng)
    first, ready = setting.draw(), ready_to_rise(body, rng, setting.seat)
    return [first, ready, standing_over(body, rng, ready)], list(setting.furniture)


def ready_to_rise(body: Body, rng: Rng, seat: float) -> KeyPose:
    """A seated pose, the trunk inclined over feet that are drawn back."""
    poser = inclined(body, rng, [rng.uniform(0, 0.08), 0, 0], rng.uniform(18, 42), 15)
    poser.rest("seat", "left_hip", "right_hip", height=seat)
    hips = poser.key.root[2]
    reach = np.sqrt(max((0.97 * body.leg) ** 2 - (hips - body.foot_height) ** 2, 0.0))
    ahead = min(0.95 * body.thigh - rng.uniform(0.0, 0.35) * body.shin, reach)
    wide = rng.uniform(0.05, 0.11) * body.height
    for side, out in OUTWARD.items():
        place = [poser.key.root[0] + ahead, out * wide, body.foot_height]
        poser.foot(side, place, [1, 0.2 * out, 0.3])
    if rng.random() < 0.5:
        on_thighs(poser, rng)
    elif rng.random() < 0.5:
        hanging(poser, rng)
    else:
        _arms_ahead(poser, rng)
    return poser.hang()


def _arms_ahead(poser: Poser, rng: Rng) -> None:
    place = [rng.uniform(0.4, 0.9), rng.uniform(-0.15, 0.2), -rng.uniform(0.1, 0.7)]
    for side in SIDES:
        poser.hand_at(side, place, [-0.4, 0.7, -0.8], curl=rng.uniform(0.1, 0.5))


def _from_floor(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """From sitting over one knee or hands and knees, or from kneeling."""
    knee = knee_pose(body, rng)
    up = standing_over(body, rng, knee)
    draw = rng.random()
    sitting = sitting_on_floor(body, rng).draw()
    between = [on_all_fours(body, rng)] if draw < 0.6 else []
    return [sitting, *between, knee, up], []


def knee_pose(body: Body, rng: Rng) -> KeyPose:
    """On the right knee with the hands on the left thigh or hanging."""
    poser = on_one_knee(body, rng)
    (on_thighs if rng.random() < 0.6 else hanging)(poser, rng)
    return poser.settle()


def _from_bed(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """From the edge of a bed on the left."""
    bed = Bedside(body, rng)
    edge, ready = bed.sitting(rng), ready_to_rise(body, rng, bed.top)
    up = standing_over(body, rng, ready)
    return [edge, bed.beside(ready), bed.beside(up)], [bed.box(rng)]


def _from_squat(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    low = squatting(body, rng).draw()
    return [low, standing_over(body, rng, low)], []


def picking_up(body: Body, rng: Rng) -> Performance:
    """Bend or squat, grasp something on the floor or a low table, and rise with it; repeatedly."""
    reach = _Reach(body, rng)
    pace = rng.uniform(0.75, 1.4)
    steps = []
    for _ in range(4):
        up, down = standing_key(body, rng), reach.key(rng)
        grasped = replace(down, grip=_closed(down.grip, reach.sides))
        carried = _carrying(body, rng, reach.sides)
        steps += [
            Step(up, 0.8, rng.uniform(0.1, 1.0), phase=1.0),
            Step(down, pace * rng.uniform(0.7, 1.1), rng.uniform(0.0, 0.2), turn=0.0),
            Step(grasped, rng.uniform(0.15, 0.4), rng.uniform(0.0, 0.3)),
            Step(carried, pace * rng.uniform(0.7, 1.2), rng.uniform(0.5, 2.0), phase=1.0, turn=0.9),
        ]
    keys = [step.key for step in steps]
    keys, boxes = flipped(keys, reach.boxes, rng)
    steps = [replace(step, key=key) for step, key in zip(steps, keys, strict=True)]
    motion = course(body, steps, rng, repeat=True)
    return Performance("picking_up", body, motion, tuple(boxes))


def _closed(grip: Array, sides: tuple[str, ...]) -> Array:
    """Channels GRIP (2, 5) with the hands of the sides closed."""
    closed = grip.copy()
    for side in sides:
        closed[SIDES.index(side), _CURL] = 0.8
    return closed


class _Reach:
    """The place of things, the hands that take them, and the style of going down."""

    def __init__(self, body: Body, rng: Rng) -> None:
        self.body = body
        unit = body.height / 1.7
        self.sides = SIDES if rng.random() < 0.5 else (SIDES[rng.integers(2)],)
        self.boxes: list[Box] = []
        table = rng.random() < 0.25
        self.kind = "bend" if table or rng.random() < 0.6 else "squat"
        self.bent = rng.random()
        height = rng.uniform(0.04, 0.22) * unit
        self.ahead = rng.uniform(0.22, 0.55) * unit
        if table:
            top = rng.uniform(0.2, 0.34) * body.height
            self.boxes = legs_and_top(
                (self.ahead + 0.2, 0.0), (0.5, rng.uniform(0.5, 1.1)), top, random_colour(rng)
            )
            height += top
        self.place = np.array([self.ahead, rng.normal(0, 0.12) * unit, height])
        self.apart = rng.uniform(0.05, 0.2) * unit
        self.knee = rng.uniform(0.2, 1.0)

    def key(self, rng: Rng) -> KeyPose:
        """The pose with the hands at the thing."""
        body, unit = self.body, self.body.height / 1.7
        low = float(np.clip(1.0 - self.place[2] / (0.5 * body.height), 0.2, 1.0))
        if self.kind == "squat":
            drop, back = rng.uniform(0.5, 0.66), rng.uniform(0.12, 0.25) * body.leg
            poser = inclined(body, rng, [-back, 0, 0], rng.uniform(15, 40), rng.uniform(10, 35))
        else:
            drop, back = 0.02 + 0.3 * self.bent * low, rng.uniform(0.1, 0.22) * body.leg
            pitch = low * rng.uniform(55, 80) * (1 - 0.3 * self.bent)
            poser = inclined(body, rng, [-back, 0, 0], pitch, rng.uniform(15, 45) * low)
        poser.key.root[2] = body.foot_height + (1 - drop) * np.sqrt(body.leg**2 - back**2)
        wide = rng.uniform(0.04, 0.09) * body.height
        for side, out in OUTWARD.items():
            place = [rng.normal(0, 0.02), out * wide, body.foot_height]
            poser.foot(side, place, [1, 0.25 * out, 0.2])
        hanging(poser, rng)
        self._hands(poser, rng, unit)
        return poser.settle()

    def _hands(self, poser: Poser, rng: Rng, unit: float) -> None:
        for side, out in OUTWARD.items():
            if side in self.sides:
                aside = out * (self.apart if len(self.sides) == 2 else 0.3 * self.apart)
                place = self.place + np.array([rng.normal(0, 0.02), aside, 0.0])
                poser.hand(side, place, [-0.5, out, 0.3], curl=rng.uniform(0.1, 0.3))
            elif self.knee > 0.5:
                hip, knee = poser.now(f"{side}_hip", f"{side}_knee")
                rest = hip + self.knee * (knee - hip) + np.array([0.09 * unit, 0, 0])
                poser.hand(side, rest, [0, out, 0.3], pronate=50, curl=0.3)


def _carrying(body: Body, rng: Rng, sides: tuple[str, ...]) -> KeyPose:
    """A standing pose with something in the hands, before the belly or the chest, or hanging."""
    poser = standing_pose(body, rng)
    if rng.random() < 0.7:
        middle = body.half_shoulders / body.arm
        place = [
            rng.uniform(0.3, 0.6),
            -middle * rng.uniform(0.3, 0.95),
            -rng.uniform(0.1, 0.85) * body.trunk / body.arm,
        ]
        for side in sides:
            poser.hand_at(side, place, [-0.5, 0.7, -0.8], pronate=rng.uniform(0, 60), curl=0.8)
    key = poser.settle()
    return replace(key, grip=_closed(key.grip, sides))


def standing_pose(body: Body, rng: Rng) -> Poser:
    """A standing person with hanging arms, which can be set."""
    key = standing_key(body, rng)
    poser = inclined(body, rng, key.root.tolist(), rng.normal(2, 3), rng.normal(2, 3))
    for row, side in enumerate(SIDES):
        poser.foot(side, key.feet[row], key.knees[row])
    hanging(poser, rng)
    return poser
