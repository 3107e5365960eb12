"""Scenes: people before a camera, with the truth about every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation.body import FIGURE
from pose_action_ros.simulation.furniture import Box, Faces
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.motions import ACTIONS, TRAVELLING
from pose_action_ros.simulation.quadrics import Quadrics
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.simulation.virtual_camera import VirtualCamera
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Image = npt.NDArray[np.uint8]

_DEPTH = 0.085
"""Greatest depth of a visible joint behind the surface, fraction of the height.

Joints lie inside the body, the hips deepest.
"""


@dataclass(frozen=True, eq=False)
class SimulatedPerson:
    """The truth about one person in one frame.

    Attributes:
        person_id: 0, 1, ... in the order of the people of the scene.
        keypoints: body_25 [px], exact; score 1 inside the image, missing outside.
        pose: human36m_17 [m], exact, placed in the optical frame.
        visible: (25,) True for keypoints inside the image, not occluded by a body or furniture.
        exposed: (25,) the same without occlusion by the person's own body.
        action: one of ACTIONS.
    """

    person_id: int
    keypoints: Pose2D
    pose: Pose3D
    visible: Flags
    exposed: Flags
    action: str


@dataclass(frozen=True, eq=False)
class SimulatedFrame:
    """An image and the truth about its people.

    Attributes:
        stamp: time since the beginning of the scene [s].
        image: (H, W, 3) BGR.
        people: the truth.
        intrinsics: of the camera.
    """

    stamp: float
    image: Image
    people: tuple[SimulatedPerson, ...]
    intrinsics: Intrinsics


class Scene:
    """People before a camera; every frame is a pure function of time."""

    def __init__(
        self,
        people: Sequence[Script],
        camera: VirtualCamera,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Build a scene.

        Args:
            people: their scripts.
            camera: without lens distortion.
            surroundings: background, light and noise; an empty room if None.

        Raises:
            InputError: no people, or an unsuitable camera or background.
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
        """Draw people side by side in view of a random camera, facing it within about 75 degrees.

        Each person does the actions in a random order.
        """
        camera, scripts = _random_cast(rng, people, actions, size, seconds_each)
        return cls(scripts, camera, Surroundings.random(rng))

    def truth(self, time: float) -> tuple[SimulatedPerson, ...]:
        """Exact joints and action of each person at a time [s]."""
        return self._truth(time, *self._bodies(time))

    def frame(self, time: float) -> SimulatedFrame:
        """Draw the image at a time [s]."""
        posed, surfaces = self._bodies(time)
        feet = [person.joints[0][_FEET] for person in posed]
        image = self._renderer.image(surfaces, feet, time, self._boxes(time))
        truth = self._truth(time, posed, surfaces)
        return SimulatedFrame(time, image, truth, self.camera.intrinsics)

    def _boxes(self, time: float) -> list[Box]:
        return [box for script in self.people for box in script.furniture_at(time)]

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
        shapes = [one for one, _ in surfaces]
        faces = Faces.of(self._boxes(time), self.camera)
        return tuple(
            _true_person(
                number, script, person, camera=self.camera, surfaces=shapes, faces=faces, time=time
            )
            for number, (script, person) in enumerate(zip(self.people, posed, strict=True))
        )


_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


def _true_person(
    number: int,
    script: Script,
    posed: Posed,
    *,
    camera: VirtualCamera,
    surfaces: Sequence[Quadrics],
    faces: Faces,
    time: float,
) -> SimulatedPerson:
    """Compute the truth about one person at a time [s]; surfaces are those of each person."""
    joints = camera.to_camera(posed.joints[0])  # (J, 3)
    flat = convert(joints, FIGURE, BODY_25)
    pixels = camera.intrinsics.project(flat)
    size = np.array([camera.intrinsics.width, camera.intrinsics.height])
    with np.errstate(invalid="ignore"):
        inside = np.asarray(((pixels > -0.5) & (pixels < size - 0.5)).all(axis=1))
    depth = _DEPTH * script.body.height
    exposed = inside & _unoccluded(flat, faces, depth)
    for other, shapes in enumerate(surfaces):
        if other != number:
            exposed = exposed & _unoccluded(flat, shapes, depth)
    return SimulatedPerson(
        person_id=number,
        keypoints=Pose2D(BODY_25, pixels, inside.astype(float), person_id=number),
        pose=Pose3D(
            HUMAN36M_17,
            convert(joints, FIGURE, HUMAN36M_17),
            np.ones(len(HUMAN36M_17)),
            person_id=number,
            placed=True,
        ),
        visible=exposed & _unoccluded(flat, surfaces[number], depth),
        exposed=exposed,
        action=script.label_at(time),
    )


def _unoccluded(joints: Array, surfaces: Quadrics | Faces, depth: float) -> Flags:
    """(J,) True for joints (J, 3) [m] at most `depth` [m] behind the first surface."""
    in_front = joints[:, 2] > 1e-6
    z = np.where(in_front, joints[:, 2], 1.0)
    nearest = surfaces.first_hit(joints[:, :2] / z[:, None])
    return in_front & (nearest > z - depth)


_SPACING = 0.95
"""Least distance between neighbours, across the view [m]."""


def _random_cast(
    rng: np.random.Generator,
    people: int,
    actions: Sequence[str],
    size: tuple[int, int],
    seconds_each: float,
) -> tuple[VirtualCamera, list[Script]]:
    """Draw a camera and the scripts of people side by side in its view, 2 to 6 m away.

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
        aside = (number - (people - 1) / 2) * _SPACING * rng.uniform(1.0, 1.25)
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
    """Draw a camera that shows an adult with at least a third of the height, if possible."""
    for _ in range(20):
        camera = VirtualCamera.random(rng, size=size, distance=(nearest, max(6.0, nearest + 1.0)))
        away = float(np.hypot(*camera.position[:2]))
        if 1.7 * camera.intrinsics.fy / away > 0.37 * size[1]:
            break
    return camera


def _nearest(people: int, size: tuple[int, int]) -> float:
    """Least distance [m] at which a row of people fits into the narrowest view."""
    camera = Intrinsics.from_field_of_view(*size, 50)
    return (people + 0.3) * _SPACING * camera.fx / size[0] if people > 1 else 2.0
