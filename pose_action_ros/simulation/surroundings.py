"""What is around the people of a scene: backdrop, light, and the sensor's noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.backdrop import BACKDROPS, backdrop, fitted
from pose_action_ros.simulation.raster import Light
from pose_action_ros.simulation.renderer import Renderer
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Everything in the picture but the people.

    Attributes:
        background: a kind of backdrop (plain, gradient, texture, room) or a BGR picture.
        light: where it comes from and how bright it is.
        noise: of the sensor, standard deviation [grey levels].
        seed: of the backdrop.
    """

    background: Image | str = "room"
    light: Light = field(default_factory=Light)
    noise: float = 0.0
    seed: int = 0

    @classmethod
    def random(cls, rng: np.random.Generator) -> Surroundings:
        """Any backdrop in any light."""
        lamp = rng.normal([0.0, -0.75, -0.6], [0.5, 0.25, 0.25])
        light = Light(
            (float(lamp[0]), float(lamp[1]), float(lamp[2])),
            ambient=rng.uniform(0.4, 0.65),
            gain=rng.uniform(0.75, 1.15),
        )
        kind = str(rng.choice(list(BACKDROPS), p=[0.15, 0.15, 0.2, 0.5]))
        noise = rng.uniform(0, 5) if rng.random() < 0.5 else 0.0
        return cls(kind, light, noise, int(rng.integers(2**31)))

    def renderer(self, camera: VirtualCamera) -> Renderer:
        """What draws people in them, as the camera sees them.

        Raises:
            InputError: a camera with lens distortion, or a background that does not fit.
        """
        if isinstance(self.background, str):
            picture = backdrop(self.background, camera, np.random.default_rng(self.seed))
        else:
            picture = fitted(self.background, camera)
        return Renderer(camera, picture, self.light, self.noise)
