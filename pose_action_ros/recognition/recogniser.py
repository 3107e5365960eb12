"""Poses of the people in view, as they come, to what each of them does."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recognition.decision import Decision, DecisionRule
from pose_action_ros.recognition.enhanced_spmf import Image
from pose_action_ros.recognition.settings import (
    SHORTEST_WINDOW,
    UNKNOWN,
    RecogniserSettings,
)
from pose_action_ros.recognition.subjects import Subject, subjects_of
from pose_action_ros.recognition.window import Window

_LOG = logging.getLogger(__name__)
_JITTER = 1e-3  # [s] by which an answer may come early, so that uneven stamps do not skip one


@dataclass(frozen=True, eq=False)
class ActionEstimate:
    """What one person does, or two do together.

    Attributes:
        person_ids: one id, two in rising order for an interaction.
        label: what is done, or "unknown".
        score: probability of the label, of the most likely one when unknown, 0 to 1.
        labels: all actions the model knows.
        scores: (L,) their probabilities, smoothed over time, adding up to 1.
        window_start: stamp of the oldest pose used [s].
        stamp: of the newest [s].
    """

    person_ids: tuple[int, ...]
    label: str
    score: float
    labels: tuple[str, ...]
    scores: npt.NDArray[np.float64]
    window_start: float
    stamp: float


@dataclass
class _Followed:
    """A person, or two people, and what was said of them."""

    window: Window
    decision: Decision = field(default_factory=Decision)
    answered: float = -np.inf  # stamp of the newest answer [s]
    image: Image | None = None


class Recogniser:
    """Remembers the last seconds of every person and says what they do, every stride.

    With a model of interactions it does so for every two people who are placed near each other.

    Args:
        settings: which model, how often.

    Attributes:
        settings: may be replaced between updates; the model stays.

    Raises:
        ModelError, EngineError: the model cannot be used.
        SettingError: a window that is too short to see anything.
    """

    def __init__(self, settings: RecogniserSettings) -> None:
        if 0 < settings.window < SHORTEST_WINDOW:
            raise SettingError(
                f"'window': got {settings.window}, expected at least {SHORTEST_WINDOW} s, or 0 for "
                "what the model was trained with"
            )
        self.settings = settings
        self._classifier = ActionClassifier(
            settings.action_model, settings.action_engine, settings.action_threads
        )
        self._seconds = settings.window or self._classifier.window
        self._followed: dict[Subject, _Followed] = {}
        self._warned = False

    def with_settings(self, settings: RecogniserSettings) -> Recogniser:
        """This one with other settings; for another model a new one, which knows nobody yet.

        Raises:
            ModelError, EngineError: the other model cannot be used; this one goes on as it was.
        """
        if settings.action_model != self.settings.action_model:
            return Recogniser(settings)
        self.settings = settings
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """The actions the model knows."""
        return self._classifier.labels

    @property
    def engine(self) -> str:
        """Name of what runs the model."""
        return self._classifier.engine

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
            ModelError, EngineError: the model failed.
        """
        _check(people, stamp)
        self._forget(stamp)
        spmf, settings = self._classifier.spmf, self.settings
        if spmf.people == 2:
            self._warn_of_unplaced(people)
        for subject, points in subjects_of(people, spmf, settings.interaction_distance):
            if subject not in self._followed:
                window = Window(self._seconds, settings.max_gap, spmf)
                self._followed[subject] = _Followed(window)
            self._followed[subject].window.add(points, stamp)
        return self._answer([key for key in self._followed if self._due(key, stamp)], stamp)

    def image(self, subject: Subject) -> Image | None:
        """The newest Enhanced-SPMF (height, width, 3) RGB of these ids, None before the first."""
        followed = self._followed.get(subject)
        return followed.image if followed else None

    def reset(self) -> None:
        """Forget everybody."""
        self._followed.clear()

    def _forget(self, stamp: float) -> None:
        """Drop people not seen for longer than can be bridged, or seen in what is now future.

        When they are seen again, nothing said of them before has a say.
        """
        self._followed = {
            key: followed
            for key, followed in self._followed.items()
            if followed.window.continues(stamp)
        }

    def _warn_of_unplaced(self, people: Sequence[Pose3D]) -> None:
        """Say once why there are no answers about people of whom nobody knows where they are."""
        placed = sum(person.placed for person in people)
        if not self._warned and placed < 2 <= len(people):
            self._warned = True
            _LOG.warning(
                "%d people in view, %d placed in the camera's frame: the interaction model %s "
                "needs two who are; give it poses that a lifter has placed",
                len(people),
                placed,
                self.settings.action_model,
            )

    def _due(self, subject: Subject, stamp: float) -> bool:
        followed = self._followed[subject]
        waited = stamp - followed.answered >= self.settings.stride - _JITTER
        filled = followed.window.filled >= self.settings.min_filled
        return followed.window.newest == stamp and waited and filled

    def _answer(self, due: list[Subject], stamp: float) -> tuple[ActionEstimate, ...]:
        """Estimates for these, in one run of the network."""
        if not due:
            return ()
        images = [self._followed[key].window.image() for key in due]
        probabilities = self._classifier(np.stack(images))
        for key, image in zip(due, images, strict=True):
            self._followed[key].answered, self._followed[key].image = stamp, image
        return tuple(
            self._estimate(key, scores, stamp)
            for key, scores in zip(due, probabilities, strict=True)
        )

    def _estimate(
        self, subject: Subject, probabilities: npt.NDArray[np.float64], stamp: float
    ) -> ActionEstimate:
        followed = self._followed[subject]
        said = followed.decision.update(probabilities, stamp, self._rule())
        scores = followed.decision.probabilities
        label = UNKNOWN if said is None else self.labels[said]
        score = float(scores.max() if said is None else scores[said])
        start = followed.window.start
        return ActionEstimate(subject, label, score, self.labels, scores, start, stamp)

    def _rule(self) -> DecisionRule:
        own, given = self._classifier.unknown_below, self.settings.unknown_below
        return DecisionRule(
            smoothing=self.settings.label_smoothing,
            unknown_below=own if given < 0 else given,
            margin=self.settings.label_margin,
        )


def _check(people: Sequence[Pose3D], stamp: float) -> None:
    if not isfinite(stamp):
        raise InputError(f"got stamp {stamp}, expected a time in seconds")
    ids = [pose.person_id for pose in people]
    if UNTRACKED in ids or len(set(ids)) != len(ids):
        raise InputError(f"got people with ids {ids}, expected a different one, not -1, for each")
