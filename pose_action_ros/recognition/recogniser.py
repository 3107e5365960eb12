"""Poses of the people in view, as they come, to what each of them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.settings import UNKNOWN, RecogniserSettings
from pose_action_ros.recognition.window import Window
from pose_action_ros.skeletons import skeleton_named

_JITTER = 1e-3  # [s] by which an answer may come early, so that uneven stamps do not skip one


@dataclass(frozen=True, eq=False)
class ActionEstimate:
    """What one person does.

    Attributes:
        person_ids: one id (two for an interaction).
        label: the most likely action, or "unknown".
        score: probability of the most likely action, 0 to 1.
        labels: all actions the model knows.
        scores: (L,) their probabilities, adding up to 1.
        window_start: time of the oldest pose used [s].
        stamp: time of the newest [s].
    """

    person_ids: tuple[int, ...]
    label: str
    score: float
    labels: tuple[str, ...]
    scores: npt.NDArray[np.float64]
    window_start: float
    stamp: float


@dataclass
class _Person:
    window: Window
    answered: float = -np.inf  # stamp of the newest answer [s]
    image: Image | None = None


class Recogniser:
    """Remembers the last seconds of every person and says what they do, every stride.

    Args:
        settings: which model, how often.

    Attributes:
        settings: may be replaced between updates; the model stays.

    Raises:
        ModelError, EngineError: the model cannot be used.
    """

    def __init__(self, settings: RecogniserSettings) -> None:
        self.settings = settings
        self._classifier = ActionClassifier(
            settings.action_model, settings.action_engine, settings.action_threads
        )
        self._skeleton = skeleton_named(self._classifier.spmf.skeleton)
        self._seconds = settings.window or self._classifier.window
        self._people: dict[int, _Person] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The actions the model knows."""
        return self._classifier.labels

    def update(self, people: Sequence[Pose3D], stamp: float) -> tuple[ActionEstimate, ...]:
        """Take in the people of one image.

        Args:
            people: with their ids.
            stamp: time of the image [s].

        Returns:
            An estimate for each person seen now whose window is filled enough and whose last
            estimate is at least a stride ago.

        Raises:
            InputError: a person without an id or twice the same, or a stamp that is no number.
        """
        _check(people, stamp)
        for pose in people:
            points = trusted(pose.to(self._skeleton), self._classifier.spmf.min_score)
            if np.isfinite(points).any():
                self._person(pose.person_id).window.add(points, stamp)
        self._forget(stamp)
        return self._answer([key for key in self._people if self._due(key, stamp)], stamp)

    def image(self, person_id: int) -> Image | None:
        """The newest Enhanced-SPMF (size, size, 3) RGB of a person, None before the first."""
        person = self._people.get(person_id)
        return person.image if person else None

    def reset(self) -> None:
        """Forget everybody."""
        self._people.clear()

    def _person(self, person_id: int) -> _Person:
        if person_id not in self._people:
            window = Window(self._seconds, self.settings.max_gap)
            self._people[person_id] = _Person(window)
        return self._people[person_id]

    def _forget(self, stamp: float) -> None:
        """Drop people not seen for longer than can be bridged, or seen in what is now future."""
        gone = [
            key
            for key, person in self._people.items()
            if not 0 <= stamp - person.window.newest <= self.settings.max_gap
        ]
        for key in gone:
            del self._people[key]

    def _due(self, person_id: int, stamp: float) -> bool:
        person = self._people[person_id]
        if person.answered > stamp:  # time jumped backwards
            person.answered = -np.inf
        waited = stamp - person.answered >= self.settings.stride - _JITTER
        filled = person.window.filled >= self.settings.min_filled
        return person.window.newest == stamp and waited and filled

    def _answer(self, ids: list[int], stamp: float) -> tuple[ActionEstimate, ...]:
        """Estimates for these people, in one run of the network."""
        if not ids:
            return ()
        spmf = self._classifier.spmf
        windows = [self._people[key].window.sampled(spmf.frames) for key in ids]
        images = enhanced_spmf(np.stack(windows), spmf)
        probabilities = self._classifier(images)
        for key, image in zip(ids, images, strict=True):
            self._people[key].answered, self._people[key].image = stamp, image
        return tuple(
            self._estimate(key, scores, stamp)
            for key, scores in zip(ids, probabilities, strict=True)
        )

    def _estimate(
        self, person_id: int, scores: npt.NDArray[np.float64], stamp: float
    ) -> ActionEstimate:
        best = int(scores.argmax())
        score = float(scores[best])
        label = self.labels[best] if score >= self.settings.unknown_below else UNKNOWN
        start = self._people[person_id].window.start
        return ActionEstimate((person_id,), label, score, self.labels, scores, start, stamp)


def trusted(pose: Pose3D, min_score: float) -> npt.NDArray[np.float64]:
    """(J, 3) joints, NaN where the score is lower: those are guesses, which jump when seen."""
    points = pose.points.copy()
    points[pose.scores < min_score] = np.nan
    return points


def _check(people: Sequence[Pose3D], stamp: float) -> None:
    if not isfinite(stamp):
        raise InputError(f"got stamp {stamp}, expected a time in seconds")
    ids = [pose.person_id for pose in people]
    if UNTRACKED in ids or len(set(ids)) != len(ids):
        raise InputError(f"got people with ids {ids}, expected a different one, not -1, for each")
