"""Results of teaching: a table of the taught actions, warnings, and entries of the model's card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.training.action.settings import TeachSettings
from pose_action_ros.lab.training.action.teach import Taught
from pose_action_ros.lab.training.action.teaching_data import TeachingData

FEW = 3
"""Recordings of an action below which there is a warning."""
CONFUSED = 0.15
"""Share of an action's windows confused with another from which there is a warning."""


@dataclass(frozen=True)
class HeldOut:
    """Results for an action by last layers fitted without the tested recordings.

    Attributes:
        recordings: number of recordings of the action.
        sources: files or cameras they are from.
        windows: tested windows; 0 if no recording could be held out.
        right: share of windows recognised.
        recordings_right: share of recordings with most windows recognised.
        taken_for: share of windows by other answer, the most frequent first.
    """

    recordings: int
    sources: int
    windows: int
    right: float
    recordings_right: float
    taken_for: Mapping[str, float]


def held_out_results(taught: Taught, data: TeachingData) -> dict[str, HeldOut]:
    """Results by taught action."""
    return {label: _result(label, taught, data) for label in data.taught}


def _result(label: str, taught: Taught, data: TeachingData) -> HeldOut:
    own = [each for each in data.demonstrations if each.label == label]
    answers = [
        [data.labels[index] for index in probabilities.argmax(axis=1)]
        for probabilities, each in zip(taught.held_out, data.demonstrations, strict=True)
        if each.label == label and len(probabilities)
    ]
    right = [np.mean([name == label for name in names]) > 0.5 for names in answers]
    counts = Counter(name for names in answers for name in names)
    total = max(counts.total(), 1)
    return HeldOut(
        recordings=len(own),
        sources=len({each.source for each in own}),
        windows=counts.total(),
        right=counts[label] / total,
        recordings_right=float(np.mean(right)) if right else 0.0,
        taken_for={name: n / total for name, n in counts.most_common() if name != label},
    )


def table(results: Mapping[str, HeldOut]) -> str:
    """The results as a Markdown table."""
    rows = [
        (
            label,
            str(one.recordings),
            _percent(one.right) if one.windows else "-",
            _percent(one.recordings_right) if one.windows else "-",
            ", ".join(f"{name} {_percent(part)}" for name, part in [*one.taken_for.items()][:2]),
        )
        for label, one in results.items()
    ]
    header = ("action", "recordings", "windows right", "recordings right", "confused with")
    return Table("Held-out recordings", header, tuple(rows)).markdown()


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def warnings(results: Mapping[str, HeldOut]) -> Iterator[str]:
    """Problems of the recordings, with remedies."""
    for label, one in results.items():
        if one.recordings < FEW:
            yield (
                f"{label}: {one.recordings} recording(s), record at least {FEW}, better 5, "
                "of different people"
            )
        if one.sources == 1 and one.recordings > 1:
            yield (
                f"{label}: all {one.recordings} recordings are from one source: the results are "
                "for the same person and place, others may be worse"
            )
        for name, part in one.taken_for.items():
            if part >= CONFUSED:
                yield (
                    f"{label} was confused with {name} in {_percent(part)} of the windows: record "
                    f"more of {label}, performed more clearly, or omit {name} from --keep"
                )


def card_training(data: TeachingData, settings: TeachSettings) -> dict[str, Any]:
    """Data and settings of the teaching, for the card; folders are removed from file names."""
    recordings: dict[str, list[str]] = {}
    for demonstration in data.demonstrations:
        recordings.setdefault(demonstration.label, []).append(demonstration.source)
    return {
        "data": "recordings of the user, and simulated people of this package for the actions "
        "that stayed",
        "recordings": recordings,
        "kept": list(data.kept),
        "command": "pose-action teach DIR",
        "settings": {**asdict(settings), "base": Path(settings.base).name},
    }


def card_scores(taught: Taught, results: Mapping[str, HeldOut]) -> dict[str, Any]:
    """Scores for the card."""
    scores: dict[str, Any] = {
        "left_out": {label: _rounded(asdict(one)) for label, one in results.items()},
    }
    if not isnan(taught.before):
        scores["stayed"] = _rounded({"before": taught.before, "after": taught.after})
    return scores


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _rounded(value)
        if isinstance(value, dict)
        else round(value, 4)
        if isinstance(value, float)
        else value
        for key, value in values.items()
    }
