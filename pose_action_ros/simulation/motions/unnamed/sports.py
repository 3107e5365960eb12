"""Sport without a label: stretching, weights, ball play, rope skipping."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng, other_side
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.legs import GRAVITY
from pose_action_ros.simulation.motions.places import Arm, Loop, at_head, holding, middle
from pose_action_ros.simulation.motions.unnamed.housework import working
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, bump, ease


def _arm(**channels: float) -> Arm:
    return {name: np.array(value) for name, value in channels.items()}


def stretching(body: Body, rng: Rng) -> Motion:
    """Stretch: arms overhead, side bends, an arm across the chest or behind the head, the chest."""
    stand = Standing(body, rng, wide=rng.uniform(1.0, 1.9))
    side = SIDES[rng.integers(2)]
    kind = str(
        rng.choice(
            ["overhead", "side", "across", "behind", "chest"], p=[0.3, 0.25, 0.2, 0.13, 0.12]
        )
    )
    first, second = _stretched(body, rng, kind)
    strokes = Strokes.drawn(
        rng,
        rise=(0.8, 1.6),
        hold=(1.0, 4.0),
        fall=(0.8, 1.6),
        rest=(0.3, 1.5),
        vary=0.3,
    )
    aside = {"overhead": rng.uniform(0, 18), "side": rng.uniform(15, 35)}.get(kind, 0.0)
    back = rng.uniform(0, 10) * (kind in ("overhead", "chest"))
    changes = rng.random() < 0.5

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level, (number, _) = strokes(times), strokes.local(times)
        even = np.where(np.mod(number * changes, 2) == 0, 1.0, 0.0)
        for one, share in ((side, even), (other_side(side), 1 - even)):
            pose.toward(first, level * share, one)
            pose.toward(second, level * (1 - share), one)
            pose["bend_left"] -= OUTWARD[one] * aside * level * share
            lift_shoulder(pose, one)
        pose["bend_forward"] -= back * level
        return stand.settle(pose)

    return motion


def _stretched(body: Body, rng: Rng, kind: str) -> tuple[Arm, Arm]:
    """Draw the arm that is stretched and the other one."""
    inward = middle(body)
    if kind == "overhead":
        high = [rng.uniform(0.1, 0.25), rng.uniform(-0.9, -0.2) * inward, rng.uniform(0.66, 0.8)]
        both = holding(body, high, [0.0, 1.0, 0.2], pronate=rng.uniform(0, 80), curl=0.3)
        return both, both
    if kind == "side":
        over = holding(body, [0.15, -0.8 * inward, rng.uniform(0.65, 0.78)], [0.0, 1.0, 0.2])
        hip = [0.02, (0.52 * body.hip_breadth - body.half_shoulders) / body.arm, -0.8]
        return over, holding(body, hip, [-0.35, 1.0, 0.1], pronate=55.0)
    if kind == "across":
        place = [rng.uniform(0.55, 0.65), -rng.uniform(1.5, 2.0) * inward, rng.uniform(-0.2, 0.0)]
        arm_ = holding(body, place, [0.1, 0.6, -0.8])
        return arm_, holding(body, [0.4, -0.9 * inward, -0.1], [0.2, 0.6, -1.0], curl=0.5)
    if kind == "behind":
        down = holding(body, at_head(body, "nape", [0.1, 0.4, -0.2]), [0.2, 0.5, 1.0])
        return down, holding(body, at_head(body, "crown", [0.4, 0.3, 0.1]), [0.3, 1.0, 0.1])
    back = _arm(
        flex=rng.uniform(-45, -25), abduct=rng.uniform(10, 60), rotate_in=-20, elbow=12, pronate=-30
    )
    return back, back


def lifting_weights(body: Body, rng: Rng) -> Motion:
    """Curl, press over the head, raise weights ahead, row, or lift them from the floor."""
    stand = Standing(body, rng, arms="hanging", wide=rng.uniform(1.0, 1.8))
    kind = str(
        rng.choice(["curl", "press", "front", "row", "deadlift"], p=[0.35, 0.25, 0.15, 0.1, 0.15])
    )
    low, high, stoop = _weights(body, rng, kind)
    strokes = Strokes.drawn(
        rng,
        rise=(0.6, 1.5),
        hold=(0.05, 0.6),
        fall=(0.7, 1.6),
        rest=(0.05, 0.5),
    )
    turns = kind == "curl" and rng.random() < 0.4
    one_arm = kind in ("curl", "front", "press") and rng.random() < 0.15
    sides = (SIDES[rng.integers(2)],) if one_arm else SIDES
    deep = rng.uniform(0.05, 0.25) * body.leg * (kind == "deadlift")
    effort = rng.uniform(0, 5)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level, (number, _) = strokes(times), strokes.local(times)
        start = ease(times / 0.8)
        for row, side in enumerate(sides):
            mine = level * np.where(np.mod(number + row, 2) == 0, 1.0, 0.0) if turns else level
            pose.toward(low, start, side)
            pose.toward(high, mine, side)
            lift_shoulder(pose, side)
        bent = stoop * start * ((1 - level) if kind == "deadlift" else 1.0)
        pose["pitch"] += 0.75 * bent
        pose["bend_forward"] += 0.25 * bent - effort * level
        pose["nod"] -= 0.4 * bent
        pose["forward"] -= 0.11 * body.height * np.sin(np.radians(0.75 * bent))
        for side in SIDES:
            pose[f"{side}_flex"] += 0.8 * bent * (kind in ("deadlift", "row"))
        return stand.settle(pose, drop=deep * start * (1 - level))

    return motion


def _weights(body: Body, rng: Rng, kind: str) -> tuple[Arm, Arm, float]:
    """Draw an arm below and above, and the inclination of the trunk [degrees]."""
    grip = {"curl": 1.0, "pronate": rng.uniform(-70, 60)}
    near = {"abduct": rng.uniform(5, 20), "rotate_in": rng.uniform(-5, 20)}
    down = _arm(flex=rng.uniform(-5, 12), elbow=rng.uniform(5, 25), **near, **grip)
    if kind == "curl":
        bent = _arm(flex=rng.uniform(-5, 35), elbow=rng.uniform(115, 145), **near, **grip)
        return down, bent, 0.0
    if kind == "press":
        out = rng.uniform(0.05, 0.25)
        low = holding(body, [0.12, out, rng.uniform(0.05, 0.25)], [0.2, 1.0, -0.9], **grip)
        high = [rng.uniform(0, 0.15), rng.uniform(-0.2, 0.15), rng.uniform(0.85, 0.97)]
        return low, holding(body, high, [0.1, 1.0, 0.0], **grip), 0.0
    if kind == "front":
        ahead = _arm(flex=rng.uniform(70, 100), elbow=rng.uniform(3, 20), **near, **grip)
        return down, ahead, 0.0
    if kind == "row":
        pulled = _arm(flex=rng.uniform(-50, -25), elbow=rng.uniform(85, 120), **near, **grip)
        return down, pulled, rng.uniform(25, 55)
    return down, down, rng.uniform(50, 80)


def playing_with_ball(body: Body, rng: Rng) -> Motion:
    """Dribble, catch or toss a ball, or keep it up with the feet."""
    kind = str(rng.choice(["dribble", "catch", "toss", "feet"], p=[0.4, 0.25, 0.15, 0.2]))
    if kind == "feet":
        return _keeping_up(body, rng)
    stand = Standing(body, rng, arms="hanging", wide=1.5)
    side = SIDES[rng.integers(2)]
    inward = middle(body)
    if kind == "dribble":
        place = [rng.uniform(0.3, 0.6), rng.uniform(-0.1, 0.4), rng.uniform(-0.65, -0.35)]
        up = [0.03, 0.0, rng.uniform(0.1, 0.22)]
        loop = Loop.draw(rng, place, up, rng.uniform(1.2, 2.4), pronate=70.0)
        loops = {side: (loop, 0.0)}
        return working(stand, rng, loops, stoop=rng.uniform(5, 35), nod=rng.uniform(-5, 15))
    place = [rng.uniform(0.45, 0.6), -0.6 * inward, rng.uniform(-0.5, 0.0)]
    way = [rng.uniform(0.1, 0.25), 0.0, 0.05] if kind == "catch" else [0.05, 0.0, 0.2]
    loop = Loop.draw(rng, place, way, rng.uniform(0.5, 1.1), wandering=0.08)
    loops = {"left": (loop, 0.0), "right": (loop, rng.choice([0.0, 0.5], p=[0.7, 0.3]))}
    return working(stand, rng, loops, nod=rng.uniform(-15, 5), stoop=rng.uniform(0, 12))


def _keeping_up(body: Body, rng: Rng) -> Motion:
    """Touch the ball with one foot or knee after the other."""
    stand = Standing(body, rng, arms="hanging")
    beat = Beat(rng, rng.uniform(0.6, 1.1), drift=0.1)
    knee = rng.random() < 0.4
    hip, bend = (rng.uniform(60, 90), 95.0) if knee else (rng.uniform(30, 55), rng.uniform(30, 60))
    out, balance = rng.uniform(0, 20), rng.uniform(10, 40)
    over = 0.045 * body.height

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        phase, start = beat(times), ease(times / 0.5)
        levels = {}
        for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
            levels[side] = bump(np.mod(phase + offset, 1.0) / 0.5, 0.5) * start
            pose["sideways"] -= OUTWARD[side] * over * levels[side]
            pose[f"{side}_abduct"] += balance * start
            pose[f"{side}_elbow"] += 0.7 * balance * start
        pose["nod"] += 15 * start
        stand.settle(pose, drop=0.01 * body.leg)
        for side, level in levels.items():
            goal = {"hip_flex": hip, "knee": bend, "hip_out": out, "ankle": 0.0}
            pose.toward(goal, level, side)
        return pose

    return motion


def rope_skipping(body: Body, rng: Rng) -> Motion:
    """Skip with a rope: small jumps on both feet or in turn, forearms out, hands circling."""
    stand = Standing(body, rng, arms="hanging", wide=0.7)
    beat = Beat(rng, rng.uniform(1.4, 2.4), drift=0.03)
    air = rng.uniform(0.35, 0.6)
    high = GRAVITY * (air / beat.rate) ** 2 / 8
    in_turn = rng.random() < 0.4
    place = [rng.uniform(0.1, 0.3), rng.uniform(0.2, 0.45), rng.uniform(-0.75, -0.55)]
    size = rng.uniform(0.03, 0.1)
    loop = Loop.draw(
        rng,
        place,
        [size, 0.0, 0.0],
        beat,
        round=[0.0, 0.3 * size, size],
        elbow=[-0.8, 0.3, -0.6],
        wandering=0.01,
        curl=1.0,
    )
    tuck = rng.uniform(15, 45)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        going, phase = ease(times / 0.6), beat(times)
        hop = np.mod(phase, 1.0)
        fly = np.clip(hop / air, 0, 1)
        soft = bump((hop - air) / (1 - air), 0.45) * going
        for side in SIDES:
            pose.toward(loop(body, times), going, side)
        stand.settle(pose, drop=0.05 * body.leg * soft + 0.01 * body.leg)
        for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
            pose[f"{side}_ankle"] -= 28 * np.sin(np.pi * fly) * going
            if in_turn:
                lifted = 0.5 - 0.5 * np.cos(2 * np.pi * (phase / 2 + offset))
                pose[f"{side}_hip_flex"] += tuck * lifted * going
                pose[f"{side}_knee"] += 1.7 * tuck * lifted * going
        pose["lift"] = 4 * high * fly * (1 - fly) * going
        return pose

    return motion
