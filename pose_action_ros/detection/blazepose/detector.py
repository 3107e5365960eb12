"""BlazePose for several people: finds new people at intervals and follows them in between.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204; the rules for several people are
this package's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Any, Protocol

import numpy as np

from pose_action_ros.detection.base import Image, check_image
from pose_action_ros.detection.blazepose.crowd_finder import CrowdFinder
from pose_action_ros.detection.blazepose.landmarks import LandmarkNetwork, Landmarks, distinct
from pose_action_ros.detection.blazepose.person_finder import PersonFinder
from pose_action_ros.detection.blazepose.regions import Region
from pose_action_ros.detection.engine import load_network
from pose_action_ros.detection.movenet.network import MoveNetNetwork
from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.engines import Engine
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BLAZEPOSE_33, BODY_25, convert

FINDER, LANDMARKS = "blazepose_finder", "blazepose_landmarks"
"""Names of the shipped networks."""
LEAST_PERSON_SCORE, LEAST_JOINT_SCORE = 0.5, 0.3
"""Replace a negative min_person_score and min_joint_score."""
PAUSE = 2
"""Interval of searches while no person is followed, or one was just lost [images]."""
PURSUIT = 4
"""Number of searches of the whole image after a person was lost."""


class Finder(Protocol):
    """Finds new people, beyond those that are followed.

    Attributes:
        looks: number of times that the landmark network looks at a new person, each time in the
            better region that results from the last.
    """

    looks: int

    def areas(self, image: Image) -> Sequence[Any]:
        """Areas to search: the whole image, then parts of it."""
        ...

    def __call__(self, image: Image, area: Any, known: Sequence[Landmarks]) -> list[Region]:
        """Regions of the new people in an area of an image, highest score first."""
        ...


class BlazePose:
    """BODY_25 joints of several people; see Detector.

    Attributes:
        settings: see Detector; the networks stay.
        surplus: see Detector.
    """

    skeleton = BODY_25

    def __init__(self, settings: DetectorSettings) -> None:
        """Load both networks.

        Raises:
            ModelError: a model file is missing, damaged or another network.
            EngineError: the engine of the settings is not available.
        """
        self.settings = settings
        self._find: Finder
        if settings.person_finder == "movenet":
            self._find = CrowdFinder(MoveNetNetwork.load(settings))
        else:
            self._find = PersonFinder(_load(FINDER, "person finder", settings))
        model = settings.detector_model or LANDMARKS
        self._engine = _load(model, "landmarks", settings)
        try:
            self._landmarks = LandmarkNetwork(self._engine)
        except (ModelError, InputError) as error:
            raise ModelError(f"{model} is not a landmark network: {error}") from error
        self.reset()

    @property
    def engine(self) -> str:
        """Name of the inference engine; see Detector."""
        return self._engine.name

    def reset(self) -> None:
        """Forget the regions of people; see Detector."""
        self._regions: list[Region] = []
        self._since_search = 0
        self._searches = 0
        self._pursuit = 0  # remaining searches for a lost person
        self.surplus = 0

    @property
    def state(self) -> dict[str, Any]:
        """Regions of people and the time of searches; see Detector."""
        regions = [astuple(region) for region in self._regions]
        counts = {"since": self._since_search, "searches": self._searches}
        return {"regions": regions, "pursuit": self._pursuit, **counts}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._regions = [Region(*numbers) for numbers in state["regions"]]
        self._since_search, self._searches = state["since"], state["searches"]
        self._pursuit = state["pursuit"]

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image; see Detector."""
        check_image(image)
        self._regions = self._regions[: self.settings.max_people]
        people = self._look(image, self._regions)
        self._since_search += 1
        if self._is_due(people):
            people = self._search(image, people)
        self._regions = [person.region for person in people]
        return self._poses(people, image)

    def _is_due(self, people: Sequence[Landmarks]) -> bool:
        """True for a search: in the first image, when a person was lost, and at intervals."""
        lost = len(people) < len(self._regions)
        if lost:
            self._pursuit = PURSUIT
        interval = self.settings.search_interval
        if self._pursuit or not people:
            interval = min(PAUSE, interval)
        return lost or not self._searches or self._since_search >= interval

    def _search(self, image: Image, people: list[Landmarks]) -> list[Landmarks]:
        """The followed and the new people, at most max_people.

        All areas are searched in the first image, later the whole image and its parts in turn, and
        only the whole image after a person was lost.
        """
        whole, *parts = self._find.areas(image)
        areas = [whole, *parts]
        if self._searches:
            turn = self._searches // 2 % max(len(parts), 1)
            in_turn = parts and self._searches % 2 and not self._pursuit
            areas = [parts[turn] if in_turn else whole]
        most, count, surplus = self.settings.max_people, len(people), 0
        for area in areas:
            regions = self._find(image, area, people)
            space = most - len(people)
            people = distinct([*people, *self._new_people(image, regions[:space])])
            surplus = max(surplus, len(regions) - space)
        if len(people) < most:  # regions beyond the space are examined in the next search
            self.surplus = 0
        elif areas[0] is whole or surplus > self.surplus:
            self.surplus = surplus
        self._pursuit = max(self._pursuit - 1, 0) if len(people) == count else 0
        self._since_search = 0
        self._searches += 1
        return people

    def _new_people(self, image: Image, regions: Sequence[Region]) -> list[Landmarks]:
        """The people in new regions."""
        people = self._look(image, regions)
        for _ in range(1, self._find.looks):
            people = self._look(image, [person.region for person in people])
        return people

    def _look(self, image: Image, regions: Iterable[Region]) -> list[Landmarks]:
        """The people in the regions, without duplicates, highest rank first."""
        least = self.settings.min_person_score
        if least < 0:
            least = LEAST_PERSON_SCORE
        people = []
        for region in regions:
            person = self._landmarks(image, region)
            if person.score >= least:
                people.append(person)
        return distinct(people) if len(people) > 1 else people

    def _poses(self, people: list[Landmarks], image: Image) -> tuple[Pose2D, ...]:
        """The people as poses; joints outside the image are missing."""
        least = self.settings.min_joint_score
        if least < 0:
            least = LEAST_JOINT_SCORE
        last = image.shape[1] - 0.5, image.shape[0] - 0.5
        poses = []
        for person in people:
            inside = ((person.points >= -0.5) & (person.points <= last)).all(axis=1)
            joints = np.column_stack([person.points, person.scores])  # (33, 3)
            joints[~inside | (person.scores < least) | (person.scores <= 0)] = np.nan, np.nan, 0
            joints = convert(joints, BLAZEPOSE_33, BODY_25)  # (25, 3)
            points, scores = joints[:, :2], np.nan_to_num(joints[:, 2])
            poses.append(Pose2D(BODY_25, points, scores, score=person.score))
        return tuple(poses)


def _load(name_or_path: str, task: str, settings: DetectorSettings) -> Engine:
    """The engine of one of the networks, which must match its card."""
    path = find_model(name_or_path)
    read_card(path, task)
    return load_network(path, settings)
