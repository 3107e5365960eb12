"""Jumping and kicking."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import between, lift_shoulder
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, bump, ease

GRAVITY = 9.81
"""[m/s²]"""


def jumping(body: Body, rng: Rng) -> Motion:
    """Jump on the spot, single jumps with swinging arms or quick hops on both legs or on one.

    Crouch, take off, fly on a parabola, land softly.
    """
    hop = rng.random() < 0.35
    stand = Standing(body, rng, arms="" if hop else "hanging", wide=rng.uniform(0.8, 1.5))
    high = rng.uniform(0.02, 0.08) if hop else rng.uniform(0.08, 0.26)  # fraction of the height
    flight = 2 * np.sqrt(2 * high * body.height / GRAVITY)
    crouch = rng.uniform(0.14, 0.22) if hop else rng.uniform(0.3, 0.55)
    land = rng.uniform(0.12, 0.2) if hop else rng.uniform(0.25, 0.4)
    rest = 0.0 if hop else rng.choice([rng.uniform(0.0, 0.5), rng.uniform(0.5, 1.6)], p=[0.7, 0.3])
    period = crouch + flight + land + rest
    depth = body.leg * (rng.uniform(0.04, 0.09) if hop else rng.uniform(0.12, 0.3))
    lean = 150 * depth / body.height
    back, up = (0.0, rng.uniform(0, 25)) if hop else (rng.uniform(0, 35), rng.uniform(20, 120))
    tuck = rng.uniform(0, 12) if hop else rng.choice([5.0, 15.0, 60.0], p=[0.5, 0.3, 0.2])
    first = rng.uniform(0.0, 0.3)
    raised = SIDES[rng.integers(2)] if hop and rng.random() < 0.4 else ""
    held = {"hip_flex": rng.uniform(-15, 50), "knee": rng.uniform(40, 110), "ankle": -15.0}
    over = 0.05 * body.height

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        if raised:
            pose["sideways"] -= OUTWARD[raised] * over * ease(times / 0.5)
        local = np.where(times < first, 0.0, np.mod(times - first, period))
        air = (local - crouch) / flight  # 0 to 1 in flight
        pose["phase"] = np.where(local > crouch + flight + land, 1.0, 0.0)
        fly = np.clip(air, 0, 1)
        down = bump(local / crouch, 0.62) + 0.8 * bump((air - 1) * flight / land, 0.35)
        pushed = ease((local - 0.75 * crouch) / (0.25 * crouch)) * (1 - ease((air - 0.9) / 0.1))
        pose["pitch"] += lean * down
        pose["forward"] -= 0.3 * depth * down
        swing = ease((local - 0.5 * crouch) / (0.5 * crouch + 0.5 * flight))
        swing = swing * (1 - ease((air - 0.6) * flight / (0.4 * flight + land)))
        for side in SIDES:
            pose[f"{side}_flex"] += up * swing - back * down
            pose[f"{side}_elbow"] += 20 * swing + 15 * down
            lift_shoulder(pose, side)
        stand.settle(pose, drop=depth * down)
        folded = tuck * np.sin(np.pi * fly) ** 2
        for side in SIDES:
            pose[f"{side}_hip_flex"] += folded
            pose[f"{side}_knee"] += 1.6 * folded
            pose[f"{side}_ankle"] -= 32 * pushed
        if raised:
            pose.toward(held, ease(times / 0.5), raised)
        pose["lift"] = 4 * high * body.height * fly * (1 - fly) + _shorter(body, folded)
        return pose

    return motion


def _shorter(body: Body, folded: Array) -> Array:
    """Distance [m] by which folding the legs raises the feet."""
    hip, knee = np.radians(folded), np.radians(0.6 * folded)
    return np.asarray(body.thigh * (1 - np.cos(hip)) + body.shin * (1 - np.cos(knee)))


def kicking(body: Body, rng: Rng) -> Motion:
    """Kick with one leg: to the front, high, to the side, away from the body, or a ball.

    From a stance with feet side by side, or with the leg that kicks behind; on the spot, or with a
    step ahead of the other foot.
    """
    arms = "bent" if rng.random() < 0.35 else "hanging"
    stand = Standing(body, rng, arms=arms)
    side = SIDES[rng.integers(2)]
    out = OUTWARD[side]
    kind = str(
        rng.choice(["front", "high", "push", "side", "ball"], p=[0.29, 0.17, 0.13, 0.14, 0.27])
    )
    load, hit = _kick_poses(rng, kind)
    quick = between(rng, 0.12, 0.45) if rng.random() < 0.88 else rng.uniform(0.5, 1.2)
    strokes = Strokes(
        rng,
        rise=3.4 * quick,
        hold=rng.uniform(0.03, 0.15) + 0.3 * (kind == "push") * rng.random(),
        fall=rng.uniform(1.2, 1.9) * max(quick, 0.34),
        rest=rng.uniform(0.15, 0.9),
    )
    over = 0.055 * body.height
    tilt, balance = rng.uniform(0, 16) + 14 * (kind in ("push", "high")), rng.uniform(5, 45)
    run = body.leg * rng.uniform(0.2, 0.8) if rng.random() < (0.6 if kind == "ball" else 0.4) else 0
    apart = body.leg * rng.uniform(0.15, 0.6) if rng.random() < 0.5 else 0.0
    lower = body.leg * rng.uniform(0.0, 0.06) if apart else 0.0

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        pose["phase"] = strokes.resting(times)
        lifted = ease(level / 0.35)
        pose["sideways"] -= out * over * lifted
        pose["pitch"] -= (tilt if kind != "side" else 0) * level
        pose["roll"] -= out * (1.6 * tilt if kind == "side" else 2) * level
        pose["bend_forward"] += 0.7 * tilt * level
        for arm_side in SIDES:
            pose[f"{arm_side}_abduct"] += balance * lifted
        pose["twist_left"] += out * 8 * level
        drop = 0.015 * body.leg * lifted
        if run or apart:
            pose["forward"] += (0.85 * run + 0.4 * apart) * lifted
            feet = _stepping(body, side, run, apart, level)
            plant_feet(body, pose, feet, drop + lower * (1 - lifted) + 0.006 * body.leg)
        else:
            stand.settle(pose, drop=drop)
        pose.toward(load, lifted, side)
        pose.toward(hit, np.clip((level - 0.25) / 0.75, 0, 1) ** 2, side)
        return pose

    return motion


def _stepping(body: Body, side: str, run: float, apart: float, level: Array) -> dict[str, Foot]:
    """Feet before a kick: one is `apart` [m] behind, the other steps ahead by `run` [m]."""
    step = ease(level / 0.35)
    wide = 0.055 * body.height
    return {
        one: Foot(
            x=-0.5 * apart if one == side else 0.5 * apart + run * step,
            y=OUTWARD[one] * wide,
            height=0.0 if one == side else 0.15 * run * bump(level / 0.35, 0.5),
            toes=8 * OUTWARD[one],
            heel=40 * step if one == side else 0.0,
        )
        for one in SIDES
    }


def _kick_poses(rng: Rng, kind: str) -> tuple[dict[str, float], dict[str, float]]:
    """Draw the leg before the kick (raised, or back for a ball) and at the hit."""
    if kind in ("front", "high", "push"):
        low, up = {"front": (45, 105), "high": (98, 135), "push": (60, 105)}[kind]
        high = rng.uniform(low, up)
        load = {"hip_flex": 0.85 * high, "knee": rng.uniform(75, 110), "ankle": -5.0}
        if kind == "push":
            load |= {"hip_flex": high + 10, "knee": rng.uniform(100, 130), "ankle": 10.0}
        hit = {"hip_flex": high, "knee": rng.uniform(3, 25), "ankle": rng.uniform(-30, 10)}
    elif kind == "side":
        high = rng.uniform(35, 58)
        load = {"hip_flex": rng.uniform(35, 70), "hip_abduct": 0.5 * high, "knee": 95.0}
        hit = {"hip_flex": rng.uniform(0, 25), "hip_abduct": high, "knee": rng.uniform(3, 20)}
    else:
        load = {"hip_flex": rng.uniform(-25, -8), "knee": rng.uniform(45, 85), "ankle": -15.0}
        hit = {"hip_flex": rng.uniform(28, 75), "knee": rng.uniform(3, 20), "ankle": -20.0}
    return load, hit
