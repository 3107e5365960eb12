"""Rhythmic movements without a label: dancing, swaying, and steps on the spot."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.places import Loop
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, bump, ease

_FIGURES = 6
"""Movements of the arms before a dance repeats them."""


def dancing(body: Body, rng: Rng) -> Motion:
    """Dance on the spot: knees, hips, trunk and head to a beat, steps aside, arms waving about."""
    stand = Standing(body, rng, arms=str(rng.choice(["bent", "hanging"])))
    beat = Beat(rng, rng.uniform(0.7, 1.2), drift=0.02)
    sizes = rng.gamma(1.5, 0.65, 6)
    step = rng.uniform(0.05, 0.22) * body.leg * (rng.random() < 0.6)
    figures = [_figure(rng, beat) for _ in range(_FIGURES)]
    length, wide = rng.uniform(1.5, 4.0), rng.uniform(0.06, 0.12) * body.height
    double = float(rng.choice([1.0, 2.0]))
    turn = Wander(rng, 0.05, 0.3)
    about = rng.uniform(0, 40) * (rng.random() < 0.5)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        going, cycles = ease(times / 0.8), beat(times)
        to_side = np.sin(2 * np.pi * cycles)
        bounce = 0.5 - 0.5 * np.cos(2 * np.pi * double * 2 * cycles)
        pose["sideways"] += going * to_side * (0.02 * sizes[0] * body.height + step)
        pose["roll"] += 3 * sizes[1] * going * to_side
        pose["bend_left"] -= 5 * sizes[1] * going * to_side
        pose["twist_left"] += 9 * sizes[2] * going * np.sin(2 * np.pi * cycles + 0.8)
        pose["yaw"] += about * turn(times) * going
        pose["bend_forward"] += 3 * sizes[3] * going * bounce
        pose["nod"] += 6 * sizes[4] * going * bounce
        for figure, shown in zip(figures, _shares(times, length, _FIGURES, going), strict=True):
            for side, (loop, offset, weight) in figure.items():
                pose.toward(loop(body, times, offset), weight * shown, side)
        for side in SIDES:
            lift_shoulder(pose, side)
        drop = (0.01 + going * 0.03 * (0.3 + sizes[5]) * bounce) * body.leg
        feet = {}
        for side in SIDES:
            out = OUTWARD[side]
            free = np.maximum(-out * to_side, 0.0) * going  # the weight is on the other foot
            follow = out * wide + step * to_side * going
            feet[side] = Foot(
                x=0.0,
                y=follow,
                height=0.3 * step * free**2,
                toes=out * 12 + pose["yaw"],
                heel=(8 + 18 * min(sizes[0], 1.5)) * free**2,
            )
        return plant_feet(body, pose, feet, drop)

    return motion


def _figure(rng: Rng, beat: Beat) -> dict[str, tuple[Loop, float, float]]:
    """Draw a movement of the arms: loop, offset [cycles] and weight of each side."""
    alike = rng.random() < 0.6
    loops = [_arm_loop(rng, beat) for _ in SIDES]
    offset = float(rng.choice([0.0, 0.5]))
    active = (1.0, 1.0) if rng.random() < 0.7 else (1.0, float(rng.uniform(0, 0.3)))
    return {
        side: (loops[0 if alike else row], offset * row, active[row])
        for row, side in enumerate(SIDES)
    }


def _arm_loop(rng: Rng, beat: Beat) -> Loop:
    high = rng.random() < 0.3
    place = np.array(
        [
            rng.uniform(0.25, 0.6),
            rng.uniform(-0.2, 0.5),
            rng.uniform(0.2, 0.7) if high else rng.uniform(-0.6, 0.0),
        ]
    )
    size = rng.uniform(0.06, 0.22)
    return Loop.draw(
        rng,
        place,
        size * rng.normal(0, 0.7, 3),
        beat,
        round=size * rng.normal(0, 0.7, 3),
        elbow=[-0.2, rng.uniform(0.4, 1.2), -1.0],
        wandering=0.06,
    )


def step_dancing(body: Body, rng: Rng) -> Motion:
    """Dance or exercise with raised legs: knees, heels to the seat, kicks, taps, hops, to a beat.

    The legs move as much as those of a person who runs on the spot; the arms dance.
    """
    stand = Standing(body, rng, arms=str(rng.choice(["bent", "hanging", "on_hip"])))
    beat = Beat(rng, rng.uniform(0.6, 1.5), drift=0.02)
    arms = [_figure(rng, beat) for _ in range(_FIGURES)]
    legs = [_raised_leg(rng) for _ in range(_FIGURES)]
    length, active = rng.uniform(1.5, 4.0), float(rng.random() < 0.8)
    aside = body.leg * rng.uniform(0.0, 0.35) * (rng.random() < 0.6)
    ahead = body.leg * rng.uniform(0.0, 0.25) * (rng.random() < 0.5)
    high = body.height * rng.uniform(0.0, 0.05) * (rng.random() < 0.5)
    bounce, over = body.leg * rng.uniform(0.0, 0.05), rng.uniform(0.03, 0.05) * body.height
    slow, turn = rng.choice([0.25, 0.5, 1.0]), Wander(rng, 0.05, 0.3)
    about, twist, bow = rng.uniform(0, 60), rng.uniform(0, 15), rng.uniform(0, 10)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        going, cycles = ease(times / 0.8), beat(times)
        pose["sideways"] += aside * going * np.sin(2 * np.pi * slow * cycles)
        pose["forward"] += ahead * going * np.sin(2 * np.pi * slow * cycles + 1.0)
        pose["yaw"] += about * turn(times) * going
        pose["twist_left"] += twist * going * np.sin(2 * np.pi * cycles)
        free = {
            side: bump(np.mod(cycles + offset, 1.0) / 0.5, 0.5) * going
            for side, offset in zip(SIDES, (0.0, 0.5), strict=True)
        }
        lifted = free["left"] + free["right"]
        pose["bend_forward"] += bow * lifted
        for side, level in free.items():
            pose["sideways"] -= OUTWARD[side] * over * level
        shares = _shares(times, length, len(arms), going)
        for figure, shown in zip(arms, shares, strict=True):
            for side, (loop, offset, weight) in figure.items():
                pose.toward(loop(body, times, offset), active * weight * shown, side)
        for side in SIDES:
            lift_shoulder(pose, side)
        stand.settle(pose, drop=bounce * (1 - lifted) * going)
        for leg, shown in zip(legs, shares, strict=True):
            for side, level in free.items():
                pose.toward(leg, level * shown, side)
        pose["lift"] = high * (0.5 - 0.5 * np.cos(4 * np.pi * cycles)) * going
        return pose

    return motion


def _raised_leg(rng: Rng) -> dict[str, float]:
    """Draw the leg that is free: knee raised, heel to the seat, kick, tap ahead or aside."""
    kind = str(rng.choice(["knee", "heel", "kick", "tap"], p=[0.4, 0.2, 0.2, 0.2]))
    hip, knee = {
        "knee": (rng.uniform(30, 95), rng.uniform(50, 115)),
        "heel": (rng.uniform(-15, 15), rng.uniform(50, 120)),
        "kick": (rng.uniform(25, 80), rng.uniform(3, 30)),
        "tap": (rng.uniform(0, 25), rng.uniform(5, 30)),
    }[kind]
    out = rng.uniform(0, 30) if kind in ("tap", "kick") else rng.uniform(-5, 25)
    return {"hip_flex": hip, "knee": knee, "hip_abduct": out, "ankle": rng.uniform(-25, 5)}


def _shares(times: Array, length: float, count: int, going: Array) -> list[Array]:
    """(T,) share of each of `count` figures, which last `length` [s] and follow one another."""
    shares = []
    for number in range(count):
        passed = np.mod(times / length - number + 0.5, count) - 0.5  # 0 to 1 in the figure
        shown = ease((passed + 0.15) / 0.3) * (1 - ease((passed - 0.85) / 0.3)) * going
        shares.append(shown)
    return shares


def swaying(body: Body, rng: Rng) -> Motion:
    """Shift the weight from foot to foot, or raise the heels in turn."""
    stand = Standing(body, rng)
    beat = Beat(rng, rng.uniform(0.25, 0.9), drift=0.1)
    over, heel = rng.uniform(0.015, 0.05) * body.height, rng.uniform(0, 45)
    ahead = rng.uniform(0, 0.03) * body.height * (rng.random() < 0.3)
    bouts = Strokes(rng, rise=0.8, hold=5.0, fall=0.8, rest=0.8, vary=0.4)
    wide = rng.uniform(0.045, 0.09) * body.height

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level, side_way = bouts(times), np.sin(2 * np.pi * beat(times))
        pose["sideways"] += over * level * side_way
        pose["forward"] += ahead * level * side_way
        pose["roll"] += 2 * level * side_way
        pose["bend_left"] -= 2 * level * side_way
        feet = {
            side: Foot(
                x=0.0,
                y=OUTWARD[side] * wide,
                toes=10 * OUTWARD[side],
                heel=heel * level * bump(0.5 - 0.5 * OUTWARD[side] * side_way, 0.9),
            )
            for side in SIDES
        }
        return plant_feet(body, pose, feet, 0.008 * body.leg)

    return motion
