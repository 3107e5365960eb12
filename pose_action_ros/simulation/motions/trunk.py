"""Movements of the whole trunk over planted feet: bowing, squatting, sitting down."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import chosen
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, ease


def bowing(body: Body, rng: Rng) -> Motion:
    """Bow, from a nod of head and chest to a deep bow from the hips."""
    arms = str(rng.choice(["hanging", "in_front", "behind"], p=[0.58, 0.32, 0.1]))
    stand = Standing(body, rng, arms=arms, wide=0.8)
    kind = str(rng.choice(["nod", "slight", "deep"], p=[0.18, 0.27, 0.55]))
    low, high = {"nod": (0, 12), "slight": (12, 40), "deep": (30, 85)}[kind]
    depth = rng.uniform(low, high)
    hips = rng.uniform(0.45, 0.8) if depth > 30 else rng.uniform(0.0, 0.6)
    strokes = Strokes(
        rng,
        rise=0.35 + depth * rng.uniform(0.006, 0.014),
        hold=rng.uniform(0.1, 1.3),
        fall=0.4 + depth * rng.uniform(0.006, 0.015),
        rest=rng.uniform(0.15, 0.6),
    )
    dangle = rng.uniform(0.0, 0.9) if arms == "hanging" else 0.1
    nod = rng.uniform(-5, 15) if depth > 35 else rng.uniform(10, 32) + 8 * (kind == "nod")
    chest = _hand_on_chest(body) if arms == "hanging" and rng.random() < 0.12 else {}
    side = SIDES[rng.integers(2)]

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose["phase"] = strokes.resting(times)
        bent = depth * level
        pose["pitch"] += hips * bent
        pose["bend_forward"] += (1 - hips) * bent
        pose["nod"] += nod * level
        pose["forward"] -= 0.11 * body.height * np.sin(np.radians(hips * bent))
        for arm_side in SIDES:
            pose[f"{arm_side}_flex"] += dangle * bent
        pose.toward(chest, ease(level), side)
        return stand.settle(pose)

    return motion


def _hand_on_chest(body: Body) -> dict[str, Array]:
    place = [0.30, -0.9 * body.half_shoulders / body.arm, -0.30]
    return {**arm(body, place, [0, 1.0, -0.7]), "pronate": np.array(40.0)}


def squatting(body: Body, rng: Rng) -> Motion:
    """Bend the knees and rise again."""
    arms = str(rng.choice(["hanging", "in_front", "on_hip", "bent"], p=[0.7, 0.12, 0.1, 0.08]))
    stand = Standing(body, rng, arms=arms, wide=rng.uniform(0.7, 2.6))
    depth = rng.uniform(0.2, 0.74) * body.leg
    strokes = Strokes.drawn(
        rng,
        rise=(0.4, 1.6),
        hold=(0.0, 0.4) if rng.random() < 0.7 else (0.4, 2.5),
        fall=(0.4, 1.5),
        rest=(0.02, 0.4) if rng.random() < 0.6 else (0.4, 1.2),
    )
    lean = rng.uniform(5, 48) * depth / (0.5 * body.leg)
    raised = _squat_arms(body, rng) if arms == "hanging" else {}
    still = float(bool(raised) and rng.random() < 0.35)  # the arms stay there between squats
    back = rng.uniform(0.18, 0.42)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose["phase"] = strokes.resting(times)
        pose["pitch"] += 0.7 * lean * level
        pose["bend_forward"] += 0.3 * lean * level
        pose["nod"] -= 0.6 * lean * level
        pose["forward"] -= back * depth * level
        for side in SIDES:
            pose.toward(raised, np.maximum(level, still * ease(times / 0.5)), side)
        return stand.settle(pose, drop=depth * level)

    return motion


def _squat_arms(body: Body, rng: Rng) -> dict[str, Array]:
    """Draw the arms in a squat: ahead, at the chest, crossed, at the head, aside, or down."""
    middle = body.half_shoulders / body.arm
    kind = chosen(
        rng, {"ahead": 38, "together": 18, "crossed": 8, "head": 12, "aside": 6, "down": 18}
    )
    if kind == "down":
        return {"flex": np.array(rng.uniform(20, 55)), "elbow": np.array(rng.uniform(5, 40))}
    if kind == "aside":
        return {"abduct": np.array(rng.uniform(60, 95)), "elbow": np.array(rng.uniform(3, 30))}
    if kind == "head":  # or a bar on the shoulders
        behind = rng.uniform([-0.1, -0.2, 0.1], [0.1, 0.25, 0.45])
        return {**arm(body, behind, [-0.1, 1.0, -0.3]), "pronate": np.array(20.0)}
    place = {
        "ahead": [rng.uniform(0.8, 0.97), rng.uniform(-0.4, 0.1) * middle, rng.uniform(-0.1, 0.25)],
        "together": [rng.uniform(0.3, 0.5), -0.85 * middle, rng.uniform(-0.35, -0.1)],
        "crossed": [rng.uniform(0.3, 0.4), -1.6 * middle, rng.uniform(-0.15, 0.0)],
    }[kind]
    return {**arm(body, place, [-0.2, 0.9, -1.0]), "pronate": np.array(rng.uniform(0, 70))}


def sitting_down(body: Body, rng: Rng) -> Motion:
    """Sit down from standing, and stay seated."""
    stand = Standing(body, rng, arms="hanging", wide=rng.uniform(0.9, 1.8))
    seat = rng.uniform(0.20, 0.29) * body.height  # height of the hips above the ankles
    start, down = rng.uniform(0.0, 0.3), rng.uniform(0.9, 1.8)
    back = -np.sqrt(max(body.leg**2 / 2 - (seat - body.shin) ** 2, 0.01)) * rng.uniform(0.55, 0.72)
    recline, dip = rng.uniform(-12, 14), rng.uniform(28, 48)
    slump = rng.uniform(0, 14)
    laps = _lap(body, rng)
    lean = Strokes(rng, rise=1.0, hold=2.0, fall=1.0, rest=2.5, vary=0.4)
    shift = rng.uniform(-6, 10)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = ease((times - start) / down)
        tipped = np.sin(np.pi * np.clip((times - start) / (1.15 * down), 0, 1)) ** 2
        pose["pitch"] += level * recline + dip * tipped
        pose["bend_forward"] += level * (slump + shift * lean(times - start - down))
        pose["nod"] -= level * slump * 0.8 + 0.5 * dip * tipped
        pose["forward"] += back * ease((times - start) / (0.95 * down))
        pose["sideways"] *= 1 - level
        rest = ease((times - start - 0.4 * down) / (0.7 * down))
        for side, lap in zip(SIDES, laps, strict=True):
            pose[f"{side}_flex"] += 0.9 * dip * tipped
            pose.toward(lap, rest, side)
        pose["phase"] = np.where(times > start + 1.15 * down, 2.0, 0.0)
        return stand.settle(pose, drop=level * (0.96 * body.leg - seat))

    return motion


def _lap(body: Body, rng: Rng) -> tuple[dict[str, Array], dict[str, Array]]:
    """Draw the arms of a seated person, hands on the thighs or in the lap."""
    middle = body.half_shoulders / body.arm
    place = np.array(
        [rng.uniform(0.40, 0.62), rng.uniform(-0.9, 0.05) * middle, -0.78 * body.trunk / body.arm]
    )
    hands = {"pronate": np.array(rng.uniform(40, 80)), "curl": np.array(rng.uniform(0.1, 0.5))}
    if rng.random() < 0.7:
        both = {**arm(body, place, [-1.0, 0.7, -0.2]), **hands}
        return both, both
    other = place + rng.normal(0, [0.06, 0.05, 0.02])
    return (
        {**arm(body, place, [-1.0, 0.7, -0.2]), **hands},
        {**arm(body, other, [-1.0, 0.7, -0.2]), **hands},
    )
