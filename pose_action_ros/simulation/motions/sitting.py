"""Sitting on chairs, sofas and stools, and on the floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.contact import SEAT
from pose_action_ros.simulation.furniture import chair, legs_and_top, random_colour, sofa
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.resting import (
    Setting,
    level_head,
    on_floor,
    on_thighs,
    rest_arms,
    tilted,
)
from pose_action_ros.simulation.poser import Flags, Poser

_TRUNKS = {  # least and greatest pitch of the pelvis, and bend of the trunk [degrees]
    "upright": ((-8, 5), (-3, 10)),
    "slumped": ((-25, -10), (15, 35)),
    "forward": ((10, 32), (8, 30)),
    "reclined": ((-32, -12), (0, 15)),
}


def _seated(
    body: Body, rng: Rng, height: float, shares: tuple[float, float, float, float]
) -> Poser:
    """A trunk with its seat at a height [m]; shares are the probabilities of _TRUNKS."""
    pitches, bends = _TRUNKS[str(rng.choice(list(_TRUNKS), p=shares))]
    pitch, bend = rng.uniform(*pitches), rng.uniform(*bends)
    poser = Poser(
        body,
        [0, 0, 0],
        tilted(pitch, rng.normal(0, 3)),
        bend_forward=bend,
        bend_left=rng.normal(0, 5),
        twist_left=rng.normal(0, 8),
        nod=level_head(pitch, bend, rng),
        turn_left=rng.normal(0, 18),
        tilt_left=rng.normal(0, 5),
    )
    poser.rest(*SEAT, height=height)
    return poser


def on_chair(body: Body, rng: Rng) -> Setting:
    """Sit on a chair, a stool or a sofa of a random height, at times at a table."""
    lower = body.shin + body.foot_height
    kind = str(rng.choice(["chair", "sofa", "stool"], p=[0.62, 0.25, 0.13]))
    low, high = {"chair": (0.8, 1.12), "sofa": (0.65, 0.95), "stool": (0.9, 1.5)}[kind]
    seat = lower * rng.uniform(low, high)
    table = seat + body.trunk * rng.uniform(0.45, 0.7) if rng.random() < 0.3 else 0.0
    shares = (0.25, 0.2, 0.15, 0.4) if kind == "sofa" else (0.45, 0.2, 0.25, 0.1)
    back = -0.24 * body.height / 1.7
    colour = random_colour(rng)
    boxes = {
        "chair": lambda: chair(seat, rng.uniform(0.35, 0.55), back, colour),
        "sofa": lambda: sofa(seat, back, rng.uniform(0.8, 2.0), colour),
        "stool": lambda: legs_and_top((0.05, 0.0), (0.36, 0.36), seat, colour),
    }[kind]()
    if table:
        boxes += legs_and_top((0.75, 0.0), (0.7, rng.uniform(0.8, 1.6)), table, random_colour(rng))

    def draw() -> KeyPose:
        poser = _seated(body, rng, seat, shares)
        _legs_of_chair(poser, rng, seat)
        ways: list[Callable[[Poser, Rng], None]] = [on_thighs]
        if table:
            ways = [lambda p, r: on_floor(p, r, r.uniform(0.35, 0.55), r.uniform(0.1, 0.3), table)]
        elif kind != "stool":
            ways.append(_on_armrests)
        rest_arms(poser, rng, ways)
        return poser.hang()

    return Setting(draw, boxes, seat)


def _on_armrests(poser: Poser, rng: Rng) -> None:
    body = poser.body
    for side, out in OUTWARD.items():
        ahead, up = rng.uniform(0.47, 0.66) * body.arm, rng.uniform(0.3, 0.42) * body.trunk
        way = np.array([ahead, out * 0.55 * body.hip_breadth, up])
        poser.hand(
            side, poser.place(f"{side}_hip") + way, [-1, 0.5 * out, -0.3], pronate=60, curl=0.3
        )


def _legs_of_chair(poser: Poser, rng: Rng, seat: float) -> None:
    """Set the legs: feet on the floor, stretched, drawn back, or crossed."""
    body = poser.body
    kind = str(rng.choice(["down", "stretched", "back", "crossed"], p=[0.5, 0.15, 0.13, 0.22]))
    knee = poser.key.root[2] - 0.02
    wide = rng.uniform(0.02, 0.16) * body.height / 1.7
    for side, out in OUTWARD.items():
        ahead = {
            "down": 0.95 * body.thigh + rng.uniform(-0.3, 0.2) * body.shin,
            "stretched": 0.95 * body.thigh + rng.uniform(0.4, 0.75) * body.shin,
            "back": 0.95 * body.thigh - rng.uniform(0.3, 0.55) * body.shin,
            "crossed": 0.95 * body.thigh + rng.uniform(-0.1, 0.2) * body.shin,
        }[kind]
        _set_down(poser, side, ahead, out * (wide + 0.04), knee)
    if kind == "crossed":
        over = SIDES[rng.integers(2)]
        out = OUTWARD[over]
        ankle = [0.95 * body.thigh + 0.25 * body.shin, -0.35 * out * body.thigh, 0.0]
        poser.foot(over, [*ankle[:2], seat - 0.3 * body.shin], [0.4, -0.1 * out, 1], angle=-15)


def _set_down(poser: Poser, side: str, ahead: float, aside: float, knee: float) -> None:
    """Put a foot on the floor, or let it hang below a knee at a height if it does not reach it."""
    body = poser.body
    hip = poser.place(f"{side}_hip")
    reach = 0.98 * body.leg
    level = np.sqrt(max(reach**2 - (ahead - hip[0]) ** 2 - (aside - hip[1]) ** 2, 0.0))
    lowest = max(hip[2] - level, knee - 0.98 * body.shin)
    out = OUTWARD[side]
    if lowest > body.foot_height + 0.01:
        poser.foot(side, [ahead, aside, lowest], [0.5, 0.2 * out, 1], angle=-20)
    else:
        poser.foot(side, [ahead, aside, body.foot_height], [0.4, 0.25 * out, 1])


def sitting_on_floor(body: Body, rng: Rng, among: Sequence[str] = ()) -> Setting:
    """Sit on the floor: cross-legged, with stretched or raised knees, on one side.

    `among` names the kinds to draw from: crossed, stretched, raised, aside, one_raised; or all.
    """
    kinds = rng.choice(list(among or _FLOOR), 1 + int(rng.random() < 0.4))

    def draw() -> KeyPose:
        poser = _seated(body, rng, 0.0, (0.3, 0.4, 0.0, 0.3))
        kind = str(rng.choice(kinds))
        for side in SIDES:
            _FLOOR[kind](poser, rng, side)
        ways: list[Callable[[Poser, Rng], None]] = [on_thighs, _behind]
        rest_arms(poser, rng, ways, free=0.3)
        return poser.settle()

    return Setting(draw, parts=SEAT)


def _behind(poser: Poser, rng: Rng) -> None:
    """Lean on the hands behind the back or beside it."""
    scale = poser.body.arm / 0.53
    on_floor(poser, rng, rng.uniform(-0.38, 0.0) * scale, rng.uniform(0.2, 0.34) * scale)


def _crossed(poser: Poser, rng: Rng, side: str) -> None:
    leg = poser.body.leg
    near = (0.28 if side == "left" else 0.38) * leg

    def accept(knees: Array, ankles: Array) -> Flags:
        x, y, z = ankles.T
        flags: Flags = (z > 0.045 * leg) & (z < 0.1 * leg) & (np.abs(x - near) < 0.1 * leg)
        flags &= (y < 0.02) & (y > -0.2 * leg)
        return flags & (knees[:, 2] > 0.07 * leg) & (knees[:, 2] < 0.36 * leg)

    poser.search_leg(side, rng, accept, rng.uniform(-40, -10))


def _stretched(poser: Poser, rng: Rng, side: str) -> None:
    body, out = poser.body, OUTWARD[side]
    ankle = [rng.uniform(0.93, 0.985) * body.leg, out * rng.uniform(0.06, 0.3), 0.26 * body.foot]
    poser.foot(side, ankle, [0, out * rng.uniform(0, 0.4), 1], angle=rng.uniform(-35, -5))


def _raised(poser: Poser, rng: Rng, side: str) -> None:
    body, out = poser.body, OUTWARD[side]
    ankle = [rng.uniform(0.45, 0.75) * body.leg, out * rng.uniform(0.05, 0.16), body.foot_height]
    poser.foot(side, ankle, [0, out * rng.uniform(-0.1, 0.4), 1])


def _aside(poser: Poser, rng: Rng, side: str) -> None:
    """Both knees point to the right, both feet lie left."""
    leg = poser.body.leg

    def accept(knees: Array, ankles: Array) -> Flags:
        x, y, z = ankles.T
        flags: Flags = (z > 0.045 * leg) & (z < 0.12 * leg)
        flags &= (knees[:, 2] > 0.06 * leg) & (knees[:, 2] < 0.3 * leg)
        if side == "left":
            flags &= (y > 0.25 * leg) & (x < 0.25 * leg) & (knees[:, 0] > 0.15 * leg)
        else:
            flags &= (y < 0) & (x > 0.1 * leg) & (x < 0.5 * leg) & (knees[:, 1] > 0.15 * leg)
        return flags

    poser.search_leg(side, rng, accept, rng.uniform(-45, -25))


def _one_raised(poser: Poser, rng: Rng, side: str) -> None:
    (_raised if side == "left" else _crossed)(poser, rng, side)


_FLOOR: dict[str, Callable[[Poser, Rng, str], None]] = {
    "crossed": _crossed,
    "stretched": _stretched,
    "raised": _raised,
    "aside": _aside,
    "one_raised": _one_raised,
}


def on_edge(body: Body, rng: Rng, height: float) -> KeyPose:
    """A pose on an edge of a height [m], which faces x."""
    poser = _seated(body, rng, height, (0.5, 0.2, 0.3, 0.0))
    for side, out in OUTWARD.items():
        knee = poser.key.root[2] - 0.02
        _set_down(poser, side, 0.95 * body.thigh, out * 0.07 * body.height, knee)
    on_thighs(poser, rng)
    return poser.hang()
