"""Framing: where a robot's camera is, how much of a person it shows, and the person's heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.simulation import VirtualCamera

Rng = np.random.Generator
Range = tuple[float, float]

SIZE: Final = (640, 480)
"""Of the images [px]."""
FIELDS: Final = (50.0, 90.0)
"""Horizontal fields of view [degrees]."""


@dataclass(frozen=True)
class Framing:
    """Places of a camera that looks at a person.

    Attributes:
        share: of the people.
        distance: horizontal, from the person [m].
        height: above the floor [m].
        aim: height of the point that the camera looks at over the person's height.
        whole: True if the camera is so far away that a person with raised arms fits into the image.
        room: distance from the start within which a walking person stays [m].
    """

    share: float
    distance: Range
    height: Range
    aim: Range
    whole: bool
    room: Range


FRAMINGS: Final[Mapping[str, Framing]] = {
    "far": Framing(0.45, (2.0, 7.0), (0.6, 1.6), (0.47, 0.57), True, (0.8, 2.0)),
    "near": Framing(0.2, (0.7, 1.5), (0.8, 1.5), (0.65, 0.92), False, (0.2, 0.4)),
    "low": Framing(0.22, (1.2, 5.0), (0.15, 0.6), (0.45, 0.75), False, (0.3, 1.2)),
    "tall": Framing(0.13, (1.5, 6.0), (1.6, 2.5), (0.4, 0.6), True, (0.6, 1.5)),
}
"""Framings of the people for training; near ones hide the legs, or all but head and arms."""

HEADINGS: Final[Mapping[str, tuple[float, Range]]] = {
    "facing": (0.65, (0.0, 40.0)),
    "side": (0.2, (40.0, 130.0)),
    "back": (0.15, (130.0, 180.0)),
}
"""Share of the people, and angle from the direction to the camera to their heading [degrees]."""


@dataclass(frozen=True, eq=False)
class View:
    """A camera and a person at the origin before it.

    Attributes:
        camera: of the robot.
        heading: of the person [rad], about z, 0 faces x.
        room: distance from the origin within which the person stays [m].
    """

    camera: VirtualCamera
    heading: float
    room: float


def random_view(rng: Rng, height: float, name: str = "") -> View:
    """Draw a view of a person.

    Args:
        rng: random generator.
        height: of the person [m].
        name: one of FRAMINGS; random if empty.
    """
    shares = np.array([framing.share for framing in FRAMINGS.values()])
    framing = FRAMINGS[name or str(rng.choice(list(FRAMINGS), p=shares / shares.sum()))]
    intrinsics = Intrinsics.from_field_of_view(*SIZE, rng.uniform(*FIELDS))
    low, high = framing.distance
    if framing.whole:
        fits = 1.2 * height * intrinsics.fy / SIZE[1]
        low, high = max(low, fits), max(high, fits + 0.3)
    away, around = float(np.exp(rng.uniform(np.log(low), np.log(high)))), rng.uniform(-np.pi, np.pi)
    aim = np.array([*rng.normal(0, 0.04 * away, 2), height * rng.uniform(*framing.aim)])
    place = [away * np.cos(around), away * np.sin(around), rng.uniform(*framing.height)]
    camera = VirtualCamera.looking_at(place, aim, intrinsics, rng.uniform(-5, 5))
    return View(camera, around + _turn(rng), rng.uniform(*framing.room))


def _turn(rng: Rng) -> float:
    """Draw the angle from the direction to the camera to the heading [rad]."""
    shares = [share for share, _ in HEADINGS.values()]
    low, high = list(HEADINGS.values())[int(rng.choice(len(shares), p=shares))][1]
    return float(rng.choice([-1.0, 1.0]) * np.radians(rng.uniform(low, high)))
