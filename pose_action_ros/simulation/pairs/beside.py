"""None of the interactions: two people who stand, talk, move or play beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pose_action_ros.simulation.channels import SIDES, Rng, other_side
from pose_action_ros.simulation.free_movement import free_movement
from pose_action_ros.simulation.motions import MOTIONS, OTHERS, TRAVELLING
from pose_action_ros.simulation.pairs.actor import Level, pulse
from pose_action_ros.simulation.pairs.stage import Stage, before, between, on_body
from pose_action_ros.simulation.script import perform
from pose_action_ros.simulation.timing import Strokes, Wander

SECONDS = (3.5, 6.0)
_ALONE = (*MOTIONS, *OTHERS)
_BLOWS = frozenset({"punching", "kicking", "pushing"})
"""Actions of one person that are an interaction when another person is before them."""


def standing_about(stage: Stage) -> None:
    """Stand, face to face, side by side, or turned anywhere."""
    _turn(stage)
    stage.wait(*SECONDS)


def talking(stage: Stage) -> None:
    """Talk with the hands, one or both."""
    rng = stage.rng
    for who in (0, 1):
        if rng.random() < 0.75:
            _talk(stage, who)
    if rng.random() < 0.3:
        _turn(stage)
    stage.wait(*SECONDS)


def _talk(stage: Stage, who: int) -> None:
    rng = stage.rng
    for side in SIDES:
        if rng.random() < 0.25:
            continue
        reach = stage.bodies[who].arm
        strokes = Strokes.drawn(
            rng,
            rise=(0.3, 0.7),
            hold=(0.3, 2.5),
            fall=(0.4, 0.8),
            rest=(0.2, 2.0),
            vary=0.5,
        )
        low, high = (reach * rng.uniform([0.2, -0.4, -0.8], [0.75, 0.4, 0.15]) for _ in range(2))
        path = between(before(who, side, low), before(who, side, high), _wavering(rng))
        stage.reach(who, side, path, strokes, pronate=rng.uniform(-40, 60), curl=0.2)
    nod = Wander(rng, 0.5, 2.0)
    stage.lean(who, nod, nod=rng.uniform(0, 5), turn_left=rng.normal(0, 4))


def _wavering(rng: Rng) -> Level:
    """Draw a level that moves irregularly between 0 and 1."""
    beat = Wander(rng, 0.5, rng.uniform(1.0, 3.0))
    return lambda times: np.clip(0.5 + 0.3 * beat(times), 0, 1)


def acting(stage: Stage) -> None:
    """Do an action of one person beside the other, or both do."""
    rng = stage.rng
    both = rng.random() < 0.3
    for who in (0, 1) if both else (int(rng.integers(2)),):
        label = str(rng.choice([name for name in _ALONE if name not in TRAVELLING]))
        alone = perform(label, rng, stage.bodies[who])
        if not alone.furniture:  # these people stand in an empty room
            stage.own[who] = alone.motion
        if label in _BLOWS:
            heading = stage.place(who)[2]
            stage.face(who, heading + float(rng.choice([-1, 1]) * rng.uniform(70, 180)))
        elif rng.random() < 0.5:
            _turn(stage, who)
    stage.wait(*SECONDS)


def moving_freely(stage: Stage) -> None:
    """Dance or play: one moves arms, trunk and legs at random, or both do."""
    rng = stage.rng
    both = rng.random() < 0.5
    for who in (0, 1) if both else (int(rng.integers(2)),):
        stage.own[who] = free_movement(stage.bodies[who], rng)
        _turn(stage, who)
    stage.wait(*SECONDS)


def passing(stage: Stage) -> None:
    """Walk past each other, or one past the other who stands."""
    rng = stage.rng
    beside = rng.choice([-1, 1]) * rng.uniform(0.5, 1.2)
    way, speed = rng.uniform(2.5, 4.0), rng.uniform(0.6, 1.4)
    walkers = (0, 1) if rng.random() < 0.5 else (int(rng.integers(2)),)
    for who in walkers:
        x, y, heading = stage.place(who)
        stage.move_start(
            who,
            x - (0.5 * (way - stage.apart) * (1 if who == 0 else -1)),
            y + 0.5 * beside * (1 if who == 0 else -1) * (3 - len(walkers)),
        )
        stage.face(who, heading)
    for who in walkers:
        stage.walk_straight(who, way, way / speed)
    stage.time += way / speed + 0.3


def walking_together(stage: Stage) -> None:
    """Walk in the same direction, side by side or one after the other."""
    rng = stage.rng
    heading = float(rng.uniform(-180, 180))
    speed, seconds = rng.uniform(0.4, 1.3), rng.uniform(3.0, 5.0)
    for who in (0, 1):
        stage.face(who, heading + float(rng.normal(0, 4)))
        stage.walk_straight(who, speed * seconds * rng.uniform(0.93, 1.07), seconds)
    stage.time += seconds


def playing(stage: Stage) -> None:
    """Play about a ball: short runs to and fro, arms low, out or up."""
    rng = stage.rng
    for who in (0, 1):
        time = stage.time
        while time < stage.time + 6:
            ahead, aside = rng.uniform(-0.7, 0.7), rng.uniform(-0.8, 0.8)
            if stage.distance() - ahead < 0.6:
                ahead = -0.4
            length = float(np.hypot(ahead, aside))
            turn = float(rng.normal(0, 40))
            pace = rng.uniform(0.5, 1.8)
            time = stage.go(who, ahead, max(0.3, length / pace), aside=aside, turn=turn, start=time)
            time += rng.uniform(0, 0.8)
        _dribble(stage, who)
    stage.time += 6


def _dribble(stage: Stage, who: int) -> None:
    rng = stage.rng
    reach = stage.bodies[who].arm
    bounces = rng.random() < 0.5
    for side in SIDES:
        strokes = Strokes.drawn(
            rng,
            rise=(0.15, 0.4),
            hold=(0.02, 0.8),
            fall=(0.2, 0.4),
            rest=(0.0, 0.6),
            vary=0.5,
        )
        low = reach * rng.uniform([0.3, -0.2, -1.0], [0.6, 0.4, -0.7])
        high = reach * rng.uniform([0.2, -0.2, -0.5], [0.6, 0.8, 0.9])
        path = between(before(who, side, low), before(who, side, high), strokes)
        active = rng.random() < 0.75 if bounces else rng.random() < 0.5
        if active:
            stage.reach(who, side, path, pulse(0.0, 0.5, 30.0, 1.0), pronate=40.0, curl=0.2)
    crouch = rng.uniform(0, 25)
    stage.lean(who, pulse(0.0, 0.5, 30.0, 1.0), pitch=0.4 * crouch, bend_forward=crouch)


def close(stage: Stage) -> None:
    """Whisper, look at something together, meet with raised hands, or arrange clothes or hair."""
    rng = stage.rng
    nearness, act = _CLOSE[int(rng.integers(len(_CLOSE)))]
    stage.close_in(nearness * rng.uniform(1, 1.3))
    begin = stage.time + rng.uniform(0.1, 0.6)
    level = pulse(begin, rng.uniform(0.3, 0.7), rng.uniform(0.3, 3.0), rng.uniform(0.4, 0.8))
    act(stage, level, SIDES[rng.integers(2)])
    for who in (0, 1):
        if rng.random() < 0.3:
            _talk(stage, who)
    stage.wait(*SECONDS)


def _whisper(stage: Stage, level: Level, side: str) -> None:
    rng = stage.rng
    stage.lean(0, level, bend_forward=rng.uniform(5, 20), tilt_left=rng.normal(0, 12))
    if rng.random() < 0.6:
        stage.reach(0, side, on_body(0, "nose", (0.1, rng.normal(0, 0.05), 0.0)), level, curl=0.3)


def _show(stage: Stage, level: Level, side: str) -> None:
    rng, reach = stage.rng, stage.bodies[0].arm
    place = before(0, side, reach * rng.uniform([0.4, -0.4, -0.6], [0.7, 0.1, 0.0]))
    stage.reach(0, side, place, level, pronate=-20.0, curl=0.5)
    stage.lean(1, level, bend_forward=rng.uniform(0, 20), nod=rng.uniform(5, 25))
    if rng.random() < 0.5:
        stage.reach(0, other_side(side), place, level, curl=0.5)


def _high_five(stage: Stage, level: Level, side: str) -> None:
    rng, reach = stage.rng, stage.bodies[0].arm
    place = on_body(0, f"{side}_shoulder", (0.75 * reach, 0.0, rng.uniform(0.3, 0.6) * reach))
    for who in (0, 1):
        stage.reach(who, "right" if rng.random() < 0.7 else "left", place, level, curl=0.0)


def _arrange(stage: Stage, level: Level, side: str) -> None:
    rng = stage.rng
    joint = str(rng.choice(["neck", "left_shoulder", "right_shoulder", "head_top"]))
    for hand in SIDES if rng.random() < 0.5 else (side,):
        spot = on_body(1, joint, (0.08, rng.normal(0, 0.08), rng.normal(0, 0.05)))
        stage.reach(0, hand, spot, level, curl=0.3)


_CLOSE: Sequence[tuple[float, Callable[[Stage, Level, str], None]]] = (
    (0.4, _whisper),
    (0.6, _show),
    (0.9, _high_five),
    (0.6, _arrange),
)
"""Distance between both [m], and what they do."""


def _turn(stage: Stage, who: int = -1) -> None:
    """Turn one person, or for -1 both, anywhere or to the same side."""
    rng = stage.rng
    if who >= 0:
        stage.face(who, stage.place(who)[2] + float(rng.normal(0, 60)))
        return
    kind = rng.random()
    together = float(rng.choice([-1, 1]) * 90 + rng.normal(0, 15))
    for number in (0, 1):
        heading = stage.place(number)[2]
        if kind < 0.35:
            stage.face(number, together + float(rng.normal(0, 15)))
        elif kind < 0.7:
            stage.face(number, heading + float(rng.normal(0, 70)))


BESIDE: Mapping[str, tuple[Callable[[Stage], None], float]] = {
    "standing_about": (standing_about, 0.2),
    "talking": (talking, 0.2),
    "acting": (acting, 0.2),
    "moving_freely": (moving_freely, 0.08),
    "passing": (passing, 0.06),
    "walking_together": (walking_together, 0.06),
    "playing": (playing, 0.1),
    "close": (close, 0.1),
}
"""Scenes without an interaction, and their shares."""
