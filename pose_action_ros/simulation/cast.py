"""Casting: random people at places where a random camera sees them apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.simulation.motions import TRAVELLING
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
_ROOM = 0.95
"""Least distance between neighbours across the view [m]."""


def random_cast(
    rng: np.random.Generator,
    people: int,
    actions: Sequence[str],
    size: tuple[int, int],
    seconds_each: float,
) -> tuple[VirtualCamera, list[Script]]:
    """A camera and the scripts of people in its view, 2 to 6 m away, next to each other.

    Raises:
        InputError: fewer than one person, or no action.
    """
    if people < 1 or not actions:
        raise InputError(f"got {people} people and {len(actions)} actions, expected at least 1")
    nearest = _nearest(people, size)
    if people == 1 and TRAVELLING.keys() & set(actions):
        nearest = max(nearest, 2.8)
    camera = _camera(rng, size, nearest)
    around = float(np.arctan2(camera.position[1], camera.position[0]))
    scripts = []
    for number in range(people):
        aside = (number - (people - 1) / 2) * _ROOM * rng.uniform(1.0, 1.25)
        back = rng.uniform(-0.5, 0.5) if people > 1 else 0.0
        place = (
            float(back * np.cos(around) - aside * np.sin(around)),
            float(back * np.sin(around) + aside * np.cos(around)),
        )
        order = [str(label) for label in rng.permutation(list(actions))]
        heading = around + float(np.clip(rng.normal(0, 0.5), -1.3, 1.3))
        room = 1.1 if people == 1 else 0.0
        scripts.append(Script.random(rng, order, seconds_each, place, heading, room=room))
    return camera, scripts


def _camera(rng: np.random.Generator, size: tuple[int, int], nearest: float) -> VirtualCamera:
    """A random camera that shows a grown-up at least a third of the image high, if it can be."""
    for _ in range(20):
        camera = VirtualCamera.random(rng, size=size, distance=(nearest, max(6.0, nearest + 1.0)))
        away = float(np.hypot(*camera.position[:2]))
        if 1.7 * camera.intrinsics.fy / away > 0.37 * size[1]:
            break
    return camera


def _nearest(people: int, size: tuple[int, int]) -> float:
    """Distance [m] from which the row of people fits into the narrowest view of the camera."""
    camera = Intrinsics.from_field_of_view(*size, 50)
    return (people + 0.3) * _ROOM * camera.fx / size[0] if people > 1 else 2.0
