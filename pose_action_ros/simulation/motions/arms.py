"""Gestures of an arm or both: raising a hand, pointing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.reach import aim, arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, Wander, ease

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


def lift_shoulder(pose: Channels, side: str) -> None:
    """Raise the shoulder girdle with a raised upper arm, as bodies do (scapular rhythm)."""
    raised = np.hypot(pose[f"{side}_flex"], pose[f"{side}_abduct"])
    pose[f"{side}_shrug"] += 24 * ease((raised - 40) / 130)


def raising_hand(body: Body, rng: Rng) -> Motion:
    """One hand goes up, stays, and comes down."""
    stand = Standing(body, rng)
    side = SIDES[rng.integers(2)]
    plane = np.radians(rng.uniform(0, 90))
    if rng.random() < 0.55:  # nearly straight
        up = rng.uniform(125, 176)
        goal = {
            "flex": np.array(up * np.sin(plane)),
            "abduct": np.array(up * np.cos(plane)),
            "rotate_in": np.array(-50 * np.cos(plane)),
            "elbow": np.array(rng.uniform(3, 40)),
        }
    else:  # upper arm to the side or ahead, forearm up
        up = np.radians(rng.uniform(25, 125))
        near = [np.sin(up) * np.sin(plane), np.sin(up) * np.cos(plane), -np.cos(up)]
        # The hand before the shoulder rather than out where it would wave.
        goal = aim(near, [rng.uniform(0.1, 0.7), rng.uniform(-0.5, 0.15), 1.0])
    goal |= {
        "pronate": np.array(rng.uniform(0, 80)),
        "curl": np.array(rng.choice([0.0, 0.1, 0.9])),
        "wrist_flex": np.array(rng.normal(0, 8)),
    }
    strokes = Strokes(
        rng,
        rise=rng.uniform(0.4, 1.0),
        hold=rng.uniform(1.2, 3.5),
        fall=rng.uniform(0.5, 1.0),
        rest=rng.uniform(0.2, 0.6),
    )
    fold, lean, arc = rng.uniform(0, 50), rng.normal(0, 3), rng.uniform(-8, 40)
    drift = [Wander(rng, 0.1, 0.7) for _ in range(2)]

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose.toward(goal, level, side)
        between = 4 * level * (1 - level)
        pose[f"{side}_elbow"] += fold * between
        pose[f"{side}_abduct"] += arc * between
        pose[f"{side}_flex"] += 2 * level * drift[0](times)
        pose[f"{side}_abduct"] += 2 * level * drift[1](times)
        lift_shoulder(pose, side)
        pose["bend_left"] += lean * level
        return stand.settle(pose)

    return motion


def pointing(body: Body, rng: Rng) -> Motion:
    """One arm stretched towards something, held."""
    stand = Standing(body, rng)
    side = SIDES[rng.integers(2)]
    around, up = np.radians(rng.uniform(-25, 100)), np.radians(rng.normal(2, 16))
    where = np.array([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)])
    goal = {
        **arm(body, where * rng.uniform(0.955, 1.0), [0.0, 0.5, -1.0]),
        "pronate": np.array(rng.uniform(10, 80)),
        "curl": np.array(0.9),
        "wrist_flex": np.array(rng.normal(0, 6)),
        "point": np.array(1.0),
    }
    strokes = Strokes(
        rng,
        rise=rng.uniform(0.35, 0.9),
        hold=rng.uniform(1.2, 3.0),
        fall=rng.uniform(0.4, 0.9),
        rest=rng.uniform(0.2, 0.6),
    )
    fold, look = rng.uniform(0, 70), rng.uniform(0, 0.7)
    sign = 1.0 if side == "left" else -1.0
    turn, twist = sign * np.degrees(around), sign * rng.uniform(0, 0.25) * np.degrees(around)
    jab = rng.uniform(0, 6) * float(rng.random() < 0.3), rng.uniform(1.5, 3)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose.toward(goal, level, side)
        pose[f"{side}_elbow"] += fold * 4 * level * (1 - level)
        pose[f"{side}_flex"] += jab[0] * level * np.sin(2 * np.pi * jab[1] * times)
        lift_shoulder(pose, side)
        pose["turn_left"] += look * turn * level
        pose["twist_left"] += twist * level
        return stand.settle(pose)

    return motion
