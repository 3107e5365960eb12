"""Gestures of one arm or both: raising a hand, pointing, crossing and opening the arms."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import (
    between,
    bouts,
    chosen,
    direction,
    lift_shoulder,
)
from pose_action_ros.simulation.reach import aim, arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Wander, ease


def raising_hand(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Raise one hand, hold it, and lower it."""
    ground = ground or Standing(body, rng)
    side = SIDES[rng.integers(2)]
    kind = chosen(rng, {"straight": 42, "bent": 24, "head": 17, "shoulder": 17})
    finger = rng.random() < 0.3
    goal = {
        **_raised(body, rng, kind),
        "pronate": np.array(rng.uniform(0, 80)),
        "curl": np.array(0.9 if finger else rng.choice([0.0, 0.1, 0.9], p=[0.45, 0.45, 0.1])),
        "point": np.array(float(finger)),
        "wrist_flex": np.array(rng.normal(0, 8)),
    }
    strokes = bouts(rng, hold=(0.12, 4.0), rise=(0.2, 1.0))
    fold, lean, arc = rng.uniform(0, 50), rng.normal(0, 3), rng.uniform(-8, 40)
    drift = [Wander(rng, 0.1, 0.7) for _ in range(2)]

    def motion(times: Array) -> Channels:
        pose = ground(times)
        level = strokes(times)
        pose["phase"] = strokes.phase(times)
        pose.toward(goal, level, side)
        between = 4 * level * (1 - level)
        pose[f"{side}_elbow"] += fold * between
        pose[f"{side}_abduct"] += arc * between
        pose[f"{side}_flex"] += 2 * level * drift[0](times)
        pose[f"{side}_abduct"] += 2 * level * drift[1](times)
        lift_shoulder(pose, side)
        pose["bend_left"] += lean * level
        return pose

    return motion


def _raised(body: Body, rng: Rng, kind: str) -> dict[str, Array]:
    """Draw a raised arm: straight, bent above the shoulder, beside the head, or at the shoulder.

    Bent arms keep the hand beside the body or above; further ahead it would be a stop.
    """
    plane = np.radians(rng.uniform(0, 90))
    elbow = [-0.1, rng.uniform(0.3, 1.2), -1.0]
    if kind == "straight":
        up = rng.uniform(125, 178)
        return {
            "flex": np.array(up * np.sin(plane)),
            "abduct": np.array(up * np.cos(plane)),
            "rotate_in": np.array(-50 * np.cos(plane)),
            "elbow": np.array(rng.uniform(3, 40)),
        }
    if kind == "bent":
        up, plane = np.radians(rng.uniform(45, 125)), 0.7 * plane
        near = [np.sin(up) * np.sin(plane), np.sin(up) * np.cos(plane), -np.cos(up)]
        return aim(near, [rng.uniform(0.0, 0.3), rng.uniform(-0.5, 0.15), 1.0])
    if kind == "head":
        return arm(body, rng.uniform([0.05, -0.1, 0.15], [0.42, 0.35, 0.5]), elbow)
    return arm(body, rng.uniform([0.1, -0.08, 0.02], [0.44, 0.35, 0.16]), elbow)


def pointing(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Stretch one arm towards something and hold it."""
    ground = ground or Standing(body, rng)
    side = SIDES[rng.integers(2)]
    finger = rng.random() < 0.8  # or with a flat hand
    around, up = _pointed(rng)
    where = direction(around, up) * (rng.uniform(0.955, 1.0) if rng.random() < 0.8 else 0.9)
    goal = {
        **arm(body, where, [0.0, 0.5, -1.0]),
        "pronate": np.array(rng.uniform(10, 80)),
        "curl": np.array(0.9 if finger else 0.1),
        "wrist_flex": np.array(rng.normal(0, 6)),
        "point": np.array(float(finger)),
    }
    strokes = bouts(rng, hold=(0.25, 3.5), rise=(0.25, 0.9))
    fold, look = rng.uniform(0, 70), rng.uniform(0, 0.7)
    sign = 1.0 if side == "left" else -1.0
    turn, twist = sign * around, sign * rng.uniform(0, 0.25) * around
    jab = rng.uniform(0, 6) * float(rng.random() < 0.3), rng.uniform(1.5, 3)

    def motion(times: Array) -> Channels:
        pose = ground(times)
        level = strokes(times)
        pose["phase"] = strokes.phase(times, brief=0.0)  # a falling arm points at nothing
        pose.toward(goal, level, side)
        pose[f"{side}_elbow"] += fold * 4 * level * (1 - level)
        pose[f"{side}_flex"] += jab[0] * level * np.sin(2 * np.pi * jab[1] * times)
        lift_shoulder(pose, side)
        pose["turn_left"] += look * turn * level
        pose["twist_left"] += twist * level
        return pose

    return motion


def _pointed(rng: Rng) -> tuple[float, float]:
    """Draw where an arm points: outwards from ahead, and above the horizontal [degrees]."""
    kind = chosen(rng, {"side": 33, "ahead": 30, "across": 9, "anywhere": 28})
    around = {
        "side": rng.normal(80, 13),
        "ahead": rng.uniform(-28, 35),
        "across": rng.uniform(-55, -25),
        "anywhere": rng.uniform(-25, 110),
    }[kind]
    high = chosen(rng, {"level": 74, "up": 14, "down": 12})
    up = {
        "level": rng.normal(0, 11),
        "up": rng.uniform(15, 40),
        "down": -rng.uniform(18, 45),
    }[high]
    return around, up


def crossing_arms(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Fold the arms over the chest, put hands to the opposite shoulders, or cross the forearms."""
    ground = ground or Standing(body, rng)
    kind = str(rng.choice(["fold", "hug", "x"], p=[0.62, 0.13, 0.25]))
    over = float(rng.choice([-1.0, 1.0]))  # 1 if the left arm lies in front
    goals = {
        side: _crossed(body, rng, kind, over * (1.0 if side == "left" else -1.0)) for side in SIDES
    }
    strokes = bouts(rng, hold=(0.4, 4.5), rise=(0.35, 1.1))
    late = rng.uniform(0, 0.25)
    settle = Wander(rng, 0.1, 0.6)

    def motion(times: Array) -> Channels:
        pose = ground(times)
        pose["phase"] = strokes.phase(times)
        for side in SIDES:
            level = strokes(times - (late if (side == "left") == (over > 0) else 0.0))
            pose.toward(goals[side], level, side)
            pose[f"{side}_protract"] += 10 * level
            pose[f"{side}_flex"] += 1.2 * level * settle(times)
        return pose

    return motion


def _crossed(body: Body, rng: Rng, kind: str, front: float) -> dict[str, Array]:
    """One arm of crossed arms; front is 1 for the arm in front of the other, else -1."""
    hand = {"pronate": np.array(rng.uniform(20, 70)), "curl": np.array(rng.uniform(0.1, 0.7))}
    hand["wrist_flex"] = np.array(rng.normal(0, 8))
    if kind == "fold":
        upper = [rng.uniform(0.3, 0.5) + 0.08 * front, rng.uniform(-0.05, 0.25), -1.0]
        across = [rng.uniform(0.1, 0.3), -1.0, rng.uniform(-0.1, 0.2) + 0.08 * front]
        return {**aim(upper, across), **hand, "wrist_flex": np.array(rng.uniform(0, 35))}
    middle = body.half_shoulders / body.arm
    ahead, inward, up = {
        "hug": (0.30 + 0.03 * front, rng.uniform(1.6, 1.9), rng.uniform(-0.15, -0.02)),
        "x": (
            rng.uniform(0.38, 0.62) + 0.04 * front,
            rng.uniform(1.2, 1.6),
            rng.uniform(-0.1, 0.35),
        ),
    }[kind]
    elbow = [0.2, 0.6, -1.0] if kind == "hug" else [-0.3, 1.0, -1.0]
    return {**arm(body, [ahead, -inward * middle, up], elbow), **hand}


def opening_arms(body: Body, rng: Rng) -> Motion:
    """Open both arms sideways, to a T or as a welcome, and close them."""
    stand = Standing(body, rng)
    first = _before_opening(body, rng)
    wide = rng.uniform(60, 105)
    welcome = float(rng.random() < 0.5)
    goal = {
        "flex": np.array(rng.uniform(0, 20) + 20 * welcome),
        "abduct": np.array(wide - 15 * welcome),
        "rotate_in": np.array(rng.uniform(-60, -20) - 15 * welcome),
        "elbow": np.array(rng.uniform(3, 20) + rng.uniform(10, 65) * welcome),
        "pronate": np.array(rng.uniform(-80, 20)),
        "curl": np.array(0.1),
        "wrist_flex": np.array(rng.normal(-5, 10)),
    }
    strokes = bouts(rng, hold=(0.2, 2.5), rise=(0.3, 1.0))
    begin = 0.3 if first else between(rng, 0.02, 0.3)
    uneven, back = rng.normal(0, 4, 2), rng.uniform(0, 7)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times - begin)
        pose["phase"] = strokes.phase(times - begin)
        for side, off in zip(SIDES, uneven, strict=True):
            if first:
                pose.toward(first, ease(times / 0.5), side)
            pose.toward({**goal, "abduct": goal["abduct"] + off}, level, side)
            pose[f"{side}_protract"] -= 10 * level
            lift_shoulder(pose, side)
        pose["bend_forward"] -= back * level
        pose["nod"] += back * level
        return stand.settle(pose)

    return motion


def _before_opening(body: Body, rng: Rng) -> dict[str, Array]:
    """Posture before the opening: hanging (empty), hands at the chest, or arms stretched ahead."""
    kind = str(rng.choice(["hanging", "chest", "ahead"], p=[0.5, 0.3, 0.2]))
    if kind == "hanging":
        return {}
    middle = body.half_shoulders / body.arm
    place = {
        "chest": [rng.uniform(0.3, 0.5), -0.6 * middle, rng.uniform(-0.4, -0.05)],
        "ahead": [rng.uniform(0.8, 0.95), -0.5 * middle, rng.uniform(-0.1, 0.05)],
    }[kind]
    return {
        **arm(body, place, [-0.1, 0.8, -0.8]),
        "pronate": np.array(20.0),
        "wrist_flex": np.array(0.0),
    }
