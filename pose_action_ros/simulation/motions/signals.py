"""Gestures to another person or a robot: beckoning, stop, go away, thumbs up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import (
    Arm,
    Cycles,
    back_and_forth,
    bouts,
    chosen,
    direction,
    gesturing,
    mixed,
    reaching,
    some_sides,
    swinging,
)
from pose_action_ros.simulation.standing import Motion

Path = Callable[[Array], dict[str, Array]]


def beckoning(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Beckon: pull the forearm, the hand, the whole arm or only the fingers towards the body."""
    kind = chosen(rng, {"forearm": 38, "down": 17, "stretched": 17, "fingers": 13, "sweep": 15})
    path = {
        "forearm": _forearm_pull,
        "down": _downward_pull,
        "stretched": _long_pull,
        "fingers": _finger_pull,
        "sweep": _sweeping_pull,
    }[kind](body, rng)
    palm_down = kind == "down" or (kind in ("stretched", "fingers") and rng.random() < 0.4)
    palm = rng.uniform(55, 95) if palm_down else rng.uniform(-90, 10)
    curled = rng.uniform(0.1, 0.9)
    hands = (
        {"pronate": palm, "wrist_flex": rng.uniform(-40, 10), "curl": 0.05, "point": 0.0},
        {"pronate": palm, "wrist_flex": rng.uniform(20, 70), "curl": curled, "point": 0.0},
    )
    cycles = Cycles(rng, 0.6, 2.6, once=0.18)
    share = rng.uniform(0.3, 0.65)
    return _repeated(body, rng, path, hands, (cycles, share, 0.08), ground=ground)


def _forearm_pull(body: Body, rng: Rng) -> Path:
    del body
    raised, plane = np.radians(rng.uniform(0, 48)), np.radians(rng.uniform(35, 100))
    upper = [np.sin(raised) * np.sin(plane), np.sin(raised) * np.cos(plane), -np.cos(raised)]
    low, out = rng.uniform(-20, 40), rng.uniform(-35, 35)
    high = min(low + rng.uniform(35, 110), 118)
    return swinging(upper, ((low, out), (high, out + rng.uniform(-45, 10))))


def _downward_pull(body: Body, rng: Rng) -> Path:
    far = direction(rng.uniform(-30, 40), rng.uniform(-25, 38)) * rng.uniform(0.6, 0.97)
    near = far + rng.uniform([-0.22, -0.1, -0.35], [-0.03, 0.05, -0.05])
    return reaching(body, (far, near), [-0.2, rng.uniform(0.3, 1.2), -1.0])


def _long_pull(body: Body, rng: Rng) -> Path:
    far = direction(rng.uniform(-25, 80), rng.uniform(-28, 45)) * rng.uniform(0.86, 1.0)
    near = rng.uniform([0.28, -0.55, -0.4], [0.5, 0.15, 0.2])
    return reaching(body, (far, near), [-0.3, rng.uniform(0.2, 1.0), -1.0])


def _finger_pull(body: Body, rng: Rng) -> Path:
    place = rng.uniform([0.32, -0.4, -0.55], [0.75, 0.3, 0.3])
    return reaching(body, (place, place + rng.normal(0, 0.03, 3)), [-0.2, 0.7, -1.0])


def _sweeping_pull(body: Body, rng: Rng) -> Path:
    far = rng.uniform([0.35, 0.2, -0.35], [0.75, 0.65, 0.4])
    near = rng.uniform([0.26, -0.55, -0.3], [0.4, -0.05, 0.3])
    elbow = [-0.2, rng.uniform(0.5, 1.2), -1.0]
    return reaching(body, (far, near), elbow, [0.12, 0.0, rng.uniform(-0.25, 0.25)])


def _repeated(
    body: Body,
    rng: Rng,
    path: Path,
    hands: tuple[dict[str, float], dict[str, float]],
    course: tuple[Cycles, float, float],
    *,
    ground: Motion | None,
) -> Motion:
    """Move along a path and back; course: cycles, share of the way there, probability of both."""
    cycles, share, both = course

    def movement(times: Array) -> dict[str, Array]:
        level = back_and_forth(cycles(times), share)
        return {**path(level), **mixed(*hands, level)}

    arms: dict[str, Arm] = dict.fromkeys(some_sides(rng, both), movement)
    return gesturing(body, rng, arms, cycles.strokes, ground=ground)


def go_away(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Send away: the back of the hand flicks away from the body, or sweeps to the side."""
    kind = chosen(rng, {"flick": 50, "shoo": 28, "sweep": 22})
    path = {"flick": _flick, "shoo": _shoo, "sweep": _sweep}[kind](body, rng)
    palm = rng.uniform(0, 90) if kind != "shoo" else rng.uniform(50, 95)
    hands = (
        {"pronate": palm, "wrist_flex": rng.uniform(20, 70), "curl": rng.uniform(0.05, 0.4)},
        {"pronate": palm, "wrist_flex": rng.uniform(-50, 5), "curl": 0.05},
    )
    cycles = Cycles(rng, 0.8, 3.2 if kind == "shoo" else 2.4, once=0.1)
    return _repeated(body, rng, path, hands, (cycles, rng.uniform(0.25, 0.55), 0.12), ground=ground)


def _flick(body: Body, rng: Rng) -> Path:
    near = rng.uniform([0.24, -0.65, -0.45], [0.42, 0.0, 0.15])
    far = near + rng.uniform([0.18, 0.0, -0.25], [0.5, 0.4, 0.12])
    elbow = [-0.2, rng.uniform(0.4, 1.4), rng.uniform(-1.0, 0.5)]
    return reaching(body, (near, far), elbow, [0.0, 0.0, rng.uniform(-0.05, 0.12)])


def _shoo(body: Body, rng: Rng) -> Path:
    near = rng.uniform([0.32, -0.35, -0.6], [0.7, 0.3, 0.15])
    far = near + rng.uniform([0.03, -0.03, 0.0], [0.18, 0.06, 0.16])
    return reaching(body, (near, far), [-0.2, rng.uniform(0.3, 1.2), rng.uniform(-1.0, 0.2)])


def _sweep(body: Body, rng: Rng) -> Path:
    middle, height = body.half_shoulders / body.arm, rng.uniform(-0.55, 0.1)
    near = [rng.uniform(0.3, 0.5), -rng.uniform(0.4, 1.8) * middle, height]
    far = [rng.uniform(0.35, 0.7), rng.uniform(0.2, 0.65), height + rng.uniform(-0.15, 0.2)]
    elbow = [-0.2, rng.uniform(0.3, 1.2), -1.0]
    return reaching(body, (near, far), elbow, [rng.uniform(0, 0.15), 0.0, 0.0])


def stop(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Show one palm or both to the front, arm stretched or half bent, and hold it still."""
    if rng.random() < 0.5:
        place = direction(rng.uniform(-28, 18), rng.uniform(-22, 26)) * rng.uniform(0.9, 1.0)
    else:
        place = rng.uniform([0.42, -0.42, -0.47], [0.85, 0.18, 0.32])
    elbow = [-0.2, rng.uniform(0.2, 1.3), -1.0]
    hand = {
        "pronate": np.array(rng.uniform(60, 95)),
        "wrist_flex": np.array(-rng.uniform(25, 75)),
        "curl": np.array(0.05),
    }
    held = {**reaching(body, (place, place), elbow)(np.zeros(1)), **hand}
    back, protract = rng.uniform(0, 4), rng.uniform(0, 10)
    sides = some_sides(rng, 0.25)

    def trunk(pose: Channels, level: Array) -> None:
        pose["bend_forward"] -= back * level
        for side in sides:
            pose[f"{side}_protract"] += protract * level

    strokes = bouts(rng, hold=(0.3, 4.0), rise=(0.25, 0.7))
    return gesturing(body, rng, dict.fromkeys(sides, lambda _: held), strokes, trunk, ground=ground)


def thumbs_up(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Hold a fist with the thumb up ahead of the chest or beside the shoulder."""
    kind = chosen(rng, {"stretched": 35, "bent": 40, "beside": 25})
    if kind == "stretched":
        place = direction(rng.uniform(-25, 25), rng.uniform(-28, 15)) * rng.uniform(0.78, 1.0)
    elif kind == "bent":
        place = rng.uniform([0.36, -0.4, -0.48], [0.72, 0.22, 0.02])
    else:  # elbow at the side, forearm steeply up
        place = rng.uniform([0.26, -0.1, -0.25], [0.45, 0.3, 0.0])
    hand = {
        "pronate": np.array(rng.uniform(-20, 35)),
        "wrist_flex": np.array(rng.normal(0, 8)),
        "wrist_side": np.array(rng.uniform(-5, 25)),
        "curl": np.array(1.0),
    }
    near = place - rng.uniform([0.0, -0.05, -0.05], [0.12, 0.05, 0.12])
    path = reaching(body, (place, near), [-0.2, rng.uniform(0.2, 1.1), -1.0])
    strokes = bouts(rng, hold=(0.3, 3.5), rise=(0.25, 0.8))
    shaken = float(rng.random() < 0.25) * rng.uniform(0.3, 1.0)
    rate, nod = rng.uniform(1.0, 3.0), rng.uniform(4, 14) * float(rng.random() < 0.3)

    def movement(times: Array) -> dict[str, Array]:
        shake = shaken * (0.5 - 0.5 * np.cos(2 * np.pi * rate * times))
        return {**path(shake), **hand}

    def trunk(pose: Channels, level: Array) -> None:
        pose["nod"] += nod * level

    arms: dict[str, Arm] = dict.fromkeys(some_sides(rng, 0.12), movement)
    return gesturing(body, rng, arms, strokes, trunk, ground=ground)
