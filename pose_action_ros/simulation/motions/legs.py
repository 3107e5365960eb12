"""Jumping and kicking."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, ease

GRAVITY = 9.81
"""[m/s²]"""


def jumping(body: Body, rng: Rng) -> Motion:
    """Jump on the spot: single jumps with swinging arms, quick hops, or jumping jacks."""
    kind = rng.choice(["single", "hop", "jack"], p=[0.5, 0.25, 0.25])
    if kind == "jack":
        return _jacks(body, rng)
    return _jumps(body, rng, hop=kind == "hop")


def _jumps(body: Body, rng: Rng, hop: bool) -> Motion:
    """Crouch, take off, fly on a parabola, land softly."""
    stand = Standing(body, rng, arms="" if hop else "hanging", wide=rng.uniform(0.8, 1.5))
    high = rng.uniform(0.02, 0.08) if hop else rng.uniform(0.08, 0.26)  # fraction of the height
    flight = 2 * np.sqrt(2 * high * body.height / GRAVITY)
    crouch = rng.uniform(0.14, 0.22) if hop else rng.uniform(0.3, 0.55)
    land = rng.uniform(0.12, 0.2) if hop else rng.uniform(0.25, 0.4)
    rest = 0.0 if hop else rng.uniform(0.0, 0.5)
    period = crouch + flight + land + rest
    depth = body.leg * (rng.uniform(0.04, 0.09) if hop else rng.uniform(0.12, 0.3))
    lean = 150 * depth / body.height
    back, up = (0.0, rng.uniform(0, 25)) if hop else (rng.uniform(0, 35), rng.uniform(20, 120))
    tuck = rng.uniform(0, 12) if hop else rng.choice([5.0, 15.0, 60.0], p=[0.5, 0.3, 0.2])
    first = rng.uniform(0.0, 0.3)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        local = np.where(times < first, 0.0, np.mod(times - first, period))
        air = (local - crouch) / flight  # 0 to 1 in flight
        fly = np.clip(air, 0, 1)
        down = _bell(local / crouch, 0.62) + 0.8 * _bell((air - 1) * flight / land, 0.35)
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
        pose["lift"] = 4 * high * body.height * fly * (1 - fly) + _shorter(body, folded)
        return pose

    return motion


def _bell(x: Array, peak: float) -> Array:
    """Smooth bump over x from 0 to 1: 0 at both ends, 1 at the peak."""
    up: Array = ease(x / peak) * (1 - ease((x - peak) / (1 - peak)))
    return up


def _shorter(body: Body, folded: Array) -> Array:
    """Distance [m] by which folding the legs raises the feet."""
    hip, knee = np.radians(folded), np.radians(0.6 * folded)
    return np.asarray(body.thigh * (1 - np.cos(hip)) + body.shin * (1 - np.cos(knee)))


def _jacks(body: Body, rng: Rng) -> Motion:
    """Jumping jacks: legs and arms open and close with one hop each."""
    stand = Standing(body, rng, arms="hanging", wide=0.7)
    beat = Beat(rng, rng.uniform(0.7, 1.2), drift=0.03)
    half = 0.5 / beat.rate
    air = rng.uniform(0.5, 0.72)  # share of the time in the air
    high = GRAVITY * (air * half) ** 2 / 8
    wide, up = rng.uniform(14, 28), rng.uniform(110, 172)
    bend = rng.uniform(5, 35)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        going = ease(times / 0.5)
        hop = np.mod(2 * beat(times), 1.0)  # one hop each way
        opening = np.mod(np.floor(2 * beat(times)), 2) == 0
        fly = np.clip(hop / air, 0, 1)
        spread, raised = (
            np.where(opening, ease(hop / share), 1 - ease(hop / share)) * going
            for share in (air, 0.95)
        )
        soft = _bell((hop - air) / (1 - air), 0.4) * going
        for side in SIDES:
            pose[f"{side}_abduct"] += (up - pose[f"{side}_abduct"]) * raised
            pose[f"{side}_rotate_in"] -= 50 * raised
            pose[f"{side}_elbow"] += (bend - pose[f"{side}_elbow"]) * raised
            lift_shoulder(pose, side)
        stand.settle(pose, drop=0.05 * body.leg * soft)
        for side in SIDES:
            pose[f"{side}_hip_abduct"] += wide * spread
            pose[f"{side}_ankle"] -= 25 * np.sin(np.pi * fly) * going
        pose["lift"] = 4 * high * fly * (1 - fly) * going
        return pose

    return motion


def kicking(body: Body, rng: Rng) -> Motion:
    """Kick with one leg: to the front, to the side, or a ball."""
    arms = "bent" if rng.random() < 0.35 else "hanging"
    stand = Standing(body, rng, arms=arms)
    side = SIDES[rng.integers(2)]
    out = 1.0 if side == "left" else -1.0
    kind = str(rng.choice(["front", "side", "ball"], p=[0.45, 0.25, 0.3]))
    load, hit = _kick_poses(rng, kind)
    quick = rng.uniform(0.22, 0.45)
    strokes = Strokes(
        rng,
        rise=3.4 * quick,
        hold=rng.uniform(0.03, 0.15),
        fall=rng.uniform(0.4, 0.7),
        rest=rng.uniform(0.15, 0.7),
    )
    over = 0.055 * body.height
    tilt, balance = rng.uniform(0, 16), rng.uniform(5, 45)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = strokes(times)
        lifted = ease(level / 0.35)
        pose["sideways"] -= out * over * lifted
        pose["pitch"] -= (tilt if kind != "side" else 0) * level
        pose["roll"] -= out * (1.6 * tilt if kind == "side" else 2) * level
        pose["bend_forward"] += 0.7 * tilt * level
        for arm_side in SIDES:
            pose[f"{arm_side}_abduct"] += balance * lifted
        pose["twist_left"] += out * 8 * level
        stand.settle(pose, drop=0.015 * body.leg * lifted)
        pose.toward(load, lifted, side)
        pose.toward(hit, np.clip((level - 0.25) / 0.75, 0, 1) ** 2, side)
        return pose

    return motion


def _kick_poses(rng: Rng, kind: str) -> tuple[dict[str, float], dict[str, float]]:
    """Draw the leg before the kick (raised, or back for a ball) and at the hit."""
    if kind == "front":
        high = rng.uniform(45, 100)
        load = {"hip_flex": 0.85 * high, "knee": rng.uniform(75, 110), "ankle": -5.0}
        hit = {"hip_flex": high, "knee": rng.uniform(3, 25), "ankle": rng.uniform(-30, 10)}
    elif kind == "side":
        high = rng.uniform(35, 58)
        load = {"hip_flex": rng.uniform(35, 70), "hip_abduct": 0.5 * high, "knee": 95.0}
        hit = {"hip_flex": rng.uniform(0, 25), "hip_abduct": high, "knee": rng.uniform(3, 20)}
    else:
        load = {"hip_flex": rng.uniform(-25, -8), "knee": rng.uniform(45, 85), "ankle": -15.0}
        hit = {"hip_flex": rng.uniform(28, 75), "knee": rng.uniform(3, 20), "ankle": -20.0}
    return load, hit
