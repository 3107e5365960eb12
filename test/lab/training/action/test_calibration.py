"""Calibration and scores, compared with examples computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from pose_action_ros.lab.training.action.calibration import (
    ENOUGH,
    OTHERS,
    action_scores,
    calibrate,
    calibration_error,
    fit_temperature,
    fit_threshold,
    strict_thresholds,
    unnamed_scores,
    unreliable,
)

PROBABILITIES = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.55, 0.45]])
LABELS = np.array([0, 1, 1, 0])


def test_scores_equal_those_by_hand() -> None:
    figures = action_scores(PROBABILITIES, LABELS, ["a", "b"], unknown_below=0.58)
    assert figures["windows"] == 4
    assert figures["accuracy"] == 0.75
    assert figures["unknown"] == 0.25
    assert figures["accuracy_when_known"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["recall"] == {"a": 1.0, "b": 0.5}
    assert figures["confusion"] == {"a": {}, "b": {"a": 0.5}}


def test_an_action_that_does_not_occur_is_ignored() -> None:
    figures = action_scores(PROBABILITIES[[0, 3]], LABELS[[0, 3]], ["a", "b"], 0.0)
    assert figures["balanced_accuracy"] == 1.0
    assert set(figures["recall"]) == {"a"}


def test_calibration_error_of_one_bin() -> None:
    probabilities = np.array([[0.7, 0.3]] * 10)
    labels = np.array([0] * 5 + [1] * 5)
    assert calibration_error(probabilities, labels) == pytest.approx(0.2)


@pytest.mark.parametrize("truth", [0.5, 1.0, 3.0])
def test_the_temperature_of_overconfident_logits_is_estimated(truth: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 5))
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (odds.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    assert fit_temperature(truth * logits, labels) == pytest.approx(truth, rel=0.05)


def test_the_threshold_allows_the_given_share_of_wrong_answers() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 5000)
    labels = np.where(rng.random(5000) < confidence, 0, 1)
    probabilities = np.column_stack([confidence, 1 - confidence])
    threshold = fit_threshold(probabilities, labels, wrong=0.1)
    given = confidence >= threshold
    assert (labels[given] != 0).mean() == pytest.approx(0.1, abs=0.002)
    # Calibrated answers above 0.8 are wrong in 10 % on average.
    assert threshold == pytest.approx(0.8, abs=0.03)


def test_the_threshold_if_all_answers_are_right_or_all_wrong() -> None:
    assert fit_threshold(PROBABILITIES, np.array([0, 0, 1, 0]), least=0.3) == 0.55
    assert fit_threshold(PROBABILITIES, np.array([1, 1, 0, 1])) == 1.0


def test_calibration_counts_other_movements_as_background() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (4000, 5))
    logits[:, 4] -= 2
    labels = np.where(rng.random(4000) < 0.93, logits[:, :4].argmax(axis=1), 0)
    others = rng.normal(0, 3.0, (4000, 5))  # often with a label, sometimes background
    chosen = calibrate(logits, labels, others)
    temperature, threshold = chosen.temperature, chosen.threshold
    assert threshold > calibrate(logits, labels, others[:0]).threshold + 0.1
    # The number of others is limited.
    again = calibrate(logits, labels, np.repeat(others, 3, axis=0))
    assert (again.temperature, again.threshold) == pytest.approx((temperature, threshold), abs=0.1)
    taken = others[np.linspace(0, 3999, int(OTHERS * 4000)).astype(int)]
    every = np.concatenate([logits, taken])
    truth = np.concatenate([labels, np.full(len(taken), 4)])
    assert temperature == fit_temperature(every, truth)
    probabilities = softmax(every / temperature, axis=1)[:, :4]
    given = probabilities.max(axis=1) >= threshold
    assert (probabilities.argmax(axis=1) != truth)[given].mean() == pytest.approx(0.1, abs=0.01)


def test_the_background_is_no_answer_in_scores() -> None:
    with_background = np.column_stack([0.5 * PROBABILITIES, np.full(4, 0.5)])
    figures = action_scores(with_background, LABELS, ["a", "b"], unknown_below=0.29)
    assert (figures["accuracy"], figures["unknown"]) == (0.75, 0.25)
    scores = unnamed_scores(with_background, ["a", "b"], unknown_below=0.35)
    assert scores == {"windows": 4, "unknown": 0.5, "said": {"a": 0.25, "b": 0.25}}


def test_scores_of_unnamed_movements_equal_those_by_hand() -> None:
    scores = unnamed_scores(PROBABILITIES, ["a", "b"], unknown_below=0.7)
    assert scores == {"windows": 4, "unknown": 0.5, "said": {"a": 0.25, "b": 0.25}}


@given(st.integers(0, 200))
def test_a_label_is_unreliable_if_no_threshold_makes_it_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, 400)  # 4 is no action
    logits = rng.normal(0, 1, (400, 5))
    logits[np.arange(400), truth] += np.array([0.0, 1.5, 3.0, 5.0, 2.0])[truth]
    probabilities = softmax(logits, axis=1)[:, :4]
    found = unreliable(probabilities, truth, wrong=0.2, least=0.3)
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    for label, bad in enumerate(found.tolist()):
        shares = []
        for threshold in np.unique(np.append(confidence[confidence >= 0.3], 0.3)):
            given = (answers == label) & (confidence >= threshold)
            right = (truth[given] == label).sum()
            if right >= max(ENOUGH * (truth == label).sum(), 1):
                shares.append(1 - right / given.sum())
        assert bad == (min(shares, default=1.0) > 0.2)


def test_a_label_with_few_right_answers_is_unreliable() -> None:
    probabilities = np.array([[0.9, 0.05]] * 100 + [[0.05, 0.9]] + [[0.6, 0.3]] * 99)
    truth = np.array([0] * 100 + [1] * 100)
    assert unreliable(probabilities, truth, wrong=0.1).tolist() == [False, True]


def test_a_strict_threshold_gives_up_the_given_share_of_right_answers() -> None:
    rng = np.random.default_rng(0)
    confidence = np.concatenate([rng.uniform(0.9, 1.0, 500), rng.uniform(0.5, 1.0, 500)])
    probabilities = np.zeros((1000, 3))
    probabilities[:500, 0], probabilities[500:, 1] = confidence[:500], confidence[500:]
    truth = np.repeat([0, 1], 500)
    truth[::10] = 3  # wrong answers do not count
    thresholds = strict_thresholds(probabilities, truth, least=0.6, lost=0.2)
    assert thresholds[2] == 0.6  # never right
    for label in range(2):
        right = (truth == label) & (confidence >= 0.6)
        assert (confidence[right] < thresholds[label]).mean() == pytest.approx(0.2, abs=0.01)
    assert strict_thresholds(probabilities, truth, 0.6, 0.0).tolist() == [0.6] * 3
