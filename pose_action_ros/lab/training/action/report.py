"""What an action model got right: figures for its card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import softmax

Array = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]


def report(
    probabilities: Array, labels: Labels, names: Sequence[str], unknown_below: float
) -> dict[str, Any]:
    """Figures of probabilities (N, L) for windows with true labels (N,).

    Returns:
        windows, accuracy (of the most likely action), balanced_accuracy (mean over the actions
        that occur), unknown (part answered so), accuracy_when_known, calibration_error, recall
        per action, and confusion: of each action, to which others its windows went (at least 2 %).
    """
    answers = probabilities.argmax(axis=1)
    right = answers == labels
    known = probabilities.max(axis=1) >= unknown_below
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


def said_of_others(
    probabilities: Array, names: Sequence[str], unknown_below: float
) -> dict[str, Any]:
    """What is answered about windows (N, L) in which something is done that is no action.

    Returns:
        windows, unknown (part answered so), and said: the other answers, at least 2 % each.
    """
    known = probabilities.max(axis=1) >= unknown_below
    answers = np.bincount(probabilities.argmax(axis=1)[known], minlength=len(names))
    return {
        "windows": len(known),
        "unknown": _rounded(1 - known.mean()),
        "said": _confused(answers / len(known), -1, names),
    }


def _confused(row: Array, true: int, names: Sequence[str]) -> dict[str, float]:
    """The wrong answers that were given for at least 2 % of the windows."""
    order = [int(index) for index in np.argsort(-row) if index != true and row[index] >= 0.02]
    return {names[index]: _rounded(row[index]) for index in order}


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)


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


OTHERS = 0.25
"""Windows in which no action is done that count for each of one, when the threshold is chosen."""


def calibrated(logits: Array, labels: Labels, others: Array) -> tuple[float, float]:
    """Temperature and threshold of "unknown" by windows that were not learnt from.

    Args:
        logits: (N, L) of windows of actions.
        labels: (N,) true ones.
        others: (M, L) logits of windows in which something is done that is no action; of more
            than OTHERS N as many are taken, evenly.
    """
    temperature = fit_temperature(logits, labels)
    count = min(len(others), round(OTHERS * len(labels)))
    taken = others[np.linspace(0, max(len(others) - 1, 0), count).astype(int)]
    told = softmax(np.concatenate([logits, taken]) / temperature, axis=1)
    truth = np.concatenate([labels, np.full(count, -1)])
    return temperature, fit_threshold(told, truth)


def fit_temperature(logits: Array, labels: Labels) -> float:
    """The temperature that makes softmax(logits / temperature) most likely (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        total = np.log(np.exp(scaled).sum(axis=1))
        return float((total - scaled[np.arange(len(labels)), labels]).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(10.0)), method="bounded")
    return float(np.exp(found.x))


def fit_threshold(
    probabilities: Array, labels: Labels, wrong: float = 0.1, least: float = 0.2
) -> float:
    """The lowest probability from which at most a part `wrong` of the answers is wrong.

    Args:
        probabilities: (N, L), calibrated, of held-out windows.
        labels: (N,) true ones, below 0 where every answer is wrong: no action is done.
        wrong: part of the answers given that may be wrong.
        least: no lower one is returned.
    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence)
    mistakes = (probabilities.argmax(axis=1) != labels)[order]
    rate = np.cumsum(mistakes) / np.arange(1, len(mistakes) + 1)
    allowed = np.flatnonzero(rate <= wrong)
    threshold = float(confidence[order][allowed[-1]]) if len(allowed) else 1.0
    return max(threshold, least)
