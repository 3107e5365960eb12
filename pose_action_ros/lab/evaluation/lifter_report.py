"""Report of lifters on the same people: figures of each, by group and joint, and differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.lifter_errors import Errors, errors_of, figures, reliability
from pose_action_ros.lab.evaluation.lifter_poses import Labels, Lifts, Truth
from pose_action_ros.skeletons import HUMAN36M_17

EXACT = "ground-truth 2D"
DETECTED = "detector 2D"
MIXED = "paper's mix"
"""Sources of keypoints: ground truth, the detector, or ground truth in the first stream and the
detector's in the second, as in the paper's main result."""

_PERCENT = 100.0


class Row(NamedTuple):
    """A method with the source of its keypoints."""

    method: str
    keypoints: str


@dataclass(frozen=True)
class Figure:
    """One number for each run of the same training with another seed."""

    runs: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over the runs."""
        return float(np.mean(self.runs))

    @property
    def deviation(self) -> float:
        """Sample standard deviation over the runs; 0 for a single one."""
        return float(np.std(self.runs, ddof=1)) if len(self.runs) > 1 else 0.0


Figures = Mapping[str, Figure]
"""By the keys of lifter_errors.METRICS; figures that the data do not define are absent."""


@dataclass(frozen=True)
class Bin:
    """Joints with scores of one tenth: mean score, share within 150 mm, share of joints [%]."""

    claimed: float
    correct: float
    share: float


@dataclass(frozen=True)
class RowScore:
    """All figures of a row.

    Attributes:
        method, keypoints: the row.
        figures: over all people.
        by_action: means of MPJPE and P-MPJPE over the actions, each counting once, as in papers.
        joints: [mm] MPJPE of each joint that counts.
        groups: figures by grouping and group; the grouping "action" is always there.
        reliability: of the scores of the first run; empty without scores.
        difference, p_difference: [%] to the reference's MPJPE and P-MPJPE with the same keypoints,
            negative when better; None for that row itself and without such a row.
    """

    method: str
    keypoints: str
    figures: Figures
    by_action: Figures
    joints: Figures
    groups: Mapping[str, Mapping[str, Figures]]
    reliability: tuple[Bin, ...]
    difference: float | None = None
    p_difference: float | None = None


@dataclass(frozen=True)
class LifterReport:
    """Rows in the order of the input.

    Attributes:
        reference: method of comparison.
        poses: their number.
        defined: share [%] of the poses in which each joint counts.
        sizes: number of poses by grouping and group.
        rows: figures.
    """

    reference: str
    poses: int
    defined: Mapping[str, float]
    sizes: Mapping[str, Mapping[str, int]]
    rows: tuple[RowScore, ...]


def lifter_report(
    truth: Truth, predictions: Mapping[Row, Sequence[Lifts]], reference: str = "baseline"
) -> LifterReport:
    """Measure predictions for the same people.

    Args:
        truth: of N people.
        predictions: of each row, one for each seed.
        reference: method of comparison.

    Raises:
        InputError: shapes do not fit, or a row has no predictions.
    """
    if not predictions:
        raise InputError("got 0 rows of predictions, expected 1 or more")
    labels = {title: np.asarray(names, np.str_) for title, names in truth.groups.items()}
    scores = {
        row: _row_score(row, _measured(row, runs, truth), labels)
        for row, runs in predictions.items()
    }
    shares = (truth.weights.mean(axis=0) * _PERCENT).tolist()
    return LifterReport(
        reference,
        len(truth),
        dict(zip(HUMAN36M_17.joints, shares, strict=True)),
        {title: _sizes(names) for title, names in labels.items()},
        tuple(
            _compared(score, scores.get(Row(reference, row.keypoints)))
            for row, score in scores.items()
        ),
    )


def _measured(row: Row, runs: Sequence[Lifts], truth: Truth) -> list[Errors]:
    if not len(runs):
        raise InputError(f"row {row} has no predictions, expected one for each seed")
    return [errors_of(run, truth, f"row {row}") for run in runs]


def _sizes(names: Labels) -> dict[str, int]:
    groups, counts = np.unique(names, return_counts=True)
    return dict(zip(groups.tolist(), counts.tolist(), strict=True))


def _row_score(row: Row, runs: Sequence[Errors], labels: Mapping[str, Labels]) -> RowScore:
    """A row's figures without comparison."""
    groups = {
        title: {
            str(name): _figures([run.of(names == name) for run in runs])
            for name in np.unique(names)
        }
        for title, names in labels.items()
    }
    joints = _joint_figures(runs)
    table = [Bin(*numbers) for numbers in reliability(runs[0])]
    by_action = {
        metric: _mean_of([group[metric] for group in groups["action"].values() if metric in group])
        for metric in ("mpjpe", "p_mpjpe")
    }
    return RowScore(
        row.method, row.keypoints, _figures(runs), by_action, joints, groups, tuple(table)
    )


def _figures(runs: Sequence[Errors]) -> dict[str, Figure]:
    """Figures that all runs define."""
    columns = [figures(run) for run in runs]
    return {
        metric: Figure(tuple(column[metric] for column in columns))
        for metric in columns[0]
        if all(metric in column for column in columns)
    }


def _joint_figures(runs: Sequence[Errors]) -> dict[str, Figure]:
    """MPJPE of each joint that counts in some pose."""
    return {
        name: Figure(tuple(float(np.nanmean(run.plain[:, joint])) for run in runs))
        for joint, name in enumerate(HUMAN36M_17.joints)
        if all(np.isfinite(run.plain[:, joint]).any() for run in runs)
    }


def _compared(score: RowScore, reference: RowScore | None) -> RowScore:
    """Add the differences to the reference, unless the score is the reference."""
    if reference is None or score is reference:
        return score
    return replace(
        score,
        difference=_difference(score, reference, "mpjpe"),
        p_difference=_difference(score, reference, "p_mpjpe"),
    )


def _mean_of(figures: Sequence[Figure]) -> Figure:
    """The mean of several figures, run by run."""
    return Figure(
        tuple(float(np.mean(runs)) for runs in zip(*(one.runs for one in figures), strict=True))
    )


def _difference(own: RowScore, other: RowScore, metric: str) -> float | None:
    """[%] of the first mean to the second; None when the second is 0."""
    first, second = own.figures[metric].mean, other.figures[metric].mean
    return (first / second - 1) * _PERCENT if second > 0 else None
