"""Limbs and trunk over the stride of a person who walks or runs.

Joint angles over the stride after Winter, Biomechanics and Motor Control of Human Movement
(2009), chapter 3 (walking), and Novacheck, The biomechanics of running (1998), fig. 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.timing import curve

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


@dataclass(frozen=True)
class Style:
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


def random_style(rng: Rng, gait: Gait, cadence: float, room: float) -> Style:
    """Draw a style of walking or running within `room` [m]."""
    runs = gait is RUN
    length = 1.15 if runs else 0.80
    size = rng.uniform(0.75, 1.15)
    tracks = 0.45 if room >= _LEAST_ROOM else 0.0
    place = rng.choice(["track", "belt", "spot"], p=[tracks, 0.75 - tracks, 0.25])
    gait = SPOT if place == "spot" else gait
    spot_size = rng.uniform(1.0, 1.9) if runs else rng.uniform(0.5, 1.5)
    return Style(
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


def take_steps(
    pose: Channels, body: Body, style: Style, phase: Array, *, going: Array, uneven: float = 1.0
) -> None:
    """Set limbs and trunk; going (T,) is 1 in full stride and 0 for a standing person.

    The left arm swings `uneven` times as far as in the style, the right one as much less.
    """
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        _leg(pose, style, side, phase + offset, going)
        swing = -np.cos(2 * np.pi * (phase + offset)) * going
        _arm(pose, style, side, swing * (uneven if side == "left" else 2 - uneven))
    _trunk(pose, body, style, phase)


def _leg(pose: Channels, style: Style, side: str, phase: Array, going: Array) -> None:
    gait = style.gait
    pose[f"{side}_hip_flex"] = style.hips * curve(phase, gait.hip) * going + pose["pitch"]
    pose[f"{side}_knee"] = np.maximum(style.knees * curve(phase, gait.knee), 1) * going
    pose[f"{side}_ankle"] = curve(phase, gait.ankle) * going
    pose[f"{side}_hip_out"] = 5.0


def _arm(pose: Channels, style: Style, side: str, swing: Array) -> None:
    """Set one arm; swing -1 to 1 is opposite to the leg of the same side."""
    abduct, rotate, pronate, curl = style.posture
    pose[f"{side}_flex"] = style.arms * swing + (0.0 if style.runs else 0.15 * style.arms)
    pose[f"{side}_abduct"] = abduct
    pose[f"{side}_rotate_in"] = rotate + 8 * swing
    pose[f"{side}_elbow"] = np.maximum(style.elbow + style.pump * style.arms * swing, 3.0)
    pose[f"{side}_pronate"] = pronate
    pose[f"{side}_curl"] = curl


def _trunk(pose: Channels, body: Body, style: Style, phase: Array) -> None:
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
