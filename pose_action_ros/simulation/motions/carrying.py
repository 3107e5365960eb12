"""Carrying: a box, a tray, a child or something on the shoulder, while standing or walking."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gait import walking
from pose_action_ros.simulation.motions.places import Arm, at_head, holding, middle
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Wander, ease


def carrying(body: Body, rng: Rng, room: float = np.inf) -> Motion:
    """Carry something with both forearms ahead or on a shoulder, within `room` [m]."""
    walks = rng.random() < 0.65
    stand = Standing(body, rng, arms="hanging", wide=1.3)
    ground = walking(body, rng, room, arms="swing") if walks else stand
    kind = str(
        rng.choice(
            ["box", "stack", "tray", "waiter", "child", "shoulder", "pot"],
            p=[0.34, 0.14, 0.16, 0.06, 0.12, 0.1, 0.08],
        )
    )
    arms = _arms(body, rng, kind)
    if rng.random() < 0.5:
        arms = arms[::-1]
    heavy = rng.uniform(0, 1) * (kind != "waiter")
    drift = [Wander(rng, 0.1, 0.8) for _ in range(4)]
    loose = rng.uniform(0.1, 0.6)

    def motion(times: Array) -> Channels:
        pose = ground(times)
        up = ease(0.4 + times / 0.6)
        for row, (side, goal) in enumerate(zip(SIDES, arms, strict=True)):
            if not goal:
                continue
            swing = pose[f"{side}_flex"].copy()
            pose.toward(goal, up, side)
            pose[f"{side}_flex"] += 1.5 * loose * drift[row](times) + 0.06 * swing
            pose[f"{side}_elbow"] += 2 * loose * drift[2 + row](times)
        pose["bend_forward"] -= 9 * heavy * up
        pose["nod"] += 5 * heavy * up
        pose["phase"] = 0.0
        return pose

    return motion


def _arms(body: Body, rng: Rng, kind: str) -> tuple[Arm, Arm]:
    """Draw both arms; an empty one is free."""
    inward, grip = middle(body), {"pronate": rng.uniform(-70, 20), "curl": rng.uniform(0.2, 0.7)}
    elbow = [-0.4, rng.uniform(0.1, 0.7), -1.0]
    ahead, out, up = {
        "box": (rng.uniform(0.45, 0.75), rng.uniform(-0.8, 0.15), rng.uniform(-0.75, -0.35)),
        "stack": (rng.uniform(0.4, 0.65), rng.uniform(-0.8, 0.0), rng.uniform(-0.85, -0.5)),
        "tray": (rng.uniform(0.55, 0.8), rng.uniform(-0.4, 0.1), rng.uniform(-0.55, -0.25)),
        "waiter": (rng.uniform(0.35, 0.6), rng.uniform(-0.1, 0.2), rng.uniform(-0.3, 0.2)),
        "child": (rng.uniform(0.35, 0.5), rng.uniform(-1.2, -0.6), rng.uniform(-0.5, -0.2)),
        "shoulder": (0.0, 0.0, 0.0),
        "pot": (rng.uniform(0.5, 0.7), rng.uniform(-0.6, -0.1), rng.uniform(-0.65, -0.4)),
    }[kind]
    if kind == "shoulder":
        high = at_head(body, "ear", rng.uniform([0.3, 0.5, -0.8], [0.8, 1.0, 0.1]))
        hand = holding(body, high, [0.6, rng.uniform(0.2, 1.0), -1.0], **grip)
        second = at_head(body, "mouth", [rng.uniform(0.9, 1.6), 0.2, rng.uniform(-1.0, 0.0)])
        both = rng.random() < 0.5
        return hand, (holding(body, second, elbow, **grip) if both else {})
    place = np.array([ahead, out * inward, up])
    first = holding(body, place, elbow, **grip)
    if kind == "waiter":
        return first, {}
    uneven = rng.normal(0, [0.04, 0.04, 0.04]) * (3 if kind == "child" else 1)
    return first, holding(body, place + uneven, elbow, **grip)
