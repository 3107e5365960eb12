"""Movements of the head and the shoulders: nodding, shaking the head, shrugging."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import Cycles, bouts, chosen, gesturing
from pose_action_ros.simulation.reach import aim
from pose_action_ros.simulation.standing import Motion, Standing


def nodding(body: Body, rng: Rng) -> Motion:
    """Nod once or several times, from a small nod to one with the chest."""
    stand = Standing(body, rng)
    cycles = Cycles(rng, 0.8, 3.0, once=0.2)
    deep, chest = rng.uniform(9, 30), rng.uniform(0, 6) * float(rng.random() < 0.4)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        pose["phase"] = cycles.strokes.phase(times)
        nod = cycles.strokes(times) * (0.4 - 0.6 * np.cos(2 * np.pi * cycles(times)))
        pose["nod"] += deep * nod
        pose["bend_forward"] += chest * nod
        return stand.settle(pose)

    return motion


def shaking_head(body: Body, rng: Rng) -> Motion:
    """Turn the head from side to side, or tilt it to and fro."""
    stand = Standing(body, rng)
    cycles = Cycles(rng, 0.7, 2.6, once=0.1)
    tilting = rng.random() < 0.15
    channel, wide = ("tilt_left", rng.uniform(8, 20)) if tilting else ("turn_left", 0.0)
    wide = wide or rng.uniform(12, 42)
    follow = rng.uniform(0, 0.12)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        pose["phase"] = cycles.strokes.phase(times)
        swing = wide * cycles.strokes(times) * np.sin(2 * np.pi * cycles(times))
        pose[channel] += swing
        pose["twist_left"] -= follow * swing
        return stand.settle(pose)

    return motion


def shrugging(body: Body, rng: Rng) -> Motion:
    """Raise the shoulders, mostly with the forearms turned outwards and the palms up."""
    hands = chosen(rng, {"open": 75, "none": 25}) == "open"
    wide, ahead = np.radians(rng.uniform(3, 52)), rng.uniform(-0.1, 0.45)
    upper = [ahead, np.tan(wide), -1.0]
    up, out = rng.uniform(-0.7, 1.2), rng.uniform(0.2, 1.3)
    goal = {
        **aim(upper, [rng.uniform(0.35, 1.0), out, up]),
        "pronate": np.array(-rng.uniform(50, 95)),
        "wrist_flex": np.array(rng.uniform(-50, 10)),
        "curl": np.array(rng.uniform(0.0, 0.3)),
    }
    lift, tilt = rng.uniform(6 if hands else 14, 28), rng.normal(0, 7)
    one = SIDES[rng.integers(2)] if rng.random() < 0.12 else ""

    def trunk(pose: Channels, level: Array) -> None:
        for side in SIDES:
            pose[f"{side}_shrug"] += lift * level * (not one or side == one)
        pose["tilt_left"] += tilt * level

    sides = (one,) if one else SIDES
    arms = dict.fromkeys(sides if hands else (), lambda _: goal)
    return gesturing(body, rng, arms, bouts(rng, (0.2, 2.5), (0.2, 0.7)), trunk)
