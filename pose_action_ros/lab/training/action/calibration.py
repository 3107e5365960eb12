"""Calibration and scores of an action model's probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax

Array = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]

OTHERS = 0.25
"""Windows without action, per window of an action, that the threshold is chosen with."""
ENOUGH = 0.03
"""Least share of the windows of a label that have the right answer; with fewer it is silent."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """When a model answers.

    Attributes:
        temperature: of the probabilities.
        threshold: lowest probability above which at most the allowed share of answers is wrong.
        probabilities: (N, L) of the windows it was chosen on.
        truth: (N,) their labels, L for no action.
    """

    temperature: float
    threshold: float
    probabilities: Array
    truth: Labels


def calibrate(logits: Array, labels: Labels, others: Array, wrong: float = 0.1) -> Calibration:
    """Choose when to answer, from windows that were not trained on.

    Args:
        logits: (N, L + 1) of windows of actions, the last one of the background.
        labels: (N,) true labels.
        others: (M, L + 1) logits of windows of movements that are no action; at most OTHERS N of
            them are used, evenly spaced.
        wrong: allowed share of wrong answers above the threshold.
    """
    count, background = min(len(others), round(OTHERS * len(labels))), logits.shape[1] - 1
    taken = others[np.linspace(0, max(len(others) - 1, 0), count).astype(int)]
    every = np.concatenate([logits, taken])
    truth = np.concatenate([labels, np.full(count, background)])
    temperature = fit_temperature(every, truth)
    probabilities = softmax(every / temperature, axis=1)[:, :background]
    threshold = fit_threshold(probabilities, truth, wrong)
    return Calibration(temperature, threshold, probabilities, truth)


def fit_temperature(logits: Array, labels: Labels) -> float:
    """Temperature with the greatest likelihood of softmax(logits / temperature) (Guo et al. 2017).

    Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017.
    """

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        total = np.log(np.exp(scaled).sum(axis=1))
        return float((total - scaled[np.arange(len(labels)), labels]).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.2), np.log(10.0)), method="bounded")
    return float(np.exp(best.x))


def fit_threshold(
    probabilities: Array, labels: Labels, wrong: float = 0.1, least: float = 0.2
) -> float:
    """Lowest probability above which at most a share `wrong` of the answers is wrong.

    Args:
        probabilities: (N, L), calibrated, of held-out windows.
        labels: (N,) true labels, none of 0 to L - 1 for no action, where every answer is wrong.
        wrong: allowed share of wrong answers.
        least: lower bound of the result.
    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence)
    mistakes = (probabilities.argmax(axis=1) != labels)[order]
    rate = np.cumsum(mistakes) / np.arange(1, len(mistakes) + 1)
    least_of_equals = np.diff(confidence[order], append=-1.0) < 0
    allowed = np.flatnonzero((rate <= wrong) & least_of_equals)
    threshold = float(confidence[order][allowed[-1]]) if len(allowed) else 1.0
    return max(threshold, least)


def unreliable(
    probabilities: Array, labels: Labels, wrong: float, least: float = 0.2
) -> npt.NDArray[np.bool_]:
    """(L,) True for labels with too many wrong answers above every threshold.

    Args:
        probabilities: (N, L), calibrated, of held-out windows.
        labels: (N,) true labels, none of 0 to L - 1 for no action.
        wrong: allowed share of wrong answers of each label.
        least: lowest threshold.

    Returns:
        False where a threshold leaves right answers for a share ENOUGH of the label's windows, with
        at most a share `wrong` of wrong ones.
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    result = np.ones(probabilities.shape[1], dtype=np.bool_)
    for label in range(len(result)):
        own = answers == label
        threshold = fit_threshold(probabilities[own], labels[own], wrong, least)
        kept = ((labels == label) & own & (confidence >= threshold)).sum()
        result[label] = kept < max(ENOUGH * (labels == label).sum(), 1)
    return result


def strict_thresholds(
    probabilities: Array, labels: Labels, least: float, lost: float
) -> npt.NDArray[np.float64]:
    """(L,) threshold of each label with which it gives up a share of its right answers.

    Labels that simulated people make easy have high probabilities there. With one threshold for
    all, a real movement of another kind, such as a dance, passes it too easily for these labels.

    Args:
        probabilities: (N, L), calibrated, of held-out windows.
        labels: (N,) true labels, none of 0 to L - 1 for no action.
        least: lowest threshold.
        lost: share of the right answers above `least` that each label gives up.
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = (answers == labels) & (confidence >= least)
    result = np.full(probabilities.shape[1], least)
    for label in np.unique(labels[right]) if lost else ():
        result[label] = np.quantile(confidence[right & (labels == label)], lost)
    return result


def calibration_error(probabilities: Array, labels: Labels, bins: int = 15) -> float:
    """Expected calibration error (Guo et al. 2017, equation 3): mean of |accuracy - confidence|."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(right[which == index].mean() - confidence[which == index].mean())
        * (which == index).mean()
        for index in np.unique(which)
    ]
    return float(sum(gaps))


def action_scores(
    probabilities: Array, labels: Labels, names: Sequence[str], unknown_below: float | Array
) -> dict[str, Any]:
    """Scores of probabilities for windows with true labels (N,), for the model's card.

    Args:
        probabilities: (N, L), or (N, L + 1) with that of the background, which is no answer.
        labels: (N,) indices of names.
        names: L labels.
        unknown_below: probability below which the answer is "unknown"; may be one for each label.

    Returns:
        windows, accuracy (of the most likely action), balanced_accuracy (mean over the actions
        that occur), unknown (share of "unknown"), accuracy_when_known, calibration_error, recall
        by action, and confusion: wrong answers by action (at least 2 %).
    """
    probabilities = probabilities[:, : len(names)]
    answers = probabilities.argmax(axis=1)
    right = answers == labels
    known = probabilities.max(axis=1) >= np.broadcast_to(unknown_below, len(names))[answers]
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    occurs = np.unique(labels)
    return {
        "windows": len(labels),
        "accuracy": _rounded(right.mean()),
        "balanced_accuracy": _rounded(parts[occurs, occurs].mean()),
        "unknown": _rounded(1 - known.mean()),
        "accuracy_when_known": _rounded(right[known].mean()) if known.any() else 0.0,
        "calibration_error": _rounded(calibration_error(probabilities, labels)),
        "recall": {names[index]: _rounded(parts[index, index]) for index in occurs},
        "confusion": {names[index]: _confused(parts[index], index, names) for index in occurs},
    }


def unnamed_scores(
    probabilities: Array, names: Sequence[str], unknown_below: float | Array
) -> dict[str, Any]:
    """Scores of probabilities, as in action_scores, for windows of movements that are no action.

    Returns:
        windows, unknown (share of "unknown"), and said: the other answers, at least 2 % each.
    """
    probabilities = probabilities[:, : len(names)]
    best = probabilities.argmax(axis=1)
    known = probabilities.max(axis=1) >= np.broadcast_to(unknown_below, len(names))[best]
    answers = np.bincount(best[known], minlength=len(names))
    return {
        "windows": len(known),
        "unknown": _rounded(1 - known.mean()),
        "said": _confused(answers / len(known), -1, names),
    }


def _confused(row: Array, true: int, names: Sequence[str]) -> dict[str, float]:
    """The wrong answers given for at least 2 % of the windows."""
    order = [int(index) for index in np.argsort(-row) if index != true and row[index] >= 0.02]
    return {names[index]: _rounded(row[index]) for index in order}


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)
