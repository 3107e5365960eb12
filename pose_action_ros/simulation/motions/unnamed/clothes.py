"""Dressing without a label: jackets, jumpers and shoes."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.places import Arm, Loop, at_head, holding, middle
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Rounds, Strokes, Wander, ease


def dressing(body: Body, rng: Rng) -> Motion:
    """Put a jacket on or off, or pull a jumper over the head or down."""
    stand = Standing(body, rng, arms="hanging")
    jumper = rng.random() < 0.45
    poses = _jumper(body, rng) if jumper else _jacket(body, rng)
    if rng.random() < 0.5:
        poses = poses[::-1]
    each = rng.uniform(0.7, 1.3)
    rounds = Rounds(rng, each * (len(poses) + 1))
    wriggle = [Wander(rng, 0.4, 1.5) for _ in range(4)]
    mirror = rng.random() < 0.5
    bowed = rng.uniform(5, 30) * jumper

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        place = rounds(times) / each
        rest = {side: pose.side(side, tuple(poses[0][0])) for side in SIDES}
        inside = ease(place) * (1 - ease(place - len(poses)))
        for number, pair in enumerate(poses):
            level = ease(place - number)
            for side, goal in zip(SIDES, pair[::-1] if mirror else pair, strict=True):
                pose.toward(goal, level, side)
        for row, side in enumerate(SIDES):
            pose.toward(rest[side], ease(place - len(poses)), side)
            pose[f"{side}_flex"] += 5 * inside * wriggle[row](times)
            pose[f"{side}_elbow"] += 6 * inside * wriggle[row + 2](times)
            lift_shoulder(pose, side)
        pose["nod"] += bowed * inside
        pose["twist_left"] += 8 * inside * wriggle[0](0.5 * times)
        pose["bend_left"] += 4 * inside * wriggle[1](0.5 * times)
        return stand.settle(pose)

    return motion


def _jumper(body: Body, rng: Rng) -> list[tuple[Arm, Arm]]:
    """Hands cross at the belly, go over the head, and come down on both sides."""
    inward, noise = middle(body), rng.normal(0, 0.04, (3, 3))
    places = [
        (np.array([0.38, -1.2 * inward, -0.75]), [-0.2, 0.8, -1.0]),
        (at_head(body, "crown", [0.8, 0.5, 0.2]), [0.4, 1.0, 0.0]),
        (np.array([0.35, 0.1, -0.6]), [-0.4, 0.8, -1.0]),
    ]
    arms = [
        holding(body, place + noise[row], elbow, pronate=rng.uniform(0, 60), curl=0.8)
        for row, (place, elbow) in enumerate(places)
    ]
    return [(arm, arm) for arm in arms]


def _jacket(body: Body, rng: Rng) -> list[tuple[Arm, Arm]]:
    """One arm goes back into its sleeve, then the other; both pull at the chest."""
    noise = rng.normal(0, 0.05, (4, 3))
    back = holding(body, np.array([-0.5, 0.35, -0.6]) + noise[0], [-0.6, 0.4, -0.6], curl=0.5)
    up = holding(body, np.array([0.2, -0.05, 0.15]) + noise[1], [0.2, 1.0, -0.4], curl=0.7)
    out = holding(body, np.array([0.3, 0.7, 0.2]) + noise[2], [-0.3, 0.3, -1.0], curl=0.5)
    chest = holding(body, np.array([0.36, -0.2, -0.3]) + noise[3], [-0.3, 0.8, -1.0], curl=0.8)
    return [(back, up), (out, chest), (up, back), (chest, out), (chest, chest)]


def tying_shoe(body: Body, rng: Rng) -> Motion:
    """Tie the shoe of a foot that stands on a step or a stool."""
    stand = Standing(body, rng, arms="hanging")
    side = SIDES[rng.integers(2)]
    high, ahead = rng.uniform(0.3, 0.6) * body.shin, rng.uniform(0.3, 0.5) * body.leg
    strokes = Strokes.drawn(
        rng,
        rise=(0.8, 1.4),
        hold=(2.5, 6.0),
        fall=(0.8, 1.3),
        rest=(0.5, 1.5),
    )
    reach = rng.uniform(0.75, 0.92)
    loops = {
        one: Loop.draw(
            rng,
            [0.55 * reach, (0.1 if one == side else -1.2) * middle(body), -0.8 * reach],
            rng.normal(0, 0.03, 3),
            rng.uniform(0.5, 1.5),
            wandering=0.03,
        )
        for one in SIDES
    }
    stoop, apart = rng.uniform(60, 85), 0.055 * body.height

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        up = np.clip(level / 0.6, 0, 1)
        pose["pitch"] += 0.5 * stoop * level
        pose["bend_forward"] += 0.5 * stoop * level
        pose["nod"] -= 0.2 * stoop * level
        pose["sideways"] -= OUTWARD[side] * 0.03 * body.height * level
        pose["forward"] -= 0.06 * body.height * level
        for one in SIDES:
            pose.toward(loops[one](body, times), level, one)
        feet = {
            one: Foot(
                x=ahead * ease(up) if one == side else 0.0,
                y=OUTWARD[one] * apart,
                height=high * ease(1.6 * up) if one == side else 0.0,
                toes=8 * OUTWARD[one],
            )
            for one in SIDES
        }
        return plant_feet(body, pose, feet, (0.01 + 0.06 * level) * body.leg)

    return motion
