"""Walking and running, on the spot, along a track or a route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.places import held_arms
from pose_action_ros.simulation.motions.stride import RUN, WALK, Style, random_style, take_steps
from pose_action_ros.simulation.route import Pauses, Route, Track
from pose_action_ros.simulation.standing import Motion
from pose_action_ros.simulation.timing import Beat, Wander, ease

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
    style = random_style(rng, WALK, float(cadence), room)
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
        style = random_style(rng, WALK, 1.0, 0.0)
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
        take_steps(pose, self._body, self._style, way / self._stride, going=going)
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
    style = random_style(rng, RUN, float(cadence), room)
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


def _going(body: Body, rng: Rng, style: Style, room: float, pauses: Pauses | None = None) -> Motion:
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
        take_steps(pose, body, style, phase, going=going, uneven=uneven)
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
