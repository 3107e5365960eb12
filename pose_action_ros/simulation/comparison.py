"""Comparison of the pipeline's results with the truth about simulated people.

- 2D error: distance of each detected joint inside the image, as a fraction of the person's stature
  in the image in any posture: 0.02 is 2 % of the height.
- MPJPE: root-aligned, detected joints only [m], without alignment of rotation or scale.
- Action: an answer is correct if its label is the true one at the stamp of its newest image.
  Answers in the first SETTLING seconds after a change of the true action do not count, because
  most of their window shows the previous action; nor do those during movements that the model does
  not know, such as standing up between two actions. "unknown" counts as wrong.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.metrics import mpjpe
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.tracking.assignment import assign

SETTLING = 1.0
"""Time [s] after a change of the true action in which answers do not count."""
_MATCH = 0.5
"""Greatest median 2D error of a match between a detection and a person [statures]."""
_STATURE = ("head_top", "neck", "spine", "mid_hip", "right_hip", "right_knee", "right_ankle")
_FOOT = 0.04
"""Height of the ankles as a fraction of the stature."""


@dataclass(frozen=True)
class Answer:
    """One answer about a person, and the truth.

    Attributes:
        stamp: of its newest image [s].
        person: id of the true person; None for a false positive.
        label: of the answer.
        truth: true label; empty while it settles or without a true person.
    """

    stamp: float
    person: int | None
    label: str
    truth: str

    @property
    def correct(self) -> bool:
        """True if the label is the true one."""
        return self.label == self.truth


@dataclass(frozen=True)
class TruthReport:
    """The score of a run.

    Attributes:
        found: fraction of the true people that were detected, over all images.
        keypoint_error: median 2D error [statures]; NaN without any.
        pose_error: mean MPJPE [m]; NaN without any.
        accuracy: fraction of the counted answers that are correct; NaN without any.
        answers: number of counted answers.
        ids: number of track ids of each true person; 1 is correct.
    """

    found: float
    keypoint_error: float
    pose_error: float
    accuracy: float
    answers: int
    ids: dict[int, int]


class TruthScore:
    """Accumulates images and answers, and computes their score at any time."""

    def __init__(self) -> None:
        self._expected = self._found = 0
        self._keypoint_errors: list[npt.NDArray[np.float32]] = []
        self._pose_errors: list[float] = []
        self._matches: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self._changes: defaultdict[int, list[tuple[float, str]]] = defaultdict(list)
        self._answers: list[tuple[float, int, str]] = []
        self._known: set[str] = set()  # labels of the model

    def add_image(
        self,
        found: tuple[Sequence[Pose2D], Sequence[Pose3D]],
        truth: tuple[Sequence[Pose2D], Sequence[Pose3D]],
        camera: Intrinsics,
    ) -> None:
        """Compare the people of one image.

        Args:
            found: the pipeline's keypoints, of any skeleton, and poses.
            truth: true keypoints and poses; 3D in Human3.6M joints, placed.
            camera: of the image.
        """
        flat = {person.person_id: person for person in truth[0]}
        space = {person.person_id: person for person in truth[1]}
        visible = [key for key in flat.keys() & space.keys() if flat[key].present.any()]
        self._expected += len(visible)
        statures = {key: stature(space[key], camera) for key in visible}
        lifted = {pose.person_id: pose for pose in found[1]}
        for key, person, errors in _pairs([flat[key] for key in visible], found[0], statures):
            self._found += 1
            self._matches[person.person_id][key] += 1
            self._keypoint_errors.append(errors[np.isfinite(errors)].astype(np.float32))
            if person.person_id in lifted:
                self._add_pose(lifted[person.person_id], space[key])

    def _add_pose(self, found: Pose3D, truth: Pose3D) -> None:
        if found.present[found.skeleton.root]:
            points = np.nan_to_num(found.points)
            self._pose_errors.append(mpjpe(points, truth.points, found.present))

    def add_truth(self, stamp: float, person: int, label: str) -> None:
        """Add the action of a true person at a time [s]; times increase."""
        changes = self._changes[person]
        if not changes or changes[-1][1] != label:
            changes.append((stamp, label))

    def add_answer(self, stamp: float, person_id: int, label: str, labels: Sequence[str]) -> None:
        """Add the pipeline's answer about one of its tracks, and the labels that it knows."""
        self._known.update(labels)
        self._answers.append((stamp, person_id, label))

    def answers(self) -> Iterator[Answer]:
        """Yield all answers with the truth."""
        for stamp, person_id, label in self._answers:
            person = self.true_person(person_id)
            yield Answer(stamp, person, label, self._settled_label(stamp, person))

    def true_person(self, person_id: int) -> int | None:
        """True person of a track by the majority of images; None for a false positive."""
        votes = self._matches.get(person_id)
        return votes.most_common(1)[0][0] if votes else None

    def _settled_label(self, stamp: float, person: int | None) -> str:
        """True label at a time; empty if it began less than SETTLING ago or is not known."""
        changes = self._changes.get(person, []) if person is not None else []
        row = bisect_right(changes, stamp, key=lambda change: change[0]) - 1
        if row < 0 or stamp < changes[row][0] + SETTLING:
            return ""
        label = changes[row][1]
        return label if label in self._known else ""

    def report(self) -> TruthReport:
        """Compute the score."""
        correct = [answer.correct for answer in self.answers() if answer.truth]
        errors = np.concatenate(self._keypoint_errors or [np.empty(0, np.float32)])
        ids = Counter(self.true_person(person_id) for person_id in self._matches)
        return TruthReport(
            found=self._found / self._expected if self._expected else float("nan"),
            keypoint_error=float(np.median(errors)) if len(errors) else float("nan"),
            pose_error=_mean(self._pose_errors),
            accuracy=_mean(correct),
            answers=len(correct),
            ids={person: count for person, count in ids.items() if person is not None},
        )


def stature(pose: Pose3D, camera: Intrinsics) -> float:
    """Height in the image [px] of a person standing upright at the place of the hips.

    Args:
        pose: Human3.6M joints, complete, placed.
        camera: of the image.
    """
    points = pose.points[[pose.skeleton.index(joint) for joint in _STATURE]]
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    across = _STATURE.index("mid_hip")  # the step from mid_hip to the hip is sideways
    metres = (steps.sum() - steps[across]) / (1 - _FOOT)
    return float(camera.fy * metres / points[across, 2])


def _pairs(
    truth: Sequence[Pose2D], found: Sequence[Pose2D], statures: dict[int, float]
) -> Iterator[tuple[int, Pose2D, npt.NDArray[np.float64]]]:
    """Yield true id, detected person and joint errors (J,) [statures] of each match."""
    if not truth or not found:
        return
    heights = np.array([statures[person.person_id] for person in truth])
    truth = [person.to(found[0].skeleton) for person in truth]
    gaps = np.stack([person.points for person in found]) - np.stack(
        [person.points for person in truth]
    ).reshape(len(truth), 1, -1, 2)
    errors = np.linalg.norm(gaps, axis=-1) / heights[:, None, None]  # (T, F, J)
    valid = np.where(np.isfinite(errors).any(axis=-1, keepdims=True), errors, np.inf)
    cost = np.minimum(np.nanmedian(valid, axis=-1), 1e3)  # (T, F)
    for row, column in assign(cost):
        if cost[row, column] <= _MATCH:
            yield truth[row].person_id, found[column], errors[row, column]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
