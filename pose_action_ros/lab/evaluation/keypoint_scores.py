"""Average precision and recall of 2D poses, as the COCO keypoint task defines them.

Source: Lin et al. 2014, arXiv:1405.0312, and pycocotools, cocoeval.py: the detections of an image
are matched in the order of their scores, each with the most similar person by object keypoint
similarity (OKS); precision is read at 101 recalls; both are averaged over ten thresholds of OKS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Smallest OKS of a true positive."""
_RECALLS = np.linspace(0.0, 1.0, 101)
_MOST = 20  # detections per image that count, those with the highest scores
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class People:
    """True or detected people of one image.

    Attributes:
        points: (P, J, 2) [px]; NaN for a joint that is not labelled or not detected.
        areas: (P,) [px²] of true people; their tolerance grows with it.
        scores: (P,) of detected people.
        ignored: (P,) true people that count neither as missed nor as detected.

    Raises:
        InputError: arrays of different lengths, or points of another shape.
    """

    points: Array
    areas: Array
    scores: Array
    ignored: Flags

    def __post_init__(self) -> None:
        rows = {len(array) for array in (self.points, self.areas, self.scores, self.ignored)}
        if len(rows) != 1 or self.points.ndim != 3 or self.points.shape[2] != 2:
            raise InputError(
                f"got joints of shape {self.points.shape} with {len(self.areas)} areas, "
                f"{len(self.scores)} scores and {len(self.ignored)} flags, expected (P, J, 2) and P"
            )

    @classmethod
    def true(cls, points: Array, areas: Array, ignored: Flags) -> People:
        """Ground truth."""
        return cls(points, areas, np.ones(len(points)), ignored)

    @classmethod
    def detected(cls, points: Array, scores: Array) -> People:
        """Detections."""
        none_ignored = np.zeros(len(points), dtype=np.bool_)
        return cls(points, np.zeros(len(points)), scores, none_ignored)

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class KeypointScores:
    """The figures, 0 to 1; NaN without true people that count.

    Attributes:
        ap, ap50, ap75: average precision over all thresholds of OKS, at 0.5, and at 0.75.
        ar: recall over all thresholds.
    """

    ap: float
    ap50: float
    ap75: float
    ar: float


def keypoint_scores(images: Sequence[tuple[People, People]], tolerance: Array) -> KeypointScores:
    """Score the detections of images.

    Args:
        images: true and detected people of each, with the same joints.
        tolerance: (J,) twice the sigma of each joint.
    """
    matched = [_matched(truth, detected, tolerance) for truth, detected in images]
    count = sum(int((~truth.ignored).sum()) for truth, _ in images)
    if not count:
        return KeypointScores(*[float("nan")] * 4)
    scores = np.concatenate([scores for scores, _, _ in matched])
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([hits for _, hits, _ in matched], axis=1)[:, order]  # (T, N)
    counted = np.concatenate([counted for _, _, counted in matched], axis=1)[:, order]
    rows = [_precision(*row, count) for row in zip(hits, counted, strict=True)]
    precision = np.array([row[0] for row in rows])
    at75 = int(np.argmin(np.abs(THRESHOLDS - 0.75)))
    return KeypointScores(
        ap=float(precision.mean()),
        ap50=float(precision[0]),
        ap75=float(precision[at75]),
        ar=float(np.mean([row[1] for row in rows])),
    )


def similarity(truth: People, detected: People, tolerance: Array) -> Array:
    """(D, P) OKS of each detected with each true person, over the labelled joints."""
    offsets = detected.points[:, None] - truth.points[None]  # (D, P, J, 2)
    labelled = np.isfinite(truth.points).all(axis=-1)  # (P, J)
    squares = np.square(offsets).sum(axis=-1)
    scale = np.square(tolerance) * (truth.areas[:, None] + np.spacing(1))  # (P, J)
    oks = np.exp(-np.where(np.isfinite(squares), squares, np.inf) / (2 * scale))
    total: Array = np.where(labelled, oks, 0.0).sum(axis=-1)
    result: Array = total / np.maximum(labelled.sum(axis=-1), 1)
    return result


def _matched(truth: People, detected: People, tolerance: Array) -> tuple[Array, Flags, Flags]:
    """Scores (N,) of one image in descending order, and (T, N) hits and detections that count."""
    rows = np.argsort(-detected.scores, kind="stable")[:_MOST]
    columns = np.argsort(truth.ignored, kind="stable")
    oks = similarity(truth, detected, tolerance)[np.ix_(rows, columns)]
    ignored = truth.ignored[columns]
    matches = np.array([_matches(oks, ignored, level) for level in THRESHOLDS], dtype=np.intp)
    matches = matches.reshape(len(THRESHOLDS), len(rows))
    hit = matches >= 0
    counted = ~hit
    counted[hit] = ~ignored[matches[hit]]
    return detected.scores[rows], hit, counted


def _matches(oks: Array, ignored: Flags, level: float) -> list[int]:
    """The true person of each detection, or -1; an ignored one only if no other matches."""
    free = np.ones(len(ignored), dtype=np.bool_)
    matches = []
    for row in oks:
        good = free & (row >= min(level, 1 - 1e-10))
        good &= ~ignored if (good & ~ignored).any() else True
        best = int(np.flatnonzero(good)[row[good] == row[good].max()][-1]) if good.any() else -1
        if best >= 0:
            free[best] = False
        matches.append(best)
    return matches


def _precision(hits: Flags, counted: Flags, people: int) -> tuple[float, float]:
    """Mean precision over recalls, and the last recall, of detections in descending order."""
    right = np.cumsum(hits & counted)
    wrong = np.cumsum(~hits & counted)
    if not len(right):
        return 0.0, 0.0
    recall = right / people
    precision = right / np.maximum(right + wrong, _LEAST)
    precision = np.maximum.accumulate(precision[::-1])[::-1]  # the best at that recall or above
    reached = np.searchsorted(recall, _RECALLS, side="left")
    read = np.append(precision, 0.0)[reached]
    return float(read.mean()), float(recall[-1])
