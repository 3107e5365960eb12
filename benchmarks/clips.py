"""A few seconds of simulated people, rendered in advance, so that playing costs little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.simulation import Scene

Image = npt.NDArray[np.uint8]

SIZE = (640, 480)
"""Width and height of the images [px]."""
_CROWD_SIZE = (320, 480)
"""Width and height of the image of each person of a crowd [px]."""
ACTIONS = ("waving_both", "jumping_jack", "punching", "jumping", "squatting", "opening_arms")
"""Actions that look the same forwards and backwards, and are recognised well."""
_RATE = 15.0
"""Images per second of the scene."""
_BEGIN = 1.0
"""Time of the first image, after the beginning of the action [s]."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Images that are played forwards and backwards alternately, without jumps.

    Attributes:
        images: (H, W, 3) BGR each.
        label: action of the people.
        camera: of the images.
    """

    images: tuple[Image, ...]
    label: str
    camera: Intrinsics

    def at(self, seconds: float) -> Image:
        """Image at a time since the beginning [s]."""
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
    """Render people who all do one action before a random camera."""
    rng = np.random.default_rng(seed)
    scene = Scene.random(rng, people, (label,), size, seconds_each=60.0)
    times = _BEGIN + np.arange(max(int(seconds * _RATE), 1)) / _RATE
    images = tuple(scene.frame(float(time)).image for time in times)
    return Clip(images, label, scene.camera.intrinsics)


def make_crowd(seed: int, label: str, people: int) -> Clip:
    """Join images of single people to a wide image, each person large enough for the detector."""
    row = [make_clip(seed + place, label, seconds=1.0, size=_CROWD_SIZE) for place in range(people)]
    images = tuple(np.hstack(images) for images in zip(*(one.images for one in row), strict=True))
    camera = Intrinsics.from_field_of_view(people * _CROWD_SIZE[0], _CROWD_SIZE[1], 100.0)
    return Clip(images, label, camera)


def empty_room(camera: Intrinsics) -> Clip:
    """Clip without people."""
    image = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    return Clip((image,), "", camera)
