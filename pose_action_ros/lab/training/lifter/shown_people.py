"""Rendered people, one to an image, with the truth: what a detector is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.datasets.figure import figure_of
from pose_action_ros.lab.datasets.person import HEIGHT
from pose_action_ros.lab.datasets.simulated import person_joints
from pose_action_ros.lab.training.lifter.views import DISTANCES, random_people
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Scene, Script, VirtualCamera
from pose_action_ros.simulation.free_movement import free_performance
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.simulation.surroundings import Surroundings

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

_ACTIONS_EACH = 2
_SECONDS = 4.0  # of each action
_FREE_SECONDS = 25.0
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


@dataclass(frozen=True, eq=False)
class Shown:
    """One image of one person.

    Attributes:
        image: (H, W, 3) BGR.
        intrinsics: of the camera.
        joints: (21, 3) [m] PERSON in the optical frame.
        action: what the person does.
    """

    image: npt.NDArray[np.uint8]
    intrinsics: Intrinsics
    joints: Array
    action: str


def simulated_scene(frames: int, rng: Generator) -> Iterator[Shown]:
    """A random body doing two actions."""
    actions = [str(action) for action in rng.choice(ACTIONS, _ACTIONS_EACH, replace=False)]
    scene = Scene.random(rng, actions=actions, seconds_each=_SECONDS)
    return _moments(scene, _ACTIONS_EACH * _SECONDS, frames)


def free_scene(frames: int, rng: Generator) -> Iterator[Shown]:
    """A random body moving freely, turned to the camera more or less."""
    camera = VirtualCamera.random(rng, distance=DISTANCES)
    heading = float(np.arctan2(camera.position[1], camera.position[0]) + rng.normal(0, 0.9))
    script = Script([free_performance(rng)], [0.0], (0.0, 0.0), heading)
    return _moments(Scene([script], camera, Surroundings.random(rng)), _FREE_SECONDS, frames)


def _moments(scene: Scene, seconds: float, frames: int) -> Iterator[Shown]:
    """The only person of a scene, at times evenly apart."""
    person, camera = scene.people[0], scene.camera
    for time in np.linspace(0, seconds, frames, endpoint=False).tolist():
        joints = camera.to_camera(person_joints(person.joints([time])))[0]
        image = scene.frame(time).image
        yield Shown(image, camera.intrinsics, joints, person.label_at(time))


def recorded_scene(people: Mapping[str, Array], frames: int, rng: Generator) -> Iterator[Shown]:
    """Random moments of one recorded action, facing anywhere, in one random body's clothes.

    Args:
        people: recordings (P, 21, 3) [m], z up, by action.
        frames: how many moments.
        rng: source of chance.
    """
    action = str(rng.choice(list(people)))
    chosen = random_people(people[action], frames, rng)
    body = Body.random(rng).scaled(HEIGHT)
    camera = VirtualCamera.random(rng, distance=DISTANCES)
    renderer = Surroundings.random(rng).renderer(camera)
    for number in range(frames):
        figure = figure_of(body, chosen[number : number + 1])
        surfaces = person_surfaces(body, figure, camera)
        image = renderer.image([surfaces], [figure.joints[0][_FEET]], float(number))
        joints = camera.to_camera(chosen[number])
        yield Shown(image, camera.intrinsics, joints, action)
