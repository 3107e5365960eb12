"""Kneeling, deep squatting, bending to the floor, crawling, and leaning on walls and tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import LIMITS, SIDES, Rng
from pose_action_ros.simulation.contact import radius
from pose_action_ros.simulation.furniture import Box, legs_and_top, random_colour
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.resting import (
    Setting,
    folded,
    hanging,
    in_lap,
    level_head,
    on_floor,
    on_thighs,
    rest_arms,
    standing_key,
    tilted,
    with_phone,
)
from pose_action_ros.simulation.poser import Poser

STRETCHED = -58.0
"""Ankle channel [degrees] of a foot with its instep on the floor."""


def inclined(body: Body, rng: Rng, root: Sequence[float], pitch: float, bend: float) -> Poser:
    """A trunk with an inclined pelvis and a bend [degrees] at a place [m], the head about level."""
    return Poser(
        body,
        root,
        tilted(pitch, rng.normal(0, 3)),
        bend_forward=bend,
        bend_left=rng.normal(0, 6),
        twist_left=rng.normal(0, 9),
        nod=max(level_head(pitch, bend, rng), LIMITS["nod"][0]),
        turn_left=rng.normal(0, 18),
        tilt_left=rng.normal(0, 5),
    )


def knee_radius(body: Body) -> float:
    """Height [m] of the joint of a knee that rests on the floor."""
    return radius(body.calf_girth)


def kneeling(body: Body, rng: Rng) -> Setting:
    """Kneel on both knees, upright or on the heels, or on one."""
    way = str(rng.choice(["upright", "on_heels", "one"], p=[0.35, 0.3, 0.35]))
    makers = {"upright": on_both_knees, "on_heels": _on_heels, "one": on_one_knee}

    def draw() -> KeyPose:
        poser = makers[way](body, rng)
        if way == "one" and rng.random() < 0.3:
            _reach_down(poser, rng)
        else:
            rest_arms(poser, rng, [on_thighs, hanging], free=0.4)
        return poser.settle()

    return Setting(draw)


def _on_thigh(body: Body, rng: Rng, pitch: float, bend: float, tilt: float) -> Poser:
    """A trunk over a thigh that stands on its knee with a tilt; all angles in degrees."""
    height = knee_radius(body) + body.thigh * np.cos(np.radians(tilt))
    return inclined(body, rng, [0, 0, height], pitch, bend)


def on_both_knees(body: Body, rng: Rng) -> Poser:
    """Legs and trunk of a person on both knees with upright thighs."""
    pitch, bend, tilt = rng.uniform(-5, 20), rng.uniform(0, 15), rng.uniform(-8, 12)
    poser = _on_thigh(body, rng, pitch, bend, tilt)
    tucked = rng.random() < 0.3
    for side in SIDES:
        knee, ankle = (90 + tilt - 19, 30.0) if tucked else (90 + tilt, STRETCHED)
        poser.bend_leg(side, pitch + tilt, knee, aside=rng.uniform(2, 14), angle=ankle)
    return poser


def _on_heels(body: Body, rng: Rng) -> Poser:
    pitch, bend = rng.uniform(-8, 15), rng.uniform(0, 25)
    low, unit = knee_radius(body), body.thigh / 0.39
    height = rng.uniform(0.22, 0.27) * unit
    poser = inclined(body, rng, [0, 0, height], pitch, bend)
    ahead = float(np.sqrt(body.thigh**2 - (height - low) ** 2))
    wide = rng.uniform(0.05, 0.16) * unit
    for side, out in OUTWARD.items():
        ankle = [ahead - 0.99 * body.shin, out * wide, 0.045]
        poser.foot(side, ankle, [1, out * rng.uniform(0, 0.35), -0.4], angle=STRETCHED)
    return poser


def on_one_knee(body: Body, rng: Rng) -> Poser:
    """Legs and trunk of a person on the right knee, the left foot on the floor."""
    pitch, bend, tilt = rng.uniform(-3, 20), rng.uniform(0, 20), rng.uniform(-12, 8)
    poser = _on_thigh(body, rng, pitch, bend, tilt)
    poser.bend_leg("right", pitch + tilt, 90 + tilt, aside=rng.uniform(0, 10), angle=STRETCHED)
    ahead = body.thigh * rng.uniform(0.8, 1.1)
    poser.foot(
        "left", [ahead, rng.uniform(0.3, 0.55) * body.thigh, body.foot_height], [1, 0.25, 0.4]
    )
    return poser


def squatting(body: Body, rng: Rng) -> Setting:
    """Squat deeply, the feet level on the floor."""
    wide = rng.uniform(0.07, 0.18) * body.height / 1.7

    def draw() -> KeyPose:
        pitch, bend = rng.uniform(0, 25), rng.uniform(10, 45)
        height = body.foot_height + rng.uniform(0.26, 0.42) * body.leg
        root = [-rng.uniform(0.15, 0.3) * body.leg, rng.normal(0, 0.02), height]
        poser = inclined(body, rng, root, pitch, bend)
        for side, out in OUTWARD.items():
            poser.foot(
                side, [0, out * wide, body.foot_height], [1, out * rng.uniform(0.15, 0.4), 0.4]
            )
        if rng.random() < 0.4:
            _reach_down(poser, rng)
        else:
            rest_arms(poser, rng, [on_thighs, hanging], free=0.35)
        return poser.settle()

    return Setting(draw)


def _reach_down(poser: Poser, rng: Rng) -> None:
    """Reach to the floor with one hand or both."""
    unit = poser.body.height / 1.7
    on_thighs(poser, rng)
    both = rng.random() < 0.5
    reaching = SIDES[rng.integers(2)]
    for side, out in OUTWARD.items():
        if both or side == reaching:
            away = np.array([rng.uniform(0.3, 0.6) * unit, out * rng.uniform(0, 0.3), 0])
            place = poser.key.root + away
            place[2] = rng.uniform(0.05, 0.25) * unit
            poser.hand(side, place, [-0.6, out, 0.2], curl=rng.uniform(0.1, 0.8))


def bending(body: Body, rng: Rng) -> Setting:
    """Bend to the floor with straight or bent knees, and straighten up now and then."""
    wide = rng.uniform(0.05, 0.14) * body.height / 1.7
    bent_knees = rng.random() < 0.5
    upright = rng.uniform(0.1, 0.35)

    def draw() -> KeyPose:
        if rng.random() < upright:
            return standing_key(body, rng)
        drop = rng.uniform(0.08, 0.32) if bent_knees else rng.uniform(0.01, 0.05)
        pitch, bend = rng.uniform(40, 80), rng.uniform(15, 50)
        root = [-rng.uniform(0.1, 0.25) * body.leg, rng.normal(0, 0.02), 0.0]
        root[2] = body.foot_height + (1 - drop) * np.sqrt(body.leg**2 - root[0] ** 2)
        poser = inclined(body, rng, root, pitch, bend)
        for side, out in OUTWARD.items():
            poser.foot(
                side, [rng.normal(0, 0.02), out * wide, body.foot_height], [1, 0.2 * out, 0.1]
            )
        hanging(poser, rng)
        _reach_for_floor(poser, rng)
        return poser.settle()

    return Setting(draw)


def _reach_for_floor(poser: Poser, rng: Rng) -> None:
    """Reach to an object on the floor with both hands, or with one and the other on a thigh."""
    unit = poser.body.height / 1.7
    both, side = rng.random() < 0.55, SIDES[rng.integers(2)]
    place = np.array([rng.uniform(0.15, 0.5), rng.normal(0, 0.1), rng.uniform(0.03, 0.3)]) * unit
    for one, out in OUTWARD.items():
        if both or one == side:
            apart = np.array([0, out * rng.uniform(0.04, 0.2) * unit, 0])
            poser.hand(one, place + apart, [-0.5, out, 0.3], curl=rng.uniform(0.1, 0.8))
        elif rng.random() < 0.5:
            hip, knee = poser.now(f"{one}_hip", f"{one}_knee")
            rest = hip + rng.uniform(0.5, 1.0) * (knee - hip) + np.array([0.09 * unit, 0, 0])
            poser.hand(one, rest, [0, out, 0.3], pronate=50, curl=0.3)


def crawling(body: Body, rng: Rng) -> Setting:
    """Crawl or stay on hands and knees; each drawn pose is one step further, there and back."""
    width = rng.uniform(0.12, 0.22) * body.height / 1.7
    stride = rng.uniform(0.0, 0.12) * body.height / 1.7 if rng.random() < 0.75 else 0.0
    count = iter([*range(6), *range(4, 0, -1)] * 10)

    def draw() -> KeyPose:
        step = next(count)
        return on_all_fours(body, rng, step * stride, width, (-1) ** step * stride)

    return Setting(draw)


def on_all_fours(
    body: Body, rng: Rng, x: float = 0.0, width: float = 0.16, stride: float = 0.0
) -> KeyPose:
    """A pose on hands and knees; the left hand and the right knee are `stride` [m] ahead."""
    tilt = np.degrees(np.arcsin(np.clip(stride / body.thigh, -0.4, 0.4))) / 2
    height = knee_radius(body) + body.thigh
    shoulders = 0.3 * body.hand + 0.95 * body.arm
    rise = np.degrees(np.arcsin(np.clip((shoulders - height) / body.trunk, -0.5, 0.5)))
    pitch, nod = 90 - rise + rng.normal(0, 4), rng.uniform(-50, 10)
    poser = Poser(body, [x, 0, height], tilted(pitch), nod=nod, turn_left=rng.normal(0, 15))
    for side, out in OUTWARD.items():
        flex = pitch + rng.normal(0, 3) - out * tilt
        poser.bend_leg(side, flex, flex - pitch + 90, aside=rng.uniform(0, 8), angle=STRETCHED)
        shoulder = poser.place(f"{side}_shoulder")
        ahead = shoulder[0] + out * stride / 2 + rng.normal(0.02, 0.03)
        poser.palm(side, [ahead, out * width, 0.3 * body.hand], [-1, 0.6 * out, 0])
    return poser.settle()


def leaning(body: Body, rng: Rng) -> Setting:
    """Lean with the back or a hand on a wall, or with the hands on a table."""
    kind = str(rng.choice(["back", "hand", "table"]))
    colour = random_colour(rng)
    if kind == "table":
        top = rng.uniform(0.4, 0.55) * body.height
        ahead = rng.uniform(0.28, 0.42) * body.height / 1.7
        boxes = legs_and_top((ahead + 0.25, 0.0), (0.7, rng.uniform(0.8, 1.6)), top, colour)
        return Setting(lambda: _on_table(body, rng, top, ahead), boxes)
    slope = rng.uniform(4, 13)
    if kind == "back":
        wall = Box((-0.25 - 0.5 * body.chest_depth, 0, 1.1), (0.1, 1.6, 2.2), 0.0, colour)
        return Setting(lambda: back_on_wall(body, rng, slope), [wall])
    aside = (0.25 + 0.15 * rng.random()) * body.height / 1.7
    wall = Box((0.0, aside + 0.18, 1.1), (1.8, 0.1, 2.2), 0.0, colour)
    return Setting(lambda: _hand_on_wall(body, rng, slope, aside), [wall])


def _legs(poser: Poser, rng: Rng, ahead: float, aside: float) -> None:
    wide = rng.uniform(0.05, 0.12) * poser.body.height / 1.7
    for side, out in OUTWARD.items():
        place = [ahead + rng.normal(0, 0.03), aside + out * wide, poser.body.foot_height]
        poser.foot(side, place, [1, 0.2 * out, 0])


def _height(body: Body, ahead: float, drop: float = 0.01) -> float:
    return body.foot_height + float(np.sqrt(((1 - drop) * body.leg) ** 2 - ahead**2))


def _on_table(body: Body, rng: Rng, top: float, ahead: float) -> KeyPose:
    pitch, bend = rng.uniform(12, 38), rng.uniform(5, 28)
    back = rng.uniform(0.02, 0.15) * body.leg
    poser = inclined(body, rng, [0, 0, _height(body, back)], pitch, bend)
    _legs(poser, rng, -back, 0.0)
    hanging(poser, rng)
    on_floor(poser, rng, ahead, rng.uniform(0.1, 0.3) * body.height / 1.7, top)
    return poser.settle()


def back_on_wall(body: Body, rng: Rng, slope: float) -> KeyPose:
    """A pose with the back on a wall, inclined by a slope [degrees]."""
    ahead = body.leg * np.sin(np.radians(slope)) + 0.08
    poser = inclined(body, rng, [0, 0, _height(body, ahead)], -slope, rng.uniform(-3, 8))
    _legs(poser, rng, ahead, 0.0)
    hanging(poser, rng)
    ways = (hanging, folded, in_lap, with_phone)
    ways[rng.integers(len(ways))](poser, rng)
    if rng.random() < 0.25:  # one sole on the wall
        side = SIDES[rng.integers(2)]
        poser.bend_leg(side, rng.uniform(30, 55), rng.uniform(80, 110), angle=-10)
    return poser.settle()


def _hand_on_wall(body: Body, rng: Rng, slope: float, aside: float) -> KeyPose:
    over = body.leg * np.sin(np.radians(slope))
    poser = Poser(
        body,
        [0, 0, _height(body, over)],
        tilted(rng.normal(2, 3), -slope),
        bend_left=rng.uniform(-4, 8),
        nod=rng.normal(0, 10),
        turn_left=rng.normal(0, 25),
    )
    _legs(poser, rng, 0.0, -over)
    hanging(poser, rng)
    if rng.random() < 0.4:
        (in_lap if rng.random() < 0.5 else with_phone)(poser, rng)
    shoulder = poser.place("left_shoulder")
    place = [rng.uniform(0, 0.2), aside + 0.1, shoulder[2] + rng.uniform(-0.25, 0.3)]
    poser.palm("left", place, [-0.3, 0.3, -1], [0.2, 0.0, 1.0])
    return poser.settle()
