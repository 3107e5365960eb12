"""MoveNet as a detector: equally fast for any number of people, without their feet."""

from __future__ import annotations

import numpy as np

from pose_action_ros.detection.base import Image, Stateless, check_image
from pose_action_ros.detection.duplicates import without_duplicates
from pose_action_ros.detection.movenet.decode import Candidate
from pose_action_ros.detection.movenet.network import Area, MoveNetNetwork
from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_17

LEAST_PERSON_SCORE, LEAST_JOINT_SCORE = 0.15, 0.15
"""Replace a negative min_person_score and min_joint_score."""


class MoveNet(Stateless):
    """BODY_25 joints of several people, the feet's missing; see Detector.

    Attributes:
        settings: see Detector; the network stays.
        surplus: see Detector.
    """

    skeleton = BODY_25

    def __init__(self, settings: DetectorSettings) -> None:
        """Load the network.

        Raises:
            ModelError: the model file is missing or damaged.
            EngineError: no engine for it is installed.
        """
        self.settings = settings
        self.surplus = 0
        self._network = MoveNetNetwork.load(settings)

    @property
    def engine(self) -> str:
        """Name of the inference engine; see Detector."""
        return self._network.engine

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image; see Detector."""
        check_image(image)
        least = self.settings.min_person_score
        if least < 0:
            least = LEAST_PERSON_SCORE
        people = [
            pose
            for candidate in self._network(image, Area.whole(image))
            if candidate.score >= least and (pose := self._pose(candidate, image)).present.any()
        ]
        people = sorted(without_duplicates(people), key=lambda person: -person.score)
        self.surplus = max(len(people) - self.settings.max_people, 0)
        return tuple(people[: self.settings.max_people])

    def _pose(self, person: Candidate, image: Image) -> Pose2D:
        """The person as a pose; joints outside the image are missing."""
        least = self.settings.min_joint_score
        if least < 0:
            least = LEAST_JOINT_SCORE
        last = image.shape[1] - 0.5, image.shape[0] - 0.5
        inside = ((person.points >= -0.5) & (person.points <= last)).all(axis=1)
        scores = np.where(inside & (person.scores >= least), person.scores, 0.0)
        return Pose2D(COCO_17, person.points, scores, score=person.score).to(BODY_25)
