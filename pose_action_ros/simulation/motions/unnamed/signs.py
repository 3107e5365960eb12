"""Signs of one hand or both: no, slow down, go on, turn round, counting, a salute."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.motions.gesturing import (
    Arm,
    Cycles,
    back_and_forth,
    between,
    bouts,
    chosen,
    gesturing,
    reaching,
    some_sides,
    swinging,
)
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion

FINGER = {"curl": 0.9, "point": 1.0}
"""A forefinger stretched out of a fist."""

FLAT = {"curl": 0.05, "point": 0.0}
"""A flat hand."""


def _hand(**channels: float) -> dict[str, Array]:
    return {name: np.array(value) for name, value in channels.items()}


def wagging_finger(body: Body, rng: Rng) -> Motion:
    """Swing a raised forefinger or the hand from side to side ahead of the chest: no."""
    cycles = Cycles(rng, 0.9, 3.6, once=0.03)
    hand = FINGER if rng.random() < 0.7 else FLAT
    if rng.random() < 0.4:  # the forearm swings like a wiper
        upper = [rng.uniform(0.0, 0.8), rng.uniform(0.0, 0.5), -1.0]
        up, out, size = rng.uniform(5, 66), rng.uniform(-45, 22), rng.uniform(8, 42)
        path = swinging(upper, ((up, out - size), (up, out + size)))
    else:
        place = rng.uniform([0.3, -0.45, -0.4], [0.72, 0.3, 0.0])
        away = np.array([0.0, between(rng, 0.015, 0.2), rng.normal(0, 0.01)])
        path = reaching(body, (place - away, place + away), [-0.2, rng.uniform(0.3, 1.2), -1.0])
    palm, loose = rng.uniform(40, 95), rng.uniform(0, 28)

    def movement(times: Array) -> dict[str, Array]:
        swing = np.sin(2 * np.pi * cycles(times))
        return {
            **path(0.5 + 0.5 * swing),
            **_hand(pronate=palm, wrist_flex=-5.0, **hand),
            "wrist_side": -loose * swing,
        }

    arms: dict[str, Arm] = {SIDES[rng.integers(2)]: movement}
    return gesturing(body, rng, arms, cycles.strokes)


def refusing(body: Body, rng: Rng) -> Motion:
    """Cross both hands ahead of the body and open them, repeatedly: no, enough."""
    cycles = Cycles(rng, 0.7, 2.4, once=0.12)
    middle, height = body.half_shoulders / body.arm, rng.uniform(-0.6, 0.1)
    ahead, wide = rng.uniform(0.4, 0.75), rng.uniform(0.0, 0.4)
    share, palm = rng.uniform(0.35, 0.6), rng.uniform(40, 95)
    arms: dict[str, Arm] = {}
    for side, front in zip(SIDES, (0.04, -0.04), strict=True):
        crossed = [ahead + front, -rng.uniform(1.0, 1.5) * middle, height + front]
        path = reaching(body, (crossed, [ahead, wide, height]), [-0.2, 0.8, -1.0])

        def movement(times: Array, path: Arm = path) -> dict[str, Array]:
            level = back_and_forth(cycles(times), share)
            return {**path(level), **_hand(pronate=palm, wrist_flex=-20.0, curl=0.05)}

        arms[side] = movement
    return gesturing(body, rng, arms, cycles.strokes)


def slow_down(body: Body, rng: Rng) -> Motion:
    """Pump one palm or both downwards, ahead of the body or beside it."""
    cycles = Cycles(rng, 0.6, 2.8, once=0.05)
    share, palm = rng.uniform(0.35, 0.65), rng.uniform(60, 95)
    if rng.random() < 0.45:  # the forearm turns about an elbow at the side
        upper = [rng.uniform(-0.1, 0.5), rng.uniform(0.0, 0.5), -1.0]
        low, out = rng.uniform(-35, 12), rng.uniform(-25, 75)
        path = swinging(upper, ((low + rng.uniform(18, 55), out), (low, out)))
    else:
        high = rng.uniform([0.35, -0.3, -0.45], [0.8, 0.35, 0.0])
        down = [0.0, rng.uniform(-0.05, 0.08), -between(rng, 0.06, 0.38)]
        path = reaching(body, (high, high + down), [-0.2, rng.uniform(0.3, 1.2), -0.8])
    bent = rng.uniform(-45, 0), rng.uniform(-25, 25)

    def movement(times: Array) -> dict[str, Array]:
        level = back_and_forth(cycles(times), share)
        wrist = np.asarray(bent[0] + level * (bent[1] - bent[0]))
        return {**path(level), **_hand(pronate=palm, curl=0.05), "wrist_flex": wrist}

    arms: dict[str, Arm] = dict.fromkeys(some_sides(rng, 0.35), movement)
    return gesturing(body, rng, arms, cycles.strokes)


def _circling(
    body: Body, place: npt.ArrayLike, axes: tuple[npt.ArrayLike, npt.ArrayLike], elbow: Array
) -> Arm:
    """Return the arm at cycles (T,) with the wrist on an ellipse of two half axes (3,)."""
    first, second = (np.asarray(axis, dtype=np.float64) for axis in axes)

    def path(cycles: Array) -> dict[str, Array]:
        angle = 2 * np.pi * cycles[:, None]
        wrist = np.asarray(place) + np.cos(angle) * first + np.sin(angle) * second
        return arm(body, wrist, elbow)

    return path


def rolling_hands(body: Body, rng: Rng) -> Motion:
    """Circle one hand, or both round each other, ahead of the body: go on."""
    cycles = Cycles(rng, 0.6, 2.6, once=0.08)
    both = rng.random() < 0.45
    middle, size = body.half_shoulders / body.arm, between(rng, 0.06, 0.26)
    aside = -middle * rng.uniform(0.6, 0.95) if both else rng.uniform(-0.35, 0.3)
    place = [rng.uniform(0.42, 0.65), aside, rng.uniform(-0.5, 0.05)]
    slant, flat = rng.uniform(-0.7, 0.7) * (not both), rng.uniform(0.5, 1.0)
    way = float(rng.choice([-1.0, 1.0]))
    axes = ([0.7 * size * flat, size * slant, 0.0], [0.0, 0.3 * slant * size, way * size])
    path = _circling(body, place, axes, np.array([-0.3, rng.uniform(0.5, 1.2), -1.0]))
    hand = _hand(pronate=rng.uniform(-20, 80), wrist_flex=rng.uniform(-10, 25), curl=0.2)
    arms: dict[str, Arm] = {}
    for side, start in zip(SIDES, (0.0, 0.5), strict=True):

        def movement(times: Array, start: float = start) -> dict[str, Array]:
            return {**path(cycles(times) + start), **hand}

        arms[side] = movement
    if not both:
        arms.pop(SIDES[rng.integers(2)])
    return gesturing(body, rng, arms, cycles.strokes)


def circling_finger(body: Body, rng: Rng) -> Motion:
    """Draw circles with a forefinger or a hand that points up or down: turn round."""
    cycles = Cycles(rng, 0.6, 2.4, once=0.12)
    size, way = between(rng, 0.03, 0.24), float(rng.choice([-1.0, 1.0]))
    down = rng.random() < 0.25
    low, high = (
        ([0.4, -0.4, -0.6], [0.75, 0.3, -0.25])
        if down
        else (
            [0.36, -0.4, -0.3],
            [0.65, 0.35, 0.4],
        )
    )
    place = rng.uniform(low, high)
    upright = rng.uniform(0, 1)  # 0 a level circle, 1 one that faces ahead
    axes = ([0.0, size, 0.0], [way * size * (1 - upright), 0.0, way * size * upright])
    path = _circling(body, place, axes, np.array([-0.2, rng.uniform(0.3, 1.2), -1.0]))
    bent = rng.uniform(20, 70) if down else rng.uniform(-20, 20)
    hand = _hand(pronate=rng.uniform(10, 90), wrist_flex=bent, **FINGER)
    arms: dict[str, Arm] = {
        SIDES[rng.integers(2)]: lambda times: {**path(cycles(times)), **hand},
    }
    return gesturing(body, rng, arms, cycles.strokes)


def saluting(body: Body, rng: Rng) -> Motion:
    """Put the hand to the temple or the forehead, or a fist to the heart."""
    kind = chosen(rng, {"temple": 75, "heart": 25})
    middle = body.half_shoulders / body.arm
    place = {
        "temple": [rng.uniform(0.14, 0.28), -middle * rng.uniform(0.15, 0.6), 0.46],
        "heart": [rng.uniform(0.27, 0.34), -middle * rng.uniform(0.6, 1.5), -0.2],
    }[kind] + rng.normal(0, 0.03, 3)
    elbow = [rng.uniform(-0.2, 0.4), 1.0, rng.uniform(-0.5, 0.2)]
    goal = {
        **arm(body, place, elbow),
        **_hand(pronate=rng.uniform(20, 80), wrist_flex=rng.normal(0, 8), curl=0.05),
    }
    arms: dict[str, Arm] = {SIDES[rng.integers(2)]: lambda _: goal}
    return gesturing(body, rng, arms, bouts(rng, (0.3, 2.0), (0.25, 0.6)))
