"""Scenes: people before a camera, with the truth about every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.simulation.cast import random_cast
from pose_action_ros.simulation.figure import FIGURE
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.performance import ACTIONS
from pose_action_ros.simulation.person import person_surfaces
from pose_action_ros.simulation.quadrics import Quadrics, joined
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.simulation.truth import SimulatedPerson, true_person
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SimulatedFrame:
    """One image with its truth.

    Attributes:
        stamp: time since the scene's beginning [s].
        image: (H, W, 3) BGR.
        people: the truth.
        intrinsics: of the camera.
    """

    stamp: float
    image: Image
    people: tuple[SimulatedPerson, ...]
    intrinsics: Intrinsics


class Scene:
    """People doing things before a camera; every moment is a pure function of time."""

    def __init__(
        self,
        people: Sequence[Script],
        camera: VirtualCamera,
        surroundings: Surroundings | None = None,
    ) -> None:
        """A scene.

        Args:
            people: who does what.
            camera: without lens distortion.
            surroundings: what else is in the picture; an empty room when None.

        Raises:
            InputError: nobody, or a camera or a background that does not fit.
        """
        if not people:
            raise InputError("got a scene without people, expected at least one Script")
        self.people = tuple(people)
        self.camera = camera
        self._renderer = (surroundings or Surroundings()).renderer(camera)

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        people: int = 1,
        actions: Sequence[str] = ACTIONS,
        size: tuple[int, int] = (640, 480),
        seconds_each: float = 4.0,
    ) -> Scene:
        """People side by side in view of a random camera, facing it within about 75 degrees.

        Each does the actions in an order of their own.
        """
        camera, scripts = random_cast(rng, people, actions, size, seconds_each)
        return cls(scripts, camera, Surroundings.random(rng))

    def truth(self, time: float) -> tuple[SimulatedPerson, ...]:
        """Everybody's exact joints and action at a time [s]."""
        return self._truth(time, *self._bodies(time))

    def frame(self, time: float) -> SimulatedFrame:
        """The image at a time [s] with its truth."""
        posed, surfaces = self._bodies(time)
        feet = [person.joints[0][_FEET] for person in posed]
        image = self._renderer.image(surfaces, feet, time)
        truth = self._truth(time, posed, surfaces)
        return SimulatedFrame(time, image, truth, self.camera.intrinsics)

    def _bodies(self, time: float) -> tuple[list[Posed], list[tuple[Quadrics, Array]]]:
        posed = [script.posed([time]) for script in self.people]
        surfaces = [
            person_surfaces(script.body, person, self.camera)
            for script, person in zip(self.people, posed, strict=True)
        ]
        return posed, surfaces

    def _truth(
        self, time: float, posed: list[Posed], surfaces: list[tuple[Quadrics, Array]]
    ) -> tuple[SimulatedPerson, ...]:
        everything = joined([shapes for shapes, _ in surfaces])
        return tuple(
            true_person(number, script, person, camera=self.camera, surfaces=everything, time=time)
            for number, (script, person) in enumerate(zip(self.people, posed, strict=True))
        )


_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]
