"""Hugging, shaking hands and handing something over: hands of both people meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_action_ros.simulation.channels import SIDES, Array, other_side
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.pairs.actor import Gesture, Level, Target, pulse
from pose_action_ros.simulation.pairs.stage import (
    UNLABELLED,
    Stage,
    before,
    between,
    on_body,
    world,
)
from pose_action_ros.simulation.timing import ease

_PALM = 0.07
"""Distance of a wrist from the middle of two hands that meet [m]."""


def hugging(stage: Stage) -> None:
    """Step close to each other and put the arms round the other person."""
    rng = stage.rng
    if stage.distance() > 1.3:
        stage.close_in(rng.uniform(0.7, 1.1))
    start = stage.time
    near = rng.uniform(0.2, 0.42)
    way, share = stage.distance() - near, rng.choice([0.5, rng.uniform(0, 1), 1.0])
    seconds = max(0.5, way / rng.uniform(0.5, 1.3))
    aside = rng.normal(0, 0.06)
    arrive = stage.go(0, share * way, seconds, aside=aside)
    stage.go(1, (1 - share) * way, seconds)
    hold = rng.uniform(0.4, 3.0)
    lift, release = rng.uniform(0.4, 0.9), rng.uniform(0.4, 0.9)
    one_arm, unmoved = rng.random() < 0.12, rng.random() < 0.1
    for who in (0, 1):
        if who == 1 and unmoved:
            break
        begin = max(start, arrive - rng.uniform(0.1, 1.0) * lift) + rng.uniform(0, 0.25)
        level = pulse(begin, lift, arrive - begin - lift + hold, release)
        _embrace(stage, who, level, one_arm=one_arm)
        tilt = rng.choice([-1, 1]) * rng.uniform(0, 22)
        lean = rng.uniform(0, 16)
        stage.lean(who, level, tilt_left=tilt, bend_forward=lean, nod=rng.uniform(-5, 15))
    end = arrive + hold + release
    stage.mark("hugging", start + 0.1, end)
    stage.mark(UNLABELLED, end, end + 0.5)
    back = rng.uniform(0.2, 0.8)
    apart = rng.uniform(0.2, 0.9)
    for who, part in ((0, apart), (1, 1 - apart)):
        stage.go(who, -part * back, rng.uniform(0.6, 1.2), start=end - 0.6 * release)
    stage.time = end + 0.5


def _embrace(stage: Stage, who: int, level: Level, one_arm: bool) -> None:
    """Lay the arms round the other person: high round the neck, low round the waist, or crossed."""
    rng, other = stage.rng, 1 - who
    kind = str(rng.choice(["high", "low", "crossed"], p=[0.3, 0.35, 0.35]))
    pats = rng.uniform(0, 0.04) * (rng.random() < 0.4)
    rate = rng.uniform(2.0, 4.0)
    for number, side in enumerate(SIDES):
        if one_arm and number:
            continue
        high = kind == "high" or (kind == "crossed" and number == 0)
        up = rng.uniform(-0.12, 0.05) if high else rng.uniform(-0.38, -0.18)
        # On the back, towards the side of the other person where the arm goes round.
        across = (1 if side == "left" else -1) * rng.uniform(-0.1, 0.12)
        depth = -rng.uniform(0.06, 0.16)

        def point(
            times: Array,
            posed: Sequence[Posed],
            at: tuple[float, float, float] = (depth, -across, up),
        ) -> Array:
            pat = pats * np.abs(np.sin(np.pi * rate * times))
            spot = on_body(other, "neck", at)(times, posed)
            ahead = posed[other].frames["chest"][:, :, 0]
            return np.asarray(spot - pat[:, None] * ahead)

        stage.reach(who, side, point, level, pronate=30.0, curl=0.1)
        out = {"protract": rng.uniform(5, 25), "shrug": 12.0 * high}
        stage.trunk[who].append(Gesture(out, level, side))


def shaking_hands(stage: Stage) -> None:
    """Meet with the right hands and pump."""
    rng, reach = stage.rng, [body.arm for body in stage.bodies]
    stage.close_in(sum(reach) * rng.uniform(0.72, 1.08))
    start = stage.time
    lift, hold = rng.uniform(0.4, 0.9), rng.uniform(0.5, 2.8)
    meet = start + lift + rng.uniform(0, 0.3)
    lower = rng.uniform(0.4, 0.9)
    place = _meeting_point(stage, rng.uniform(0.5, 0.68))
    pump, rate = rng.uniform(0.0, 0.07), rng.uniform(1.2, 3.8)
    side = "right" if rng.random() < 0.94 else "left"
    turn = 1 if side == "right" else -1
    for who in (0, 1):
        begin = start + rng.uniform(0, 0.3)
        level = pulse(begin, meet - begin, hold, lower)
        target = _shaken(place, stage.toward(who), pump, rate, meet)
        stage.reach(who, side, target, level, pronate=rng.normal(5, 10), curl=0.4)
        lean = rng.uniform(0, 14)
        angles = {"pitch": lean, "nod": rng.uniform(-0.5, 0.8) * lean, "forward": 0.004 * lean}
        stage.lean(who, level, **angles, twist_left=turn * rng.uniform(0, 18))
        stage.trunk[who].append(Gesture({"protract": rng.uniform(0, 18)}, level, side))
        if rng.random() < 0.12:  # the other hand as well, on the hands or the arm
            helping = other_side(side)
            joint = f"{side}_wrist" if rng.random() < 0.5 else f"{side}_elbow"
            held = target if joint.endswith("wrist") else on_body(1 - who, joint, (0.0, 0.0, 0.05))
            stage.reach(who, helping, held, level, curl=0.3)
    end = meet + hold + 0.6 * lower
    stage.mark("shaking_hands", start + 0.1, end)
    stage.mark(UNLABELLED, end, end + 0.5)
    stage.time = end + 0.4 * lower


def _meeting_point(stage: Stage, height: float) -> Array:
    """(3,) [m] between both people, at a height relative to the mean of their heights."""
    rng = stage.rng
    one, other = np.array(stage.place(0)[:2]), np.array(stage.place(1)[:2])
    reach = [body.arm for body in stage.bodies]
    share = reach[0] / sum(reach) + rng.normal(0, 0.04)
    level = np.mean([body.height for body in stage.bodies]) * height
    # Of a tall and a short person, the hands meet where both reach.
    shoulders = [body.height - body.neck_and_head for body in stage.bodies]
    level = np.clip(level, max(shoulders) - 0.75 * reach[int(np.argmax(shoulders))], None)
    return np.array([*(one + share * (other - one)), level + rng.normal(0, 0.02)])


def _shaken(place: Array, toward: Array, pump: float, rate: float, begin: float) -> Target:
    """The wrist of one person at hands that meet and move up and down."""

    def point(times: Array, _: Sequence[Posed]) -> Array:
        shake = pump * np.sin(2 * np.pi * rate * (times - begin)) * ease((times - begin) / 0.2)
        wrist = place - _PALM * np.array([*toward, 0.0])
        return np.asarray(wrist + shake[:, None] * [0.0, 0.0, 1.0])

    return point


def handing_over(stage: Stage) -> None:
    """Give something to the other person, who takes it; some give it back."""
    rng, reach = stage.rng, [body.arm for body in stage.bodies]
    stage.close_in(sum(reach) * rng.uniform(0.85, 1.15))
    big = rng.random() < 0.22  # held with both hands
    sides = [SIDES[int(rng.random() < 0.75)] for _ in range(2)]
    start = stage.time - rng.uniform(1.0, 3.0)  # the giver holds it from here on
    times = 2 if rng.random() < 0.15 else 1
    giver = 0
    begin = stage.time
    carried = [before(who, sides[who], _carried(stage, who)) for who in (0, 1)]
    for number in range(times):
        lift, both, back = rng.uniform(0.4, 0.9), rng.uniform(0.05, 0.6), rng.uniform(0.4, 0.8)
        meet = begin + lift
        place = _meeting_point(stage, rng.uniform(0.52, 0.78))
        offset = rng.uniform(0.02, 0.12)  # of the wrists from the object's middle [m]
        kept = rng.uniform(0.6, 2.0)
        for who in (0, 1):
            gives = who == giver
            late = 0.0 if gives else rng.uniform(-0.15, 0.45)
            out = pulse(begin + late, max(meet - begin - late, 0.3), both + 0.1, back)
            holds = not gives or number == 0
            first = start if gives else begin + late
            until = meet + both + (0.1 if gives else back + kept)
            raised = pulse(first, meet - first if not gives else 0.5, until - meet, back)
            if gives:
                raised = pulse(first, 0.5, until - first - 0.5, back)
            point = _at_object(place, stage.toward(who), offset)
            for side in SIDES if big else (sides[who],):
                aside = 0.12 if big else 0.0
                target = _beside(point, stage.toward(who), aside * (1 if side == "left" else -1))
                path = between(carried[who], target, out) if holds else target
                level = raised if holds else out
                stage.reach(who, side, path, level, pronate=rng.uniform(-40, 60), curl=0.5)
                stage.trunk[who].append(Gesture({"protract": rng.uniform(0, 18)}, out, side))
            lean = rng.uniform(0, 14)
            stage.lean(who, out, pitch=lean, nod=rng.uniform(0, 12), forward=0.004 * lean)
        end = meet + both + 0.7 * back
        stage.mark("handing_over", begin + 0.1, end)
        stage.mark(UNLABELLED, end, end + 0.5)
        giver = 1 - giver
        start, begin = begin, end + rng.uniform(0.1, 0.6)
    stage.time = end + 0.4


def _carried(stage: Stage, who: int) -> Array:
    """(3,) place of a carried object before the own shoulder, or beside the body [m]."""
    rng, reach = stage.rng, stage.bodies[who].arm
    if rng.random() < 0.35:
        return reach * rng.uniform([0.0, 0.0, -1.0], [0.3, 0.2, -0.85])
    return reach * rng.uniform([0.3, -0.4, -0.75], [0.6, 0.1, -0.25])


def _at_object(place: Array, toward: Array, offset: float) -> Target:
    return world(place - offset * np.array([*toward, 0.0]))


def _beside(target: Target, toward: Array, aside: float) -> Target:
    """A point to the left of a target, as its owner faces."""
    left = aside * np.array([-toward[1], toward[0], 0.0])
    return lambda times, posed: target(times, posed) + left
