"""Scenes: people before a camera, with the truth about every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation.figure import FIGURE
from pose_action_ros.simulation.performance import ACTIONS
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.virtual_camera import VirtualCamera
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SimulatedPerson:
    """The truth about one person in one frame.

    Attributes:
        person_id: 0, 1, ... in the order of the scene's people.
        keypoints: body_25 [px], exact; score 1 inside the image, missing outside of it.
        pose: human36m_17 [m], exact, placed in the optical frame.
        visible: (25,) which keypoints are inside the image and not hidden by a body.
        action: one of ACTIONS.
    """

    person_id: int
    keypoints: Pose2D
    pose: Pose3D
    visible: npt.NDArray[np.bool_]
    action: str


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

    def __init__(self, people: Sequence[Script], camera: VirtualCamera) -> None:
        if not people:
            raise InputError("got a scene without people, expected at least one Script")
        self.people = tuple(people)
        self.camera = camera

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        people: int = 1,
        actions: Sequence[str] = ACTIONS,
        size: tuple[int, int] = (640, 480),
        seconds_each: float = 4.0,
    ) -> Scene:
        """People side by side in view of a random camera, each doing the actions in own order."""
        camera = VirtualCamera.random(rng, size=size)
        toward = np.arctan2(camera.position[1], camera.position[0])
        scripts = []
        for number in range(people):
            aside = (number - (people - 1) / 2) * 1.1
            place = (-aside * float(np.sin(toward)), aside * float(np.cos(toward)))
            order = [str(label) for label in rng.permutation(list(actions))]
            heading = float(toward + rng.normal(0, 0.5))
            scripts.append(Script.random(rng, order, seconds_each, place, heading))
        return cls(scripts, camera)

    def truth(self, time: float) -> tuple[SimulatedPerson, ...]:
        """Everybody's exact joints and action at a time [s]."""
        return tuple(self._person(number, time) for number in range(len(self.people)))

    def _person(self, number: int, time: float) -> SimulatedPerson:
        script = self.people[number]
        joints = self.camera.to_camera(script.joints([time])[0])  # (J, 3)
        flat = convert(joints, FIGURE, BODY_25)
        pixels = self.camera.intrinsics.project(flat)
        size = self.camera.intrinsics.width, self.camera.intrinsics.height
        with np.errstate(invalid="ignore"):
            inside = ((pixels > -0.5) & (pixels < np.array(size) - 0.5)).all(axis=1)
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
            visible=inside,
            action=script.label_at(time),
        )

    def frame(self, time: float) -> SimulatedFrame:
        """The image at a time [s] with its truth."""
        intrinsics = self.camera.intrinsics
        image = np.full((intrinsics.height, intrinsics.width, 3), 200, np.uint8)
        return SimulatedFrame(time, image, self.truth(time), intrinsics)
