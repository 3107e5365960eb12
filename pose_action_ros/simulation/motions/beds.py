"""Beds and sofas: their boxes, and poses on them and at their edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Rng
from pose_action_ros.simulation.furniture import Box, random_colour
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.motions.sitting import on_edge

_LONG: Final = 1.2
"""Length of a bed [heights of the person]."""


def bed_of(body: Body, top: float, wide: float, rng: Rng) -> Box:
    """A bed below a person who lies with the hips at the origin and the head towards -x."""
    long = _LONG * body.height
    return Box((0.05 * long, 0.0, top / 2), (long, wide, top), 0.0, random_colour(rng))


def couch(body: Body, rng: Rng) -> tuple[float, list[Box]]:
    """Height [m] and boxes of a bed, or of a sofa with its back at the right side."""
    top = rng.uniform(0.38, 0.6)
    if rng.random() < 0.6:
        return top, [bed_of(body, top, rng.uniform(0.9, 1.6), rng)]
    seat, long = bed_of(body, top, 0.8, rng), _LONG * body.height
    back = Box((0.05 * long, -0.45, top / 2 + 0.2), (long, 0.16, top + 0.4), 0.0, seat.colour)
    arm = Box((-0.5 * long, 0.0, top / 2 + 0.1), (0.12, 0.8, top + 0.2), 0.0, random_colour(rng))
    return top, [seat, back, arm]


def raised(key: KeyPose, top: float) -> KeyPose:
    """The pose on a bed of a height [m]."""
    return replace(key, lift=np.array([top]))


class Bedside:
    """The left edge of a bed of a random height; the person lies at the origin.

    Attributes:
        top: height of the bed [m].
    """

    def __init__(self, body: Body, rng: Rng) -> None:
        self._body = body
        self.top = (body.shin + body.foot_height) * rng.uniform(0.85, 1.2)

    def sitting(self, rng: Rng) -> KeyPose:
        """Draw a pose of a person who sits on the edge."""
        return self.beside(on_edge(self._body, rng, self.top))

    def beside(self, key: KeyPose) -> KeyPose:
        """The pose of a person who faces x, moved to the edge."""
        return key.moved(0.0, 0.2, 90.0)

    def box(self, rng: Rng) -> Box:
        """Draw the bed."""
        return bed_of(self._body, self.top, 1.0, rng).moved(0, -0.15)
