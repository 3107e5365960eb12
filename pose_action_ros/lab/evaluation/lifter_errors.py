"""Errors of lifted poses, joint by joint, and the figures of any part of them.

Figures as in the literature: MPJPE over 17 joints including the root with its error of zero, as in
Martinez et al. 2017 (protocol 1), and over the 16 others, which is 6.25 % larger; N-MPJPE after the
best scale and P-MPJPE after the best similarity of each pose (protocol 2); both protocols also over
the 14 joints that most data sets share; PCK at 150 mm and its AUC after root alignment; the error
of accelerations as in Kanazawa et al. 2019 (arXiv 1812.01601). Joints that a data set defines
otherwise count nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.lifter_poses import (
    COMMON_ROWS,
    Lifts,
    Truth,
    checked_poses,
)
from pose_action_ros.metrics import (
    aligned_errors,
    best_rotations,
    calibration_error,
    joint_errors,
    scaled_errors,
)

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

THRESHOLD = 0.150
"""PCK's, and that of a correct joint [m]."""
BINS = 10
"""Bins of equal width for the calibration of scores."""
_MILLIMETRES = 1000.0
_PERCENT = 100.0
_SAME_STEP = 0.1  # largest relative difference of two steps of an acceleration


class Metric(NamedTuple):
    """Heading and unit of a figure."""

    heading: str
    unit: str


METRICS: Mapping[str, Metric] = {
    "mpjpe": Metric("MPJPE", "mm"),
    "mpjpe_without_root": Metric("16 joints", "mm"),
    "n_mpjpe": Metric("N-MPJPE", "mm"),
    "p_mpjpe": Metric("P-MPJPE", "mm"),
    "mpjpe_14": Metric("MPJPE, 14 joints", "mm"),
    "p_mpjpe_14": Metric("P-MPJPE, 14 joints", "mm"),
    "pck": Metric("PCK", "%"),
    "auc": Metric("AUC", "%"),
    "lean": Metric("lean", "degrees"),
    "acceleration": Metric("acceleration error", "mm/image²"),
    "acceleration_si": Metric("acceleration error", "m/s²"),
    "claimed": Metric("score", "%"),
    "correct": Metric("within 150 mm", "%"),
    "calibration": Metric("calibration error", "%"),
    "reported": Metric("joints reported", "%"),
    "found": Metric("people lifted", "%"),
}
"""Figures by key; the lean is that of the head towards the camera, negative away from it."""


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of N people; NaN for joints that do not count and for people without a pose.

    Attributes:
        plain, scaled, aligned: (N, 17) [mm] root-aligned, after the best scale, after Procrustes.
        common: (N, 17) [mm] after Procrustes over COMMON; NaN for other joints.
        acceleration: (N, 17) [mm/image²]; NaN at the ends of tracks.
        acceleration_si: (N, 17) [m/s²].
        scores: (N, 17) probabilities of reported joints; NaN for others.
        reported: (N, 17) 1 for reported joints, else 0; NaN for joints that do not count.
        rotations: (N, 3, 3) from the pose to the truth.
    """

    plain: Array
    scaled: Array
    aligned: Array
    common: Array
    acceleration: Array
    acceleration_si: Array
    scores: Array
    reported: Array
    rotations: Array

    def of(self, rows: Flags | slice) -> Errors:
        """The errors of some people."""
        return Errors(**{name: values[rows] for name, values in vars(self).items()})


def errors_of(lifts: Lifts, truth: Truth, name: str = "the poses") -> Errors:
    """Compare poses with the truth.

    Raises:
        InputError: shapes do not fit, or there is no pose.
    """
    poses = checked_poses(lifts.joints, name, truth.joints.shape)
    found: Flags = np.asarray(np.isfinite(poses).all(axis=(1, 2)))
    if not found.any():
        raise InputError(f"{name}: got no pose of finite numbers, expected at least one")
    poses = np.where(found[:, None, None], poses, truth.joints)
    weights, blank = truth.weights, _blank(truth, found)
    common = np.zeros_like(weights)
    common[:, COMMON_ROWS] = weights[:, COMMON_ROWS]
    per_image, per_second = _accelerations(poses, truth, blank)
    reported = np.ones_like(weights) if lifts.reported is None else lifts.reported * 1.0
    scores = np.full_like(weights, np.nan) if lifts.scores is None else lifts.scores
    return Errors(
        joint_errors(poses, truth.joints) * _MILLIMETRES + blank,
        scaled_errors(poses, truth.joints, weights) * _MILLIMETRES + blank,
        aligned_errors(poses, truth.joints, weights) * _MILLIMETRES + blank,
        aligned_errors(poses, truth.joints, common) * _MILLIMETRES
        + np.where(common > 0, blank, np.nan),
        per_image * _MILLIMETRES,
        per_second,
        np.where(reported > 0, scores, np.nan) + blank,
        reported + blank,
        np.where(found[:, None, None], best_rotations(poses, truth.joints, weights), np.nan),
    )


def figures(errors: Errors) -> dict[str, float]:
    """Every figure of METRICS that these errors define."""
    numbers = errors.plain[np.isfinite(errors.plain)]
    values = {
        "mpjpe": _mean(errors.plain),
        "mpjpe_without_root": _mean(errors.plain[:, 1:]),
        "n_mpjpe": _mean(errors.scaled),
        "p_mpjpe": _mean(errors.aligned),
        "mpjpe_14": _mean(errors.plain[:, COMMON_ROWS]),
        "p_mpjpe_14": _mean(errors.common),
        "pck": _mean(_correct(numbers)) * _PERCENT,
        "auc": _auc(numbers) * _PERCENT,
        "lean": _lean(errors.rotations),
        "acceleration": _mean(errors.acceleration),
        "acceleration_si": _mean(errors.acceleration_si),
        "reported": _mean(errors.reported) * _PERCENT,
        "found": _mean(np.isfinite(errors.rotations[:, 0, 0])) * _PERCENT,
    }
    values |= _score_figures(errors)
    return {name: values[name] for name in METRICS if np.isfinite(values.get(name, np.nan))}


def _score_figures(errors: Errors) -> dict[str, float]:
    """Figures of the scores of reported joints; none without scores."""
    scores, correct = _claims(errors)
    if not len(scores):
        return {}
    return {
        "claimed": _mean(scores) * _PERCENT,
        "correct": _mean(correct) * _PERCENT,
        "calibration": calibration_error(scores, correct, BINS) * _PERCENT,
    }


def _claims(errors: Errors) -> tuple[Array, Flags]:
    """Scores (M,) of the reported joints that count, and (M,) True for the correct ones."""
    claimed = np.isfinite(errors.scores)
    return errors.scores[claimed], _correct(errors.plain[claimed])


def _correct(errors: Array) -> Flags:
    """True for errors [mm] within THRESHOLD."""
    correct: Flags = errors <= THRESHOLD * _MILLIMETRES
    return correct


def reliability(errors: Errors) -> list[tuple[float, float, float]]:
    """Mean score, share within 150 mm and share of the joints [%] of each bin of scores."""
    scores, correct = _claims(errors)
    places = np.minimum((scores * BINS).astype(np.intp), BINS - 1)
    bins = [places == place for place in np.unique(places)]
    return [
        (
            float(scores[rows].mean()) * _PERCENT,
            float(correct[rows].mean()) * _PERCENT,
            float(rows.mean()) * _PERCENT,
        )
        for rows in bins
    ]


def _accelerations(poses: Array, truth: Truth, blank: Array) -> tuple[Array, Array]:
    """Errors (N, 17) of second differences, [m/image²] and [m/s²]; NaN at the ends of tracks."""
    errors = np.full(blank.shape, np.nan)
    if truth.tracks is None or truth.stamps is None or len(truth) < 3:
        return errors, errors.copy()
    pose, true = (joints - joints[:, :1] for joints in (poses, truth.joints))
    steps = np.diff(truth.stamps)
    even = (steps[1:] > 0) & (np.abs(np.diff(steps)) <= _SAME_STEP * steps[1:])
    inside = even & (truth.tracks[2:] == truth.tracks[:-2])
    # A person without a pose has no second difference, nor have the neighbours in time.
    gaps = np.where(inside[:, None], blank[:-2] + blank[1:-1] + blank[2:], np.nan)
    errors[1:-1] = np.linalg.norm(np.diff(pose - true, 2, axis=0), axis=-1) + gaps
    seconds = np.full((len(truth), 1), np.nan)
    seconds[1:-1, 0] = np.where(inside, steps[1:], np.nan)
    return errors, errors / seconds**2


def _lean(rotations: Array) -> float:
    """[degrees] by which poses lean towards the camera, from the mean rotation to the truth."""
    found = rotations[np.isfinite(rotations).all(axis=(1, 2))]
    if not len(found):
        return float("nan")
    return float(np.degrees(-Rotation.from_matrix(found).mean().as_rotvec()[0]))


def _blank(truth: Truth, found: Flags) -> Array:
    """(N, 17) 0 for joints that count, NaN for others and for people without a pose."""
    counts = (truth.weights > 0) & found[:, None]
    return np.where(counts, 0.0, np.nan)


def _auc(errors: Array) -> float:
    """Mean PCK over thresholds from 0 to 150 mm in 30 steps (Mehta et al. 2017)."""
    limits = np.linspace(0, THRESHOLD * _MILLIMETRES, 31)
    return float(np.mean([_mean(errors <= limit) for limit in limits]))


def _mean(values: npt.NDArray[np.floating] | Flags) -> float:
    """Mean of the numbers that are not NaN; NaN without any."""
    numbers = values[~np.isnan(values)]
    return float(numbers.mean()) if numbers.size else float("nan")
