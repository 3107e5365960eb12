"""Everyday work of the hands without a label: cleaning, washing, opening doors, shelves, typing."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng, other_side
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.motions.places import Loop, at_head, calm, middle
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, ease


def working(
    stand: Standing,
    rng: Rng,
    loops: dict[str, tuple[Loop, float]],
    *,
    stoop: float = 0.0,
    nod: float = 0.0,
    follow: float = 0.0,
    bouts: Strokes | None = None,
) -> Motion:
    """Move the hands on loops, in bouts or all the time.

    Args:
        stand: the standing person.
        rng: source of randomness.
        loops: loop of each side that works, and the offset of its phase [cycles].
        stoop: inclination of the trunk [degrees].
        nod: of the head [degrees].
        follow: turn of the trunk with the movement [degrees].
        bouts: of work; the arms are down between them.
    """
    hips, start, turn = rng.uniform(0.3, 0.8), rng.uniform(0.5, 0.9), Wander(rng, 0.05, 0.4)
    aside = rng.uniform(0, 6)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        level = bouts(times) if bouts else ease(times / start)
        pose["pitch"] += hips * stoop * level
        pose["bend_forward"] += (1 - hips) * stoop * level
        pose["forward"] -= 0.11 * stand.body.height * np.sin(np.radians(hips * stoop)) * level
        calm(pose, level)
        pose["nod"] += nod * level
        pose["twist_left"] += aside * level * turn(times)
        for side, (loop, offset) in loops.items():
            angle = 2 * np.pi * (loop.beat(times) + offset)
            pose.toward(loop(stand.body, times, offset), level, side)
            sign = -1.0 if side == "left" else 1.0
            pose["twist_left"] += sign * follow * level * np.sin(angle)
            lift_shoulder(pose, side)
        return stand.settle(pose)

    return motion


def _bouts(rng: Rng, hold: tuple[float, float]) -> Strokes:
    return Strokes.drawn(
        rng,
        rise=(0.5, 1.0),
        hold=hold,
        fall=(0.5, 1.0),
        rest=(0.3, 1.2),
        vary=0.3,
    )


def wiping(body: Body, rng: Rng) -> Motion:
    """Wipe a table or a window with one hand or both."""
    stand = Standing(body, rng, wide=1.3)
    table = rng.random() < 0.6
    side = SIDES[rng.integers(2)]
    way = rng.uniform(0.03, 0.2, 3) * ([1.0, 1.0, 0.02] if table else [0.1, 1.0, 0.6])
    round_ = rng.uniform(0.0, 0.15, 3) * ([1.0, 0.3, 0.02] if table else [0.1, 0.3, 1.0])
    place = (
        [rng.uniform(0.5, 0.75), rng.uniform(-0.3, 0.1), rng.uniform(-0.75, -0.5)]
        if table
        else [rng.uniform(0.6, 0.75), rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.5)]
    )
    rate = rng.uniform(0.6, 1.8)
    loop = Loop.draw(rng, place, way, rate, round=round_, wandering=0.1, wrist_flex=-30.0)
    rest = Loop.draw(
        rng, [0.5, 0.1, -0.75] if table else [0.3, 0.0, -0.8], [0, 0, 0], 0.3, wandering=0.02
    )
    loops = {side: (loop, 0.0)}
    if rng.random() < 0.5:
        loops[other_side(side)] = (loop if rng.random() < 0.3 else rest, 0.5)
    stoop = rng.uniform(12, 40) if table else rng.uniform(0, 8)
    return working(stand, rng, loops, stoop=stoop, nod=rng.uniform(0, 15) * table, follow=4)


def sweeping(body: Body, rng: Rng) -> Motion:
    """Sweep, mop or vacuum the floor with both hands on a stick, or with one hand."""
    stand = Standing(body, rng, wide=1.5)
    high, low = rng.permutation(SIDES).tolist()
    beat = Beat(rng, rng.uniform(0.4, 1.0), drift=0.1)
    across = rng.random() < 0.5
    way = np.array([0.04, rng.uniform(0.1, 0.25), 0.02] if across else [0.2, 0.02, 0.06])
    way *= rng.uniform(0.6, 1.2)
    low_loop = Loop.draw(
        rng, [rng.uniform(0.35, 0.6), -0.1, rng.uniform(-0.8, -0.6)], way, beat, wandering=0.04
    )
    high_loop = Loop.draw(
        rng,
        [rng.uniform(0.35, 0.5), -middle(body), rng.uniform(-0.5, -0.2)],
        0.5 * way * [1, -1, 1],
        beat,
        wandering=0.04,
    )
    loops = {low: (low_loop, 0.0), high: (high_loop, 0.0)}
    if rng.random() < 0.3:
        del loops[high]  # one hand vacuums
    return working(
        stand, rng, loops, stoop=rng.uniform(8, 32), nod=rng.uniform(5, 20), follow=8 * across
    )


def handling(body: Body, rng: Rng) -> Motion:
    """Type or handle things at the height of a table: hands move apart from each other."""
    stand = Standing(body, rng)
    types = rng.random() < 0.4
    size = 0.015 if types else rng.uniform(0.04, 0.14)
    loops = {
        side: (
            Loop.draw(
                rng,
                [rng.uniform(0.45, 0.7), rng.uniform(-0.4, 0.15), rng.uniform(-0.7, -0.45)],
                size * rng.uniform(-1, 1, 3),
                rng.uniform(1.5, 4) if types else rng.uniform(0.3, 1.2),
                round=size * rng.uniform(-1, 1, 3),
                wandering=0.01 if types else 0.06,
                pronate=70.0,
            ),
            0.0,
        )
        for side in SIDES
    }
    return working(stand, rng, loops, stoop=rng.uniform(0, 22), nod=rng.uniform(8, 28))


def opening(body: Body, rng: Rng) -> Motion:
    """Open or close a door, a drawer or a cupboard: reach, pull or push, let go."""
    stand = Standing(body, rng, wide=1.2)
    side = SIDES[rng.integers(2)]
    drawer = rng.random() < 0.4
    height = rng.uniform(-0.9, -0.5) if drawer else rng.uniform(-0.6, 0.3)
    pull = rng.uniform(0.1, 0.2)
    loop = Loop.draw(
        rng,
        [rng.uniform(0.6, 0.75), rng.uniform(-0.3, 0.3), height],
        [pull, 0.0 if drawer else rng.uniform(-0.2, 0.2), 0.0],
        rng.uniform(0.25, 0.6),
        wandering=0.02,
        curl=0.8,
    )
    loops = {side: (loop, 0.0)}
    if drawer and rng.random() < 0.4:
        loops[other_side(side)] = (loop, 0.0)
    stoop = rng.uniform(10, 40) if height < -0.6 else rng.uniform(0, 10)
    bouts = _bouts(rng, (0.6, 2.0))
    return working(stand, rng, loops, stoop=stoop, nod=8, follow=8, bouts=bouts)


def reaching_up(body: Body, rng: Rng) -> Motion:
    """Reach up to a shelf, put something there or take it, on the toes at times."""
    stand = Standing(body, rng)
    side = SIDES[rng.integers(2)]
    place = np.array([rng.uniform(0.4, 0.7), rng.uniform(-0.3, 0.2), rng.uniform(0.4, 0.75)])
    loop = Loop.draw(
        rng, place, rng.uniform(0.02, 0.14, 3), rng.uniform(0.3, 0.8), wandering=0.08, curl=0.5
    )
    loops = {side: (loop, 0.0)}
    if rng.random() < 0.65:
        loops[other_side(side)] = (loop, rng.uniform(0, 0.3))
    toes = rng.uniform(8, 28) * (rng.random() < 0.5)
    bouts = _bouts(rng, (0.8, 2.5))
    works = working(stand, rng, loops, stoop=-4, nod=-rng.uniform(8, 25), bouts=bouts)

    def motion(times: Array) -> Channels:
        pose = works(times)
        for one in SIDES:
            pose[f"{one}_ankle"] -= toes * bouts(times)
        return pose

    return motion


def washing_hands(body: Body, rng: Rng) -> Motion:
    """Rub the hands before the belly: washing, drying, warming them."""
    stand = Standing(body, rng)
    beat = Beat(rng, rng.uniform(1.0, 3.0), drift=0.15)
    place = [rng.uniform(0.4, 0.6), -0.85 * middle(body), rng.uniform(-0.7, -0.3)]
    loop = Loop.draw(
        rng,
        place,
        rng.uniform(0.02, 0.07) * np.array([1.0, 0.2, 0.4]),
        beat,
        round=[0, 0, rng.uniform(0, 0.04)],
        wandering=0.02,
        pronate=rng.uniform(-10, 40),
    )
    loops = {"left": (loop, 0.0), "right": (loop, 0.5)}
    return working(stand, rng, loops, stoop=rng.uniform(0, 25), nod=rng.uniform(10, 30))


def combing(body: Body, rng: Rng) -> Motion:
    """Comb the hair or put it in order, with one hand or both."""
    stand = Standing(body, rng)
    side = SIDES[rng.integers(2)]
    part = str(rng.choice(["crown", "ear", "temple"], p=[0.5, 0.3, 0.2]))
    offset = {"crown": [0.2, 0.5, 0.1], "ear": [0.1, 0.6, 0.1], "temple": [0.2, 0.5, 0.1]}[part]
    loop = Loop.draw(
        rng,
        at_head(body, part, offset),
        rng.uniform(0.04, 0.12) * np.array([0.5, 0.3, 1.0]),
        rng.uniform(0.5, 1.5),
        round=[rng.uniform(0.0, 0.1), 0.02, 0.0],
        elbow=[rng.uniform(0.4, 1.0), 1.0, rng.uniform(-0.6, 0.1)],
        wandering=0.03,
    )
    loops = {side: (loop, 0.0)}
    if rng.random() < 0.3:
        loops[other_side(side)] = (loop, 0.3)
    bouts = _bouts(rng, (1.5, 5.0))
    return working(stand, rng, loops, nod=rng.uniform(-5, 20), bouts=bouts)


def playing_instrument(body: Body, rng: Rng) -> Motion:
    """Play a guitar, a violin, drums or a flute."""
    stand = Standing(body, rng)
    left, right = rng.permutation(SIDES).tolist()
    kind = str(rng.choice(["guitar", "violin", "drum", "flute"], p=[0.4, 0.2, 0.25, 0.15]))
    rate = rng.uniform(1.0, 3.0)
    far, near = {
        "guitar": (
            np.array([0.45, rng.uniform(0.15, 0.45), -0.25]),
            np.array([0.38, -0.25, -0.62]),
        ),
        "violin": (np.array([0.62, rng.uniform(-0.1, 0.2), 0.15]), np.array([0.5, -0.15, -0.05])),
        "drum": (np.array([0.6, -0.1, -0.55]), np.array([0.6, -0.1, -0.55])),
        "flute": (at_head(body, "mouth", [0.9, 1.1, 0.1]), at_head(body, "mouth", [0.8, 0, 0.1])),
    }[kind]
    small = rng.normal(0, 0.02, 3)
    strokes = {
        "guitar": rng.uniform(0.03, 0.1) * np.array([0.2, 0.2, 1.0]),
        "violin": rng.uniform(0.08, 0.18) * np.array([0.4, 1.0, -0.5]),
        "drum": rng.uniform(0.05, 0.15) * np.array([0.3, 0.0, 1.0]),
        "flute": small,
    }[kind]
    beat = Beat(rng, 0.5 * rate if kind == "violin" else rate, drift=0.1)
    loops = {
        left: (Loop.draw(rng, far, strokes if kind == "drum" else small, beat), 0.5),
        right: (Loop.draw(rng, near, strokes, beat), 0.0),
    }
    return working(stand, rng, loops, nod=rng.uniform(0, 20), stoop=rng.uniform(0, 8), follow=2)
