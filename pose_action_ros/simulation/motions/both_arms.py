"""Postures both arms take and leave: crossed, opened wide."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.motions.arms import lift_shoulder
from pose_action_ros.simulation.reach import aim, arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, Wander, ease

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


def crossing_arms(body: Body, rng: Rng) -> Motion:
    """Arms folded over the chest, hands to the opposite shoulders, or forearms as an X."""
    stand = Standing(body, rng)
    kind = str(rng.choice(["fold", "hug", "x"], p=[0.62, 0.13, 0.25]))
    over = float(rng.choice([-1.0, 1.0]))  # which arm lies in front
    goals = {
        side: _crossed(body, rng, kind, over * (1.0 if side == "left" else -1.0)) for side in SIDES
    }
    strokes = Strokes(
        rng,
        rise=rng.uniform(0.5, 1.1),
        hold=rng.uniform(1.5, 4.0),
        fall=rng.uniform(0.5, 1.0),
        rest=rng.uniform(0.15, 0.5),
    )
    late = rng.uniform(0, 0.25)
    settle = Wander(rng, 0.1, 0.6)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        for side in SIDES:
            level = strokes(times - (late if (side == "left") == (over > 0) else 0.0))
            pose.toward(goals[side], level, side)
            pose[f"{side}_protract"] += 10 * level
            pose[f"{side}_flex"] += 1.2 * level * settle(times)
        return stand.settle(pose)

    return motion


def _crossed(body: Body, rng: Rng, kind: str, front: float) -> dict[str, Array]:
    """One arm of crossed arms; front is 1 for the arm that lies before the other."""
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
    """Both arms open sideways, to a T or as a welcome, and close again."""
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
    strokes = Strokes(
        rng,
        rise=rng.uniform(0.4, 1.0),
        hold=rng.uniform(0.5, 2.2),
        fall=rng.uniform(0.5, 1.0),
        rest=rng.uniform(0.1, 0.5),
    )
    uneven, back = rng.normal(0, 4, 2), rng.uniform(0, 7)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times - 0.3)
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
    """Where the arms come from: hanging (empty), hands at the chest, or stretched ahead."""
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
