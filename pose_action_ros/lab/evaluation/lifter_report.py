"""Errors of lifters, compared with a baseline on the same people.

Figures as in the literature: MPJPE over 17 joints including the root with its error of zero, as in
Martinez et al. 2017 (protocol 1), and over the 16 others, which is 6.25 % larger; P-MPJPE after
similarity alignment of each pose (protocol 2); both also as the mean over actions, as printed in
papers; PCK at 150 mm and its AUC over 17 joints after root alignment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.metrics import aligned_errors, auc, joint_errors, pck
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]

EXACT = "ground-truth 2D"
DETECTED = "detector 2D"
MIXED = "paper's mix"
"""Sources of keypoints: ground truth, the detector, or ground truth in the first stream and the
detector's in the second, as in the paper's main result."""

THRESHOLD = 0.150
"""PCK's [m]."""
_MILLIMETRES = 1000.0
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


@dataclass(frozen=True)
class GroupScore:
    """Figures [mm] of the people of one group, over 17 joints."""

    mpjpe: Figure
    p_mpjpe: Figure


@dataclass(frozen=True)
class RowScore:
    """All figures of a row.

    Attributes:
        method, keypoints: the row.
        mpjpe: [mm] protocol 1 over 17 joints.
        mpjpe_without_root: [mm] over 16.
        p_mpjpe: [mm] protocol 2 over 17 joints.
        action_mpjpe, action_p_mpjpe: [mm] means over the actions, each counting once.
        pck, auc: [%].
        joints: [mm] MPJPE of each joint.
        groups: scores by grouping and group; the grouping "action" is always there.
        difference, p_difference: [%] to the baseline's MPJPE and P-MPJPE with the same keypoints,
            negative when better; None for that row itself and without such a row.
    """

    method: str
    keypoints: str
    mpjpe: Figure
    mpjpe_without_root: Figure
    p_mpjpe: Figure
    action_mpjpe: Figure
    action_p_mpjpe: Figure
    pck: Figure
    auc: Figure
    joints: Mapping[str, Figure]
    groups: Mapping[str, Mapping[str, GroupScore]]
    difference: float | None
    p_difference: float | None


@dataclass(frozen=True)
class LifterReport:
    """Rows in the order of the input, the method of comparison, and the number of poses."""

    baseline: str
    poses: int
    rows: tuple[RowScore, ...]


def lifter_report(
    truth: npt.ArrayLike,
    predictions: Mapping[Row, Sequence[npt.ArrayLike]],
    groups: Mapping[str, npt.ArrayLike],
    baseline: str = "baseline",
) -> LifterReport:
    """Measure predictions for the same people.

    Args:
        truth: (N, 17, 3) [m] HUMAN36M_17 joints.
        predictions: (N, 17, 3) [m] of each row, one for each seed.
        groups: (N,) group names by grouping; "action" is required, others ("subject", "camera") add
            tables.
        baseline: method of comparison.

    Raises:
        InputError: shapes do not fit, a number is not finite, a row has no predictions, or there
            are no actions.
    """
    poses = _checked(truth, "the truth", None)
    labels = {title: _labels(names, title, len(poses)) for title, names in groups.items()}
    if "action" not in labels or not predictions:
        raise InputError(
            f"got groups {list(groups)} and {len(predictions)} rows, expected 'action' and "
            "1 row or more"
        )
    scores = {
        row: _row_score(row, _measured(row, runs, poses), labels)
        for row, runs in predictions.items()
    }
    compared = [
        _compared(score, scores.get(Row(baseline, row.keypoints))) for row, score in scores.items()
    ]
    return LifterReport(baseline, len(poses), tuple(compared))


class _Measured(NamedTuple):
    """Errors (N, 17) [mm] of each run, root-aligned and similarity-aligned; PCK and AUC [%]."""

    errors: list[Array]
    aligned: list[Array]
    pck: Figure
    auc: Figure


def _measured(row: Row, runs: Sequence[npt.ArrayLike], truth: Array) -> _Measured:
    if not len(runs):
        raise InputError(f"row {row} has no predictions, expected one array for each seed")
    poses = [_checked(run, f"row {row}", truth.shape) for run in runs]
    return _Measured(
        [joint_errors(run, truth) * _MILLIMETRES for run in poses],
        [aligned_errors(run, truth) * _MILLIMETRES for run in poses],
        Figure(tuple(pck(run, truth, THRESHOLD) * _PERCENT for run in poses)),
        Figure(tuple(auc(run, truth, THRESHOLD) * _PERCENT for run in poses)),
    )


def _row_score(row: Row, own: _Measured, labels: Mapping[str, Labels]) -> RowScore:
    """A row's figures without comparison."""
    groups = {title: _group_scores(own, names) for title, names in labels.items()}
    actions = list(groups["action"].values())
    return RowScore(
        method=row.method,
        keypoints=row.keypoints,
        mpjpe=_mean(own.errors),
        mpjpe_without_root=_mean([errors[:, 1:] for errors in own.errors]),
        p_mpjpe=_mean(own.aligned),
        action_mpjpe=_mean_of([score.mpjpe for score in actions]),
        action_p_mpjpe=_mean_of([score.p_mpjpe for score in actions]),
        pck=own.pck,
        auc=own.auc,
        joints={
            name: _mean([errors[:, joint] for errors in own.errors])
            for joint, name in enumerate(HUMAN36M_17.joints)
        },
        groups=groups,
        difference=None,
        p_difference=None,
    )


def _compared(score: RowScore, reference: RowScore | None) -> RowScore:
    """Add the differences to the reference, unless the score is the reference."""
    if reference is None or score is reference:
        return score
    return replace(
        score,
        difference=_difference(score.mpjpe, reference.mpjpe),
        p_difference=_difference(score.p_mpjpe, reference.p_mpjpe),
    )


def _group_scores(own: _Measured, names: Labels) -> dict[str, GroupScore]:
    scores = {}
    for name in np.unique(names):
        rows = names == name
        scores[str(name)] = GroupScore(
            _mean([errors[rows] for errors in own.errors]),
            _mean([errors[rows] for errors in own.aligned]),
        )
    return scores


def _mean(runs: Sequence[Array]) -> Figure:
    return Figure(tuple(float(run.mean()) for run in runs))


def _mean_of(figures: Sequence[Figure]) -> Figure:
    """The mean of several figures, run by run."""
    return Figure(
        tuple(float(np.mean(runs)) for runs in zip(*(one.runs for one in figures), strict=True))
    )


def _difference(own: Figure, other: Figure) -> float | None:
    """[%] of the first mean to the second; None when the second is 0."""
    return (own.mean / other.mean - 1) * _PERCENT if other.mean > 0 else None


def _checked(poses: npt.ArrayLike, what: str, shape: tuple[int, ...] | None) -> Array:
    array = np.asarray(poses, np.float64)
    expected = shape or (len(array), len(HUMAN36M_17), 3)
    if array.shape != expected or not len(array) or not np.isfinite(array).all():
        raise InputError(
            f"{what}: got poses {array.shape}, expected {expected}, at least one, all finite; "
            "remove people without a pose from all rows"
        )
    return array


def _labels(names: npt.ArrayLike, title: str, count: int) -> Labels:
    labels = np.asarray(names).astype(np.str_)
    if labels.shape != (count,):
        raise InputError(f"groups {title!r}: got {labels.shape}, expected ({count},)")
    return labels
