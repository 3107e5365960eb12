"""Recogniser: actions from a stream of 3D poses."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
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
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import Window, origins
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]
Subject = tuple[int, ...]
"""Ids of one person, or of two people in rising order."""

_LOG = logging.getLogger(__name__)
_JITTER = 1e-3  # [s] by which an estimate may be early, so that uneven stamps do not skip one


@dataclass(frozen=True, eq=False)
class ActionEstimate:
    """The action of one person, or the interaction of two.

    Attributes:
        person_ids: one id, two in rising order for an interaction.
        label: the action, or "unknown".
        score: probability of the label, of the most likely action if unknown, 0 to 1.
        labels: all actions of the model.
        scores: (L,) their probabilities, smoothed over time; the rest of 1 is the
            probability of none of them.
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
class _State:
    """State of a subject."""

    window: Window
    decision: Decision = field(default_factory=Decision)
    estimated: float = -np.inf  # stamp of the newest estimate [s]
    image: Image | None = None


class Recogniser:
    """Keeps a window of poses of every person and estimates their action every stride.

    A model of interactions does so for every two people placed near each other.

    Attributes:
        settings: may be replaced between updates; the model stays.

    Raises:
        ModelError, EngineError: the model cannot be used.
        SettingError: the window is too short.
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
        self._subjects: dict[Subject, _State] = {}
        self._warned = False

    def with_settings(self, settings: RecogniserSettings) -> Recogniser:
        """Apply other settings; for another model return a new recogniser without state.

        Raises:
            ModelError, EngineError: the other model cannot be used; this one stays unchanged.
        """
        if settings.action_model != self.settings.action_model:
            return Recogniser(settings)
        self.settings = settings
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """The actions of the model."""
        return self._classifier.labels

    @property
    def engine(self) -> str:
        """Name of the current inference engine."""
        return self._classifier.engine

    @property
    def rule(self) -> DecisionRule:
        """Parameters of the decision: the settings, and the thresholds of the model.

        A threshold of the settings replaces those of all labels but the silent ones.
        """
        settings, thresholds = self.settings, self._classifier.unknown_below
        rule = DecisionRule(settings.label_smoothing, thresholds, settings.label_margin)
        chosen = settings.unknown_below
        return rule if chosen < 0 else rule.with_threshold(chosen)

    def update(self, people: Sequence[Pose3D], stamp: float) -> tuple[ActionEstimate, ...]:
        """Add the people of one image.

        Args:
            people: with their ids.
            stamp: time of the image [s].

        Returns:
            An estimate for each person in the image with a sufficiently filled window and a last
            estimate is at least a stride ago.

        Raises:
            InputError: a person without id, an id twice, or a stamp that is not finite.
            ModelError, EngineError: the model failed.
        """
        _check(people, stamp)
        self._remove_old(stamp)
        spmf, settings = self._classifier.spmf, self.settings
        if spmf.people == 2:
            self._warn_of_unplaced(people)
        for subject, points in subjects_of(people, spmf, settings.interaction_distance):
            if subject not in self._subjects:
                window = Window(self._seconds, settings.max_gap, spmf)
                self._subjects[subject] = _State(window)
            self._subjects[subject].window.add(points, stamp)
        return self._estimates([key for key in self._subjects if self._is_due(key, stamp)], stamp)

    def image(self, subject: Subject) -> Image | None:
        """The newest Enhanced-SPMF (height, width, channels) of these ids; None at first."""
        state = self._subjects.get(subject)
        return state.image if state else None

    def reset(self) -> None:
        """Remove all people."""
        self._subjects.clear()

    def _remove_old(self, stamp: float) -> None:
        """Remove people after a gap that is too long, or with a stamp in the future."""
        subjects = self._subjects.items()
        self._subjects = {key: one for key, one in subjects if one.window.continues(stamp)}

    def _warn_of_unplaced(self, people: Sequence[Pose3D]) -> None:
        """Warn once that an interaction model gives no estimates for people without position."""
        placed = sum(person.placed for person in people)
        if not self._warned and placed < 2 <= len(people):
            self._warned = True
            _LOG.warning(
                "%d people in view, %d placed in the camera's frame: the interaction model %s "
                "needs two placed ones; pass poses of a lifter with placement",
                len(people),
                placed,
                self.settings.action_model,
            )

    def _is_due(self, subject: Subject, stamp: float) -> bool:
        state = self._subjects[subject]
        waited = stamp - state.estimated >= self.settings.stride - _JITTER
        filled = state.window.filled >= self.settings.min_filled
        return state.window.newest == stamp and waited and filled

    def _estimates(self, due: list[Subject], stamp: float) -> tuple[ActionEstimate, ...]:
        """Estimates for some subjects, in one run of the network."""
        if not due:
            return ()
        images = [self._subjects[key].window.image() for key in due]
        probabilities = self._classifier(np.stack(images))
        for key, image, scores in zip(due, images, probabilities, strict=True):
            self._subjects[key].estimated, self._subjects[key].image = stamp, image
            self._silence(scores, self._subjects[key].window)
        return tuple(
            self._estimate(key, scores, stamp)
            for key, scores in zip(due, probabilities, strict=True)
        )

    def _silence(self, probabilities: Array, window: Window) -> None:
        """Count labels without the joints that they need as none of the actions, in place."""
        if not self._classifier.needs:
            return
        missing = window.missing()
        for need in self._classifier.needs:
            if missing[list(need.joints)].mean() > need.missing:
                probabilities[list(need.labels)] = 0.0

    def _estimate(
        self, subject: Subject, probabilities: npt.NDArray[np.float64], stamp: float
    ) -> ActionEstimate:
        state, labels = self._subjects[subject], self.labels
        best = state.decision.update(probabilities, stamp, self.rule)
        scores = state.decision.probabilities
        label = UNKNOWN if best is None else labels[best]
        score = float(scores.max() if best is None else scores[best])
        return ActionEstimate(subject, label, score, labels, scores, state.window.start, stamp)


def _check(people: Sequence[Pose3D], stamp: float) -> None:
    if not isfinite(stamp):
        raise InputError(f"got stamp {stamp}, expected a time in seconds")
    ids = [pose.person_id for pose in people]
    if UNTRACKED in ids or len(set(ids)) != len(ids):
        raise InputError(f"got people with ids {ids}, expected a different one, not -1, for each")


def subjects_of(
    people: Sequence[Pose3D], settings: SpmfSettings, distance: float
) -> Iterator[tuple[Subject, Array]]:
    """Yield ids and joints (J, 3) [m] of each person, or of each pair of people near each other.

    The joints of one person are relative to the root joint, so that neither walking nor a moving
    robot changes them. Those of two people keep their positions.

    Args:
        people: of one image, with different ids.
        settings: `people` is the number of people of the model, one or two.
        distance: greatest distance on the ground between two people [m].
    """
    # Positions relative to each other are only known for placed people.
    usable = [person for person in people if person.placed or settings.people == 1]
    joints = {person.person_id: trusted(person, settings) for person in usable}
    joints = {key: points for key, points in joints.items() if _extended(points)}
    if settings.people == 1:
        skeleton = skeleton_named(settings.skeleton)
        for person in usable:
            if person.person_id in joints:
                origin = origins(person.to(skeleton).points, skeleton)  # also of a low score
                yield (person.person_id,), joints[person.person_id] - origin
        return
    for first, second in combinations(sorted(joints), 2):
        if _apart(joints[first], joints[second]) <= distance:
            yield (first, second), np.concatenate([joints[first], joints[second]])


def trusted(person: Pose3D, settings: SpmfSettings) -> Array:
    """Joints (J, 3), NaN where the score is low: inferred joints jump when they become visible."""
    pose = person.to(skeleton_named(settings.skeleton))
    points = pose.points.copy()
    points[pose.scores < settings.min_score] = np.nan
    return points


def _extended(points: Array) -> bool:
    """True if the known joints of (J, 3) do not coincide."""
    known = points[np.isfinite(points).all(axis=1)]
    return len(known) > 0 and bool(np.ptp(known, axis=0).max() > 0)


def _apart(one: Array, other: Array) -> float:
    """Distance on the ground between the means of two people's known joints (J, 3) [m]."""
    middles = [np.nanmean(points[:, ::2], axis=0) for points in (one, other)]
    return float(np.linalg.norm(middles[0] - middles[1]))
