"""Walking and running, on the spot, along a track or a route.

Joint angles over the stride after Winter, Biomechanics and Motor Control of Human Movement
(2009), chapter 3 (walking), and Novacheck, The biomechanics of running (1998), fig. 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.places import held_arms
from pose_action_ros.simulation.route import Pauses, Route, Track
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import Beat, Wander, curve, ease

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Gait:
    """Angles [degrees] of one leg over a stride that begins with its heel strike."""

    hip: Knots
    knee: Knots
    ankle: Knots


WALK: Final = Gait(
    hip=((0.0, 28), (0.15, 24), (0.35, 2), (0.52, -12), (0.65, 2), (0.80, 26), (0.9, 30)),
    knee=((0.0, 4), (0.13, 17), (0.38, 5), (0.52, 18), (0.72, 60), (0.88, 22), (0.96, 3)),
    ankle=((0.0, 0), (0.07, -6), (0.25, 5), (0.45, 10), (0.62, -18), (0.75, -2), (0.88, 1)),
)
RUN: Final = Gait(
    hip=((0.0, 32), (0.12, 24), (0.25, 2), (0.38, -12), (0.5, 2), (0.7, 45), (0.85, 44)),
    knee=((0.0, 18), (0.14, 42), (0.36, 16), (0.5, 62), (0.68, 100), (0.85, 55), (0.95, 20)),
    ankle=((0.0, 5), (0.15, 22), (0.28, 10), (0.4, -20), (0.55, -8), (0.8, 4)),
)
SPOT: Final = Gait(  # marching: the foot moves up and down under the body
    hip=((0.0, 6), (0.2, 2), (0.45, 4), (0.6, 26), (0.75, 40), (0.9, 20)),
    knee=((0.0, 12), (0.2, 6), (0.45, 10), (0.6, 52), (0.75, 72), (0.9, 34)),
    ankle=((0.0, 4), (0.2, 2), (0.45, 4), (0.58, -16), (0.75, -8), (0.9, 0)),
)


_LEAST_ROOM: Final = 0.8
"""Least room [m] for walking along a track."""
_WALKS: Final = 0.7
"""Speed from which steps along a route have their full size [m/s]."""
_STANDS: Final = 0.25
"""Share of the full stride below which a person stands."""
HELD: Final[Mapping[str, float]] = {
    "swing": 0.5,
    "in_pocket": 0.08,
    "behind": 0.05,
    "folded": 0.05,
    "bag": 0.08,
    "bent": 0.09,
    "phone": 0.06,
    "reading": 0.07,
    "in_front": 0.02,
}
"""Ways of walking people to hold their arms, with their probabilities."""


def walking(body: Body, rng: Rng, room: float = np.inf, arms: str = "") -> Motion:
    """Walk along a track within `room` [m], on a treadmill, or march on the spot.

    The arms swing or are held in one of the ways HELD; random unless `arms` names one.
    """
    cadence = np.clip(rng.normal(0.92, 0.13), 0.55, 1.25) / np.sqrt(body.height / 1.72)
    style = _style(rng, WALK, float(cadence), room)
    kind = str(rng.choice(["usual", "slow", "brisk"], p=[0.66, 0.22, 0.12]))
    if kind == "slow":  # strolling, tired or old, and films in slow motion
        slow, small = rng.uniform(0.4, 0.75), rng.uniform(0.0, 0.6)
        style = replace(
            style, cadence=slow * style.cadence, length=(1 - small * (1 - slow)) * style.length
        )
    elif kind == "brisk":  # bent elbows, as of runners
        style = replace(
            style, elbow=rng.uniform(45, 105), arms=rng.uniform(8, 45), hips=1.1 * style.hips
        )
    pauses = Pauses(rng) if rng.random() < 0.2 else None
    going = _going(body, rng, style, room, pauses)
    drawn = "swing" if kind == "brisk" else str(rng.choice(list(HELD), p=list(HELD.values())))
    name = arms or drawn
    return going if name == "swing" else _with_arms(body, rng, going, name)


def _with_arms(body: Body, rng: Rng, going: Motion, name: str) -> Motion:
    """The gait with held arms."""
    held = held_arms(body, rng, name)
    keep, lean = rng.uniform(0.05, 0.3), rng.uniform(0, 7) * (name == "bag")
    bowed = rng.uniform(10, 35) * (name == "reading")
    lean = lean if rng.random() < 0.5 or name != "bag" else 0.4 * lean

    def motion(times: Array) -> Channels:
        pose = going(times)
        for side, goal in zip(SIDES, held, strict=True):
            if goal:
                swing = pose[f"{side}_flex"].copy()
                pose.toward(goal, 1.0, side)
                pose[f"{side}_flex"] += keep * swing
        pose["nod"] += bowed
        pose["bend_left"] += lean * (1 if held[1] else -1)
        return pose

    return motion


class Steps:
    """Steps of a person along any path, forwards or backwards.

    Args:
        body: the person's measures.
        rng: random generator of the style.
    """

    def __init__(self, body: Body, rng: Rng) -> None:
        style = _style(rng, WALK, 1.0, 0.0)
        hips, knees = rng.uniform(0.75, 1.0), rng.uniform(0.85, 1.12)
        self._style = replace(style, gait=WALK, hips=hips, knees=knees)
        self._stride = rng.uniform(0.70, 0.85) * body.height
        self._body = body

    def __call__(self, way: Array, going: Array) -> Channels:
        """Limbs and trunk after a distance.

        Args:
            way: (T,) distance [m], falling while the person walks backwards.
            going: (T,) 1 in full stride and 0 for a standing person, see `full_steps`.
        """
        pose = Channels.zeros(len(way))
        _step(pose, self._body, self._style, way / self._stride, going=going)
        return pose


def full_steps(speed: Array) -> Array:
    """(T,) size of steps, 0 to 1, at a speed (T,) [m/s]."""
    return ease(speed / _WALKS)


def strolling(body: Body, rng: Rng, route: Route) -> Motion:
    """Walk along a route, and stand at its stops; steps follow from the distance travelled."""
    steps = Steps(body, rng)

    def motion(times: Array) -> Channels:
        pose = steps(route.at(route.way, times), full_steps(route.at(route.speed, times)))
        x, y, heading = (route.at(values, times) for values in (*route.places.T, route.heading))
        turned = np.radians(heading)
        pose["yaw"] += heading
        pose["forward"] = x - pose["sideways"] * np.sin(turned)
        pose["sideways"] = y + pose["sideways"] * np.cos(turned)
        return pose

    return motion


def running(body: Body, rng: Rng, room: float = np.inf) -> Motion:
    """Run along a track within `room` [m], on a treadmill, or on the spot."""
    cadence = np.clip(rng.normal(1.33, 0.17), 1.0, 1.8) / np.sqrt(body.height / 1.72)
    style = _style(rng, RUN, float(cadence), room)
    if rng.random() < 0.35:  # jogging
        small = rng.uniform(0.7, 1.0)
        style = replace(
            style,
            hips=small * style.hips,
            knees=rng.uniform(0.75, 1.0) * style.knees,
            length=rng.uniform(0.6, 0.9) * style.length,
            bounce=rng.uniform(0.6, 1.0) * style.bounce,
            elbow=rng.uniform(40, 100),
        )
    return _going(body, rng, style, room)


@dataclass(frozen=True)
class _Style:
    """A style of gait: strides per second, stride length [heights], sizes of the swings."""

    gait: Gait
    runs: bool
    cadence: float
    length: float
    hips: float
    knees: float
    arms: float
    elbow: float
    pump: float  # swing of the elbow, relative to that of the arm
    bounce: float
    sway: float
    twist: float
    lean: float
    posture: tuple[float, float, float, float]  # abduct, rotate_in, pronate, curl


def _style(rng: Rng, gait: Gait, cadence: float, room: float) -> _Style:
    runs = gait is RUN
    length = 1.15 if runs else 0.80
    size = rng.uniform(0.75, 1.15)
    tracks = 0.45 if room >= _LEAST_ROOM else 0.0
    place = rng.choice(["track", "belt", "spot"], p=[tracks, 0.75 - tracks, 0.25])
    gait = SPOT if place == "spot" else gait
    spot_size = rng.uniform(1.0, 1.9) if runs else rng.uniform(0.5, 1.5)
    return _Style(
        gait=gait,
        runs=runs,
        cadence=cadence,
        length=length * size if place == "track" else 0.0,
        hips=spot_size if place == "spot" else size,
        knees=spot_size**0.7 if place == "spot" else rng.uniform(0.85, 1.12),
        arms=rng.uniform(14, 45) if runs else rng.uniform(4, 32),
        elbow=rng.uniform(60, 110) if runs else rng.uniform(5, 45),
        pump=rng.uniform(0.3, 1.4) if runs else rng.uniform(0.3, 1.1),
        bounce=rng.uniform(0.015, 0.05) if runs else 0.0,
        sway=rng.uniform(0.004, 0.014),
        twist=rng.uniform(2, 9),
        lean=rng.uniform(3, 14) if runs and place != "spot" else rng.normal(2, 3),
        posture=(rng.uniform(7, 16), rng.uniform(5, 35), rng.uniform(5, 40), rng.uniform(0.2, 0.7)),
    )


def _going(
    body: Body, rng: Rng, style: _Style, room: float, pauses: Pauses | None = None
) -> Motion:
    beat = Beat(rng, style.cadence, drift=0.02)
    radius = rng.uniform(0.35, min(0.9, max(0.5 * room, 0.4)))
    straight = rng.uniform(0.2, max(min(2.5, 2 * (room - radius)), 0.3))
    track = Track(straight, radius, bool(rng.random() < 0.5))
    noise = {name: Wander(rng, 0.1, 0.8) for name in ("turn_left", "nod", "bend_left", "roll")}
    stiff, uneven = rng.normal(0, 2), rng.normal(1, 0.06)
    start = float(beat(np.zeros(1))[0])

    def motion(times: Array) -> Channels:
        pose = Channels.zeros(len(times))
        phase = beat(pauses.passed(times) if pauses else times)
        going = pauses.going(times) if pauses else ease(0.3 + times / 0.6)
        pose["phase"] = np.where(going < _STANDS, 1.0, 0.0) * bool(pauses)
        _step(pose, body, style, phase, going=going, uneven=uneven)
        for name, wander in noise.items():
            pose[name] += {"turn_left": 5, "nod": 2}.get(name, 0.8) * wander(times)
        pose["nod"] += stiff
        if style.runs:
            hop = np.mod(2 * phase + 0.24, 1.0)  # both feet off the floor before each strike
            fly = np.clip((hop - 0.62) / 0.38, 0, 1)
            pose["lift"] = 4 * style.bounce * body.height * fly * (1 - fly) * going
        way = np.maximum(phase - start, 0.0) * style.length * body.height
        x, y, heading = track(way + straight / 2)
        pose["yaw"] += heading
        pose["forward"] += x - straight / 2 - pose["sideways"] * np.sin(np.radians(heading))
        pose["sideways"] = y + pose["sideways"] * np.cos(np.radians(heading))
        return pose

    return motion


def _step(
    pose: Channels, body: Body, style: _Style, phase: Array, *, going: Array, uneven: float = 1.0
) -> None:
    """Set limbs and trunk; going (T,) is 1 in full stride and 0 for a standing person.

    The left arm swings `uneven` times as far as the style says, the right one as much less.
    """
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        _leg(pose, style, side, phase + offset, going)
        swing = -np.cos(2 * np.pi * (phase + offset)) * going
        _arm(pose, style, side, swing * (uneven if side == "left" else 2 - uneven))
    _trunk(pose, body, style, phase)


def _leg(pose: Channels, style: _Style, side: str, phase: Array, going: Array) -> None:
    gait = style.gait
    pose[f"{side}_hip_flex"] = style.hips * curve(phase, gait.hip) * going + pose["pitch"]
    pose[f"{side}_knee"] = np.maximum(style.knees * curve(phase, gait.knee), 1) * going
    pose[f"{side}_ankle"] = curve(phase, gait.ankle) * going
    pose[f"{side}_hip_out"] = 5.0


def _arm(pose: Channels, style: _Style, side: str, swing: Array) -> None:
    """Set one arm; swing -1 to 1 is opposite to the leg of the same side."""
    abduct, rotate, pronate, curl = style.posture
    pose[f"{side}_flex"] = style.arms * swing + (0.0 if style.runs else 0.15 * style.arms)
    pose[f"{side}_abduct"] = abduct
    pose[f"{side}_rotate_in"] = rotate + 8 * swing
    pose[f"{side}_elbow"] = np.maximum(style.elbow + style.pump * style.arms * swing, 3.0)
    pose[f"{side}_pronate"] = pronate
    pose[f"{side}_curl"] = curl


def _trunk(pose: Channels, body: Body, style: _Style, phase: Array) -> None:
    """Turn pelvis and shoulders against each other and shift the weight over the standing foot."""
    step = 2 * np.pi * phase
    pose["bend_forward"] = style.lean
    pose["nod"] = -0.7 * style.lean
    pose["yaw"] = -style.twist * 0.6 * np.cos(step)
    pose["twist_left"] = style.twist * 1.5 * np.cos(step)
    pose["turn_left"] = -style.twist * 0.9 * np.cos(step)
    pose["sideways"] = style.sway * body.height * np.sin(step)
    pose["roll"] = -2.0 * np.sin(step)
    pose["bend_left"] = 1.5 * np.sin(step)
