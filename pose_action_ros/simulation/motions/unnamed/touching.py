"""Hands that touch the own body or each other: scratching, clasping, counting, a watch."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng, other_side
from pose_action_ros.simulation.motions.gesturing import (
    Arm,
    Cycles,
    between,
    bouts,
    chosen,
    gesturing,
    reaching,
)
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import Wander

_PLACES = {  # wrist from the shoulder [arm lengths; y in half shoulder breadths], elbow, share
    "crown": ((0.08, -0.75, 0.62), (0.2, 1.0, 0.1), 22),
    "back_of_head": ((-0.05, -0.35, 0.42), (0.4, 1.0, 0.2), 18),
    "neck": ((0.06, -0.4, 0.12), (0.5, 0.8, 0.0), 14),
    "belly": ((0.3, -0.7, -0.6), (-0.4, 1.0, -0.6), 16),
    "back": ((-0.2, -0.7, -0.75), (-0.6, 1.0, -0.2), 8),
    "thigh": ((0.15, -0.1, -0.92), (-0.6, 0.6, 0.0), 8),
}


def scratching(body: Body, rng: Rng) -> Motion:
    """Scratch the head, the neck, the other arm, the belly or the back, or arrange the hair."""
    cycles = Cycles(rng, 0.8, 4.5, once=0.15)
    kind = chosen(rng, {**{name: place[2] for name, place in _PLACES.items()}, "arm": 14})
    if kind == "arm":
        return _scratching_arm(body, rng, cycles)
    place, elbow, _ = _PLACES[kind]
    middle = np.array([1.0, body.half_shoulders / body.arm, 1.0])
    wrist = np.array(place) * middle + rng.normal(0, 0.035, 3)
    path = _rubbing(body, rng, wrist, np.array(elbow) + rng.normal(0, 0.15, 3))
    hand = {"pronate": np.array(rng.normal(30, 25)), "curl": np.array(rng.uniform(0.3, 0.7))}
    bowed = rng.uniform(-5, 18) if kind in ("crown", "back_of_head", "neck") else 0.0

    def trunk(pose: Channels, level: Array) -> None:
        pose["nod"] += bowed * level

    arms: dict[str, Arm] = {
        SIDES[rng.integers(2)]: lambda times: {**path(cycles(times)), **hand},
    }
    return gesturing(body, rng, arms, cycles.strokes, trunk)


def _rubbing(body: Body, rng: Rng, wrist: Array, elbow: Array) -> Arm:
    """Return the arm at cycles (T,) with the hand rubbing to and fro about a place."""
    away = rng.normal(0, 1, 3)
    away *= between(rng, 0.01, 0.07) / np.linalg.norm(away)
    path = reaching(body, (wrist - away, wrist + away), elbow)
    return lambda cycles: path(0.5 + 0.5 * np.sin(2 * np.pi * cycles))


def _scratching_arm(body: Body, rng: Rng, cycles: Cycles) -> Motion:
    """Scratch the other arm, which is bent ahead of the belly or hangs."""
    side = SIDES[rng.integers(2)]
    other = other_side(side)
    middle = body.half_shoulders / body.arm
    raised = rng.random() < 0.6
    ahead, high = (rng.uniform(0.35, 0.5), rng.uniform(-0.55, -0.3)) if raised else (0.28, -0.4)
    across = -rng.uniform(0.9, 1.3) * middle if raised else -1.9 * middle
    path = _rubbing(body, rng, np.array([ahead, across, high]), np.array([-0.1, 0.7, -1.0]))
    hand = {"pronate": np.array(60.0), "curl": np.array(0.6)}
    held = arm(body, [ahead + 0.03, -0.5 * middle, high - 0.06], [-0.3, 0.6, -1.0])
    arms: dict[str, Arm] = {side: lambda times: {**path(cycles(times)), **hand}}
    if raised:
        arms[other] = lambda _: held
    return gesturing(body, rng, arms, cycles.strokes)


def pointing_at_self(body: Body, rng: Rng) -> Motion:
    """Put a hand, a thumb or a forefinger to the own chest, and perhaps tap it."""
    middle = body.half_shoulders / body.arm
    place = [rng.uniform(0.25, 0.36), -middle * rng.uniform(0.4, 1.3), rng.uniform(-0.42, -0.06)]
    near = np.array(place)
    far = near + np.array([rng.uniform(0.0, 0.1), 0.0, 0.0])
    path = reaching(body, (near, far), [-0.1, 1.0, rng.uniform(-1.0, 0.1)])
    finger = float(rng.random() < 0.5)
    hand = {
        "pronate": np.array(rng.uniform(0, 70)),
        "wrist_flex": np.array(rng.uniform(10, 60)),
        "curl": np.array(0.9 * finger + 0.05),
        "point": np.array(finger),
    }
    cycles = Cycles(rng, 0.8, 3.0, once=0.5)

    def movement(times: Array) -> dict[str, Array]:
        tap = 0.5 - 0.5 * np.cos(2 * np.pi * cycles(times))
        return {**path(tap), **hand}

    sides = SIDES if rng.random() < 0.12 else (SIDES[rng.integers(2)],)
    arms: dict[str, Arm] = dict.fromkeys(sides, movement)
    return gesturing(body, rng, arms, cycles.strokes)


def joining_hands(body: Body, rng: Rng) -> Motion:
    """Clasp, rub or press both hands together, or count on the fingers."""
    kind = chosen(rng, {"clasp": 25, "rub": 35, "count": 25, "press": 15})
    middle = body.half_shoulders / body.arm
    place = rng.uniform([0.34, 0.0, -0.5], [0.6, 0.0, -0.05])
    apart = 0.03 if kind != "count" else rng.uniform(0.04, 0.12)
    cycles = Cycles(rng, 0.6, 3.2, once=0.05)
    size = {"clasp": 0.0, "rub": rng.uniform(0.02, 0.09), "count": 0.05, "press": 0.0}[kind]
    tapping = float(kind == "count")
    counted = SIDES[rng.integers(2)]
    arms: dict[str, Arm] = {}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        wrist = place + np.array([0.0, apart - middle, 0.03 * sign])
        still = tapping and side == counted
        away = np.array([size * sign, 0.4 * tapping * size, tapping * size]) * (not still)
        path = reaching(body, (wrist - away, wrist + away), [-0.3, rng.uniform(0.6, 1.2), -1.0])
        hand = {
            "pronate": np.array(rng.normal(10, 20)),
            "curl": np.array(0.05 if kind in ("rub", "press") else 0.4),
        }

        def movement(
            times: Array, path: Arm = path, hand: dict[str, Array] = hand
        ) -> dict[str, Array]:
            return {**path(0.5 + 0.5 * np.sin(2 * np.pi * cycles(times))), **hand}

        arms[side] = movement
    strokes = cycles.strokes if size else bouts(rng, (0.3, 4.0))
    return gesturing(body, rng, arms, strokes)


def checking_watch(body: Body, rng: Rng) -> Motion:
    """Raise a wrist ahead of the chest and look at it; the other hand may touch it."""
    side = SIDES[rng.integers(2)]
    other = other_side(side)
    middle = body.half_shoulders / body.arm
    ahead, across = rng.uniform(0.38, 0.6), rng.uniform(0.6, 1.15)
    high = rng.uniform(-0.5, 0.02)
    held = {
        **arm(body, [ahead, -across * middle, high], [-0.1, 1.0, rng.uniform(-0.9, 0.0)]),
        "pronate": np.array(rng.uniform(40, 95)),
        "curl": np.array(0.6),
    }
    touching = arm(body, [ahead + 0.03, -(2.05 - across) * middle, high + 0.04], [-0.2, 0.7, -1.0])
    arms: dict[str, Arm] = {side: lambda _: held}
    if rng.random() < 0.4:
        arms[other] = lambda _: touching
    nod, turn = rng.uniform(10, 32), rng.uniform(0, 14) * (1.0 if side == "left" else -1.0)

    def trunk(pose: Channels, level: Array) -> None:
        pose["nod"] += nod * level
        pose["turn_left"] += turn * level

    return gesturing(body, rng, arms, bouts(rng, (0.4, 3.0)), trunk)


def talking_with_hands(body: Body, rng: Rng) -> Motion:
    """Move one hand or both in front of the body as people do while they talk."""
    strokes = bouts(rng, (0.8, 12.0))
    size, fast = between(rng, 0.03, 0.16), between(rng, 0.8, 2.2)
    same = rng.random() < 0.5
    place = rng.uniform([0.35, -0.35, -0.65], [0.6, 0.25, -0.15])
    shared = [Wander(rng, 0.3, fast) for _ in range(4)]
    arms: dict[str, Arm] = {}
    for side in SIDES if rng.random() < 0.65 else (SIDES[rng.integers(2)],):
        noises = shared if same else [Wander(rng, 0.3, fast) for _ in range(4)]
        centre = place if same else place + rng.normal(0, 0.08, 3)
        elbow = np.array([-0.2, rng.uniform(0.4, 1.0), -1.0])
        palm = rng.uniform(-70, 60)

        def movement(
            times: Array,
            noises: list[Wander] = noises,
            centre: Array = centre,
            elbow: Array = elbow,
            palm: float = palm,
        ) -> dict[str, Array]:
            away = np.stack([noise(times) for noise in noises[:3]], axis=-1)
            wrist = centre + size * away * [0.8, 0.8, 1.0]
            return {**arm(body, wrist, elbow), "pronate": palm + 30 * noises[3](times)}

        arms[side] = movement
    return gesturing(body, rng, arms, strokes)
