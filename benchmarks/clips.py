"""A few seconds of simulated people as images, drawn beforehand: playing them costs little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.simulation import Scene

Image = npt.NDArray[np.uint8]

SIZE = (640, 480)
"""Of the images, width and height [px]."""
_PLACE = (320, 480)
"""Of each in a crowd."""
ACTIONS = ("waving_both", "clapping", "punching", "jumping", "squatting", "opening_arms")
"""What looks the same forwards and backwards, and is recognised well."""
_RATE = 15.0
"""Images drawn for a second of the scene."""
_BEGIN = 1.0
"""The action has begun by then [s]."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Images that are played forwards, then backwards, and so on: nobody ever jumps.

    Attributes:
        images: (H, W, 3) BGR each.
        label: what its people do.
        camera: that saw them.
    """

    images: tuple[Image, ...]
    label: str
    camera: Intrinsics

    def at(self, seconds: float) -> Image:
        """The image at a time since the beginning [s]."""
        last = len(self.images) - 1
        place = int(seconds * _RATE) % max(2 * last, 1)
        return self.images[place if place <= last else 2 * last - place]


def make_clip(
    seed: int,
    label: str,
    *,
    people: int = 1,
    seconds: float = 4.0,
    size: tuple[int, int] = SIZE,
) -> Clip:
    """People who all do one action before a random camera."""
    rng = np.random.default_rng(seed)
    scene = Scene.random(rng, people, (label,), size, seconds_each=60.0)
    times = _BEGIN + np.arange(max(int(seconds * _RATE), 1)) / _RATE
    images = tuple(scene.frame(float(time)).image for time in times)
    return Clip(images, label, scene.camera.intrinsics)


def make_crowd(seed: int, label: str, people: int) -> Clip:
    """So many people in a row, each as large as the detector's search finds them: a wide image."""
    row = [make_clip(seed + place, label, seconds=1.0, size=_PLACE) for place in range(people)]
    images = tuple(np.hstack(images) for images in zip(*(one.images for one in row), strict=True))
    camera = Intrinsics.from_field_of_view(people * _PLACE[0], _PLACE[1], 100.0)
    return Clip(images, label, camera)


def empty_room(camera: Intrinsics) -> Clip:
    """Nobody."""
    image = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    return Clip((image,), "", camera)
