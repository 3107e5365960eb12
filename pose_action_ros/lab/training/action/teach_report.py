"""What teaching found out, in words: a table of the taught actions, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.training.action.curriculum import Curriculum
from pose_action_ros.lab.training.action.teach import Taught

FEW = 3
"""Recordings of an action below which it is said that there are few."""
CONFUSED = 0.15
"""Part of the windows taken for one other action from which it is said."""


@dataclass(frozen=True)
class LeftOut:
    """How an action was answered by those that were fitted without what they were asked about.

    Attributes:
        recordings: how many teach it.
        sources: files or cameras they are from.
        windows: asked about; 0 where no recording could be left out.
        right: part of them.
        recordings_right: part of the recordings of which most windows are.
        taken_for: part of the windows by other action, the most frequent first.
    """

    recordings: int
    sources: int
    windows: int
    right: float
    recordings_right: float
    taken_for: Mapping[str, float]


def left_out(taught: Taught, curriculum: Curriculum) -> dict[str, LeftOut]:
    """By taught action."""
    return {label: _one(label, taught, curriculum) for label in curriculum.taught}


def _one(label: str, taught: Taught, curriculum: Curriculum) -> LeftOut:
    lessons = [lesson for lesson in curriculum.lessons if lesson.label == label]
    answers = [
        [curriculum.labels[index] for index in told.argmax(axis=1)]
        for told, lesson in zip(taught.held_out, curriculum.lessons, strict=True)
        if lesson.label == label and len(told)
    ]
    good = [np.mean([name == label for name in names]) > 0.5 for names in answers]
    counts = Counter(name for names in answers for name in names)
    total = max(counts.total(), 1)
    return LeftOut(
        recordings=len(lessons),
        sources=len({lesson.source for lesson in lessons}),
        windows=counts.total(),
        right=counts[label] / total,
        recordings_right=float(np.mean(good)) if good else 0.0,
        taken_for={name: n / total for name, n in counts.most_common() if name != label},
    )


def table(found: Mapping[str, LeftOut]) -> str:
    """The table that is printed."""
    rows = [
        (
            label,
            str(one.recordings),
            _part(one.right) if one.windows else "-",
            _part(one.recordings_right) if one.windows else "-",
            ", ".join(f"{name} {_part(part)}" for name, part in [*one.taken_for.items()][:2]),
        )
        for label, one in found.items()
    ]
    header = ("action", "recordings", "windows right", "recordings right", "taken for")
    return Table("Recordings that were left out", header, tuple(rows)).markdown()


def _part(value: float) -> str:
    return f"{100 * value:.0f} %"


def warnings(found: Mapping[str, LeftOut]) -> Iterator[str]:
    """What the user should know or do."""
    for label, one in found.items():
        if one.recordings < FEW:
            yield (
                f"{label}: {one.recordings} recording(s), record at least {FEW}, better 5, "
                "of different people"
            )
        if one.sources == 1 and one.recordings > 1:
            yield (
                f"{label}: all recordings are from {one.recordings} takes of one source: the "
                "figures are of the same person and place, others may do worse"
            )
        for name, part in one.taken_for.items():
            if part >= CONFUSED:
                yield (
                    f"{label} was taken for {name} in {_part(part)} of the windows: record more "
                    f"of {label}, done more clearly, or leave out {name} with --keep"
                )
