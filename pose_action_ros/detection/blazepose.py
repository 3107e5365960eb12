"""BlazePose for several people: finds new people now and then, follows known ones in between.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204; the rules for several people are
this package's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pose_action_ros.detection.base import Image, check_image
from pose_action_ros.detection.landmarks import LandmarkNetwork, Landmarks
from pose_action_ros.detection.person_finder import PersonFinder
from pose_action_ros.detection.regions import Region
from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.engines import load_engine
from pose_action_ros.models.fetch import fetch_blazepose, unpack_task
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BLAZEPOSE_33, BODY_25

LEAST_SCORES = 0.5, 0.3
"""Of a person and of a joint, unless the settings say others."""


class BlazePose:
    """Several people's BODY_25 joints; see Detector.

    Attributes:
        engine, settings: see Detector; the networks stay.
    """

    skeleton = BODY_25

    def __init__(self, settings: DetectorSettings) -> None:
        """Load both networks, fetching them first if this machine does not have them.

        Raises:
            ModelError: the model files cannot be had or are not those networks.
            EngineError: no engine for them is installed.
        """
        self.settings = settings
        chosen = settings.detector_model
        finder, landmarks = unpack_task(Path(chosen)) if chosen else fetch_blazepose()
        threads = settings.detector_threads
        engine = load_engine(landmarks, threads=threads)
        self.engine = engine.name
        self._find = PersonFinder(load_engine(finder, threads=threads))
        self._landmarks = LandmarkNetwork(engine)
        self.reset()

    def reset(self) -> None:
        """Forget where people were; see Detector."""
        self._regions: list[Region] = []
        self._since_search = 0
        self._searches = 0

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image; see Detector."""
        check_image(image)
        people = self._look(image, self._regions)
        self._since_search += 1
        if self._must_search(people):
            self._since_search = 0
            for part in self._parts(image):
                people = _distinct([*people, *self._new_people(image, part, people)])
        self._regions = [person.region for person in people]
        return tuple(self._pose(person, image) for person in people)

    def _must_search(self, people: list[Landmarks]) -> bool:
        """Whether there may be somebody to find: at once when somebody was lost."""
        lost = len(people) < len(self._regions) or not people
        due = self._since_search >= self.settings.search_interval
        return len(people) < self.settings.max_people and (lost or due)

    def _parts(self, image: Image) -> list[Region]:
        """Where to search now: everywhere in the first image, later in one part after another."""
        parts = Region.parts_of_image(image)
        self._searches += 1
        return parts if self._searches == 1 else [parts[self._searches % len(parts)]]

    def _new_people(self, image: Image, part: Region, known: list[Landmarks]) -> list[Landmarks]:
        """People in a part of the image who are not followed yet, as many as are wanted."""
        new = [
            region
            for region in self._find(image, part)
            if not any(region.same_place(person.region) for person in known)
        ]
        found = self._look(image, new[: self.settings.max_people - len(known)])
        # The second look is from the better region that the first gave.
        return self._look(image, [person.region for person in found])

    def _look(self, image: Image, regions: Iterable[Region]) -> list[Landmarks]:
        """The people in the regions, each once, surest first."""
        people = [self._landmarks(image, region) for region in regions]
        least, _ = self.settings.least_scores(*LEAST_SCORES)
        return _distinct([person for person in people if person.score >= least])

    def _pose(self, person: Landmarks, image: Image) -> Pose2D:
        height, width = image.shape[:2]
        inside = ((person.points >= -0.5) & (person.points <= (width - 0.5, height - 0.5))).all(1)
        _, least = self.settings.least_scores(*LEAST_SCORES)
        known = inside & (person.scores >= least)
        scores = np.where(known, person.scores, 0.0)
        pose = Pose2D(BLAZEPOSE_33, person.points, scores, score=person.score)
        return pose.to(BODY_25)


def _distinct(people: list[Landmarks]) -> list[Landmarks]:
    """Of regions that have run onto one person, only the surest; surest first."""
    kept: list[Landmarks] = []
    for person in sorted(people, key=lambda person: -person.rank):
        if not any(person.same_person(other) for other in kept):
            kept.append(person)
    return kept
