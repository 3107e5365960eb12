"""Stages with known answers, in place of those that need models."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

LABELS = ("standing", "waving_left")


def estimate(label: str, stamp: float, person: int = 0, score: float = 0.75) -> ActionEstimate:
    scores = np.array([1 - score, score])
    return ActionEstimate((person,), label, score, LABELS, scores, stamp - 1, stamp)


class Detector:
    """Sees one person, where the image is not black."""

    skeleton = BODY_25

    def __init__(self, _settings: object) -> None:
        pass

    def __call__(self, image: npt.NDArray[np.uint8]) -> tuple[Pose2D, ...]:
        if not image.any():
            return ()
        points = np.linspace(1, min(image.shape[:2]) - 2, 50).reshape(25, 2)
        return (Pose2D(BODY_25, points, np.ones(25)),)

    def reset(self) -> None:
        pass


class Lifter:
    """Puts everybody 3 m before the camera."""

    def __init__(self, _settings: object) -> None:
        pass

    def __call__(
        self, people: Sequence[Pose2D], camera: Intrinsics, _stamp: float
    ) -> tuple[Pose3D, ...]:
        points = np.tile([0.0, 0.0, 3.0], (17, 1)) * (camera.fx / camera.fx)
        return tuple(
            Pose3D(HUMAN36M_17, points, np.ones(17), person.person_id, placed=True)
            for person in people
        )

    def reset(self) -> None:
        pass


class Recogniser:
    """Says that people wave from the second second on."""

    def __init__(self, _settings: object) -> None:
        pass

    def update(self, people: Sequence[Pose3D], stamp: float) -> tuple[ActionEstimate, ...]:
        label = LABELS[stamp >= 1]
        return tuple(estimate(label, stamp, person.person_id) for person in people)

    def reset(self) -> None:
        pass
