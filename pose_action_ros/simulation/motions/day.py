"""Hands at the head and before the eyes: drinking, phoning, a hand at the face, a phone in view.

The person stands unless another motion, `ground`, sets trunk and legs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng, other_side
from pose_action_ros.simulation.motions.places import Arm, Loop, at_head, calm, holding, middle
from pose_action_ros.simulation.motions.turning import Turner
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, Wander, ease


def _begun(ground: Motion, strokes: Strokes, times: Array) -> tuple[Channels, Array]:
    """Channels of the ground with the phase of the strokes, and their level (T,)."""
    pose = ground(times)
    pose["phase"] = strokes.phase(times)
    return pose, strokes(times)


def drinking(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Lift a cup, a bottle or food to the mouth, and lower it, again and again."""
    ground = ground or Standing(body, rng)
    side = SIDES[rng.integers(2)]
    kind = str(rng.choice(["cup", "bottle", "both", "eating"], p=[0.4, 0.25, 0.1, 0.25]))
    sides = SIDES if kind == "both" else (side,)
    at_mouth = _sip(body, rng, kind)
    ready = _before_sip(body, rng, kind)
    rests = kind == "both" or rng.random() < 0.75  # the cup stays before the chest
    strokes = Strokes.drawn(
        rng,
        rise=(0.5, 1.1),
        hold=(0.3, 0.9) if kind == "eating" else (0.5, 3.0),
        fall=(0.5, 1.1),
        rest=(0.6, 3.0),
        vary=0.3,
        exact=True,
    )
    tip = {"eating": rng.uniform(-15, 5), "bottle": rng.uniform(8, 32)}.get(
        kind, rng.uniform(0, 22)
    )
    plate = _before_sip(body, rng, kind) if kind == "eating" and rng.random() < 0.5 else {}

    def motion(times: Array) -> Channels:
        pose, level = _begun(ground, strokes, times)
        up = ease(times / 0.8)
        pose.toward(plate, up, other_side(side))
        for one in sides:
            if rests:
                pose.toward(ready, up, one)
            pose.toward(at_mouth(level), level, one)
        calm(pose, level)
        pose["nod"] -= tip * level**3
        pose["bend_forward"] -= 0.1 * tip * level**3
        return pose

    return motion


def _sip(body: Body, rng: Rng, kind: str) -> Callable[[Array], Arm]:
    """Draw the arm at the mouth: channels from the level (T,); the elbow rises with the cup."""
    ahead, out, up = {
        "cup": (rng.uniform(0.45, 0.75), rng.uniform(0.1, 0.6), rng.uniform(-0.55, -0.1)),
        "bottle": (rng.uniform(0.6, 0.95), rng.uniform(0.0, 0.5), rng.uniform(-0.35, 0.15)),
        "both": (rng.uniform(0.45, 0.7), rng.uniform(0.25, 0.45), rng.uniform(-0.55, -0.2)),
        "eating": (rng.uniform(0.5, 0.9), rng.uniform(0.1, 0.5), rng.uniform(-0.6, -0.15)),
    }[kind]
    wrist = at_head(body, "mouth", (ahead, out, up))
    low = np.array([-0.2, rng.uniform(0.2, 0.8), -1.0])
    high = np.array([0.1, rng.uniform(0.4, 1.6), rng.uniform(-1.0, -0.1)])
    hand = {"pronate": rng.uniform(-30, 40), "wrist_flex": rng.uniform(-5, 30), "curl": 0.6}

    def at_mouth(level: Array) -> Arm:
        elbow = low + (high - low) * level[:, None] ** 3
        return holding(body, wrist, elbow, **hand)

    return at_mouth


def _before_sip(body: Body, rng: Rng, kind: str) -> Arm:
    """Draw an arm that holds a cup or a plate before the chest or the belly."""
    inward = rng.uniform(0.75, 0.9) if kind == "both" else rng.uniform(0.0, 0.9)
    place = [rng.uniform(0.4, 0.6), -inward * middle(body), rng.uniform(-0.65, -0.25)]
    return holding(
        body, place, [-0.4, rng.uniform(0.2, 0.7), -1.0], pronate=rng.uniform(-10, 40), curl=0.6
    )


def phoning(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Hold a phone at an ear for a long time, standing or turning slowly."""
    if not ground and rng.random() < 0.3:
        turns = rng.normal(0, 60, 32)
        ground = Turner(body, rng, turns=turns, seconds=(1.2, 2.6), pauses=(0.5, 3.0))
    ground = ground or Standing(body, rng)
    side = SIDES[rng.integers(2)]
    wrist = at_head(body, "ear", rng.uniform([0.35, 0.1, -0.7], [0.75, 0.45, -0.35]))
    elbow = [rng.uniform(-0.1, 0.6), rng.triangular(0.0, 0.2, 1.1), -1.0]
    goal = holding(
        body,
        wrist,
        elbow,
        pronate=rng.uniform(-30, 40),
        wrist_flex=rng.uniform(-20, 20),
        curl=0.55,
    )
    strokes = Strokes.drawn(
        rng,
        rise=(0.5, 1.2),
        hold=(3.0, 9.0),
        fall=(0.5, 1.1),
        rest=(0.6, 2.0),
        exact=True,
    )
    tilt, bowed = rng.uniform(-2, 14), rng.uniform(-3, 18)
    talk = _free_hand(body, rng)
    drift = [Wander(rng, 0.1, 0.6) for _ in range(2)]

    def motion(times: Array) -> Channels:
        pose, level = _begun(ground, strokes, times)
        pose.toward(goal, level, side)
        pose[f"{side}_flex"] += 2 * level * drift[0](times)
        pose[f"{side}_abduct"] += 3 * level * drift[1](times)
        pose[f"{side}_shrug"] += 4 * level
        calm(pose, level, 0.6)
        pose["tilt_left"] += (tilt if side == "left" else -tilt) * level
        pose["nod"] += bowed * level
        talk(pose, times, level, other_side(side))
        return pose

    return motion


def _free_hand(body: Body, rng: Rng) -> Callable[[Channels, Array, Array, str], None]:
    """Draw the arm that holds nothing: idle, gesturing, or under the other elbow."""
    kind = str(rng.choice(["idle", "talking", "under"], p=[0.6, 0.22, 0.18]))
    place = {
        "under": [rng.uniform(0.28, 0.4), -1.35 * middle(body), rng.uniform(-0.5, -0.35)],
        "talking": [rng.uniform(0.35, 0.7), rng.uniform(-0.3, 0.2), rng.uniform(-0.6, -0.2)],
        "idle": [0.5, 0.0, -0.5],
    }[kind]
    size = rng.uniform(0.03, 0.14, 3) * (kind == "talking")
    loop = Loop.draw(rng, place, size, rng.uniform(0.4, 1.3), wandering=0.05)
    bouts = Strokes(rng, rise=0.6, hold=2.5, fall=0.6, rest=2.0, vary=0.4)

    def apply(pose: Channels, times: Array, level: Array, side: str) -> None:
        if kind != "idle":
            weight = level if kind == "under" else level * bouts(times)
            pose.toward(loop(body, times), weight, side)

    return apply


_FACE = {  # share, and least and greatest offset of the wrist [hand lengths]
    "chin": (0.28, ([0.2, 0.0, -0.75], [0.6, 0.45, -0.35])),
    "cheek": (0.15, ([0.2, 0.1, -0.8], [0.6, 0.5, -0.35])),
    "mouth": (0.14, ([0.4, 0.15, -0.6], [0.8, 0.55, -0.15])),
    "nose": (0.08, ([0.3, 0.15, -0.75], [0.6, 0.5, -0.4])),
    "eye": (0.13, ([0.35, 0.15, -0.75], [0.65, 0.55, -0.35])),
    "forehead": (0.14, ([0.3, 0.2, -0.7], [0.6, 0.7, -0.25])),
    "temple": (0.08, ([0.2, 0.25, -0.75], [0.5, 0.7, -0.35])),
}


def hand_at_face(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Put a hand, at times both, to the face: thinking, coughing, wiping or rubbing."""
    ground = ground or Standing(body, rng)
    shares = [share for share, _ in _FACE.values()]
    part = str(rng.choice(list(_FACE), p=np.array(shares) / sum(shares)))
    both = part in ("eye", "forehead", "cheek", "mouth") and rng.random() < 0.3
    side = SIDES[rng.integers(2)]
    wrist = at_head(body, part, rng.uniform(*_FACE[part][1]))
    rubs = float(rng.random() < (0.8 if part == "eye" else 0.3))
    size = rubs * rng.uniform(0.0, 0.35, 3) * [0.2, 1.0, 0.6] * body.hand / body.arm
    loop = Loop.draw(
        rng,
        wrist,
        size,
        rng.uniform(1.2, 3.5),
        elbow=[rng.uniform(-0.1, 0.5), rng.uniform(0.1, 1.3), -1.0],
        wandering=0.01,
        pronate=rng.uniform(-50, 50),
        wrist_flex=rng.uniform(-10, 45),
    )
    strokes = Strokes(
        rng,
        exact=True,
        rise=rng.uniform(0.4, 0.9),
        hold=float(np.exp(rng.uniform(np.log(0.5), np.log(6.0)))),
        fall=rng.uniform(0.4, 0.9),
        rest=rng.uniform(0.4, 2.0),
        vary=0.3,
    )
    under = _under_elbow(body, rng) if not both and rng.random() < 0.35 else {}
    bowed, tilt = rng.uniform(-5, 20) + 10 * both, rng.normal(0, 5)

    def motion(times: Array) -> Channels:
        pose, level = _begun(ground, strokes, times)
        for one in SIDES if both else (side,):
            pose.toward(loop(body, times), level, one)
        pose.toward(under, level, other_side(side))
        calm(pose, level)
        pose["nod"] += bowed * level
        pose["tilt_left"] += tilt * level
        return pose

    return motion


def _under_elbow(body: Body, rng: Rng) -> Arm:
    """Draw an arm across the belly, its hand under the other elbow."""
    place = [rng.uniform(0.28, 0.4), -rng.uniform(1.2, 1.5) * middle(body), -0.45]
    return holding(body, place, [0.1, 0.7, -1.0], pronate=rng.uniform(10, 60), curl=0.4)


def looking_at_phone(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Look at a phone or a book in one hand or both, before belly or chest, nearly still."""
    ground = ground or Standing(body, rng)
    side = SIDES[rng.integers(2)]
    kind = str(rng.choice(["one", "both", "typing"], p=[0.45, 0.4, 0.15]))
    apart = 0.95 if kind == "both" else rng.uniform(0.2, 1.0)
    wide = rng.uniform(0.0, 0.25) if kind == "both" else 0.0  # a phone or a newspaper
    place = np.array(
        [rng.uniform(0.38, 0.62), wide - apart * middle(body), rng.uniform(-0.55, -0.08)]
    )
    elbow = [-0.3, rng.uniform(0.2, 0.8), -1.0]
    goal = holding(
        body,
        place,
        elbow,
        pronate=rng.uniform(-80, 10),
        wrist_flex=rng.uniform(-10, 25),
        curl=rng.uniform(0.4, 0.7),
    )
    tap = Loop.draw(
        rng,
        place + np.array([0.02, -0.15 * (1 - apart), 0.06]),
        [0.01, 0.01, 0.02],
        rng.uniform(0.5, 3.0),
        elbow=elbow,
        wandering=0.01,
        point=1.0,
        curl=0.8,
    )
    strokes = Strokes.drawn(
        rng,
        rise=(0.5, 1.1),
        hold=(4.0, 12.0),
        fall=(0.5, 1.1),
        rest=(0.6, 2.0),
        exact=True,
    )
    bowed, stoop = rng.uniform(14, 42), rng.uniform(0, 12)
    thumb, drift = rng.uniform(0, 2.5), [Wander(rng, 0.1, 0.6) for _ in range(3)]

    def motion(times: Array) -> Channels:
        pose, level = _begun(ground, strokes, times)
        for one in SIDES if kind == "both" else (side,):
            pose.toward(goal, level, one)
            pose[f"{one}_wrist_flex"] += thumb * level * drift[2](4 * times)
            pose[f"{one}_flex"] += 1.5 * level * drift[0](times)
            pose[f"{one}_elbow"] += 2 * level * drift[1](times)
        if kind == "typing":
            pose.toward(tap(body, times), level, other_side(side))
        calm(pose, level, 0.9)
        pose["nod"] += bowed * level
        pose["bend_forward"] += stoop * level
        return pose

    return motion
