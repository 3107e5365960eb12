"""The decision: a label that is convincing, and that does not flicker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.recognition.decision import Decision, DecisionRule

Array = npt.NDArray[np.float64]

LABELS = 4


def one_threshold(smoothing: float, unknown_below: float, margin: float) -> DecisionRule:
    """The rule with the same threshold for each label."""
    return DecisionRule(smoothing, (unknown_below,) * LABELS, margin)


RULES = st.builds(one_threshold, st.floats(0.0, 2.0), st.floats(0.0, 1.0), st.floats(0.0, 0.5))
SEEDS = st.integers(0, 2**32 - 1)
STEP = 0.2  # [s] between answers


def answers(seed: int, count: int = 30) -> Array:
    """(count, L) probabilities, some sure, some not."""
    rng = np.random.default_rng(seed)
    sureness = rng.uniform(0.1, 3, (count, 1))
    scores = rng.random((count, LABELS)) ** (1 / sureness) + 1e-6
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def said(rule: DecisionRule, probabilities: Array) -> tuple[list[int | None], Array]:
    """Labels after each answer, and the smoothed probabilities (N, L)."""
    decision = Decision()
    labels: list[int | None] = []
    means = []
    for number, row in enumerate(probabilities):
        labels.append(decision.update(row, number * STEP, rule))
        means.append(decision.probabilities)
    return labels, np.array(means)


@given(RULES, SEEDS)
def test_a_label_reaches_the_threshold_and_unknown_does_not(rule: DecisionRule, seed: int) -> None:
    labels, means = said(rule, answers(seed))
    before: int | None = None
    for label, mean in zip(labels, means, strict=True):
        least = rule.threshold - rule.margin * (label == before)
        if label is None:
            assert mean.max() < rule.threshold
        else:
            assert mean[label] >= least
            assert mean[label] >= mean.max() - rule.margin
        before = label


@given(RULES, SEEDS)
def test_the_smoothed_probabilities_are_probabilities(rule: DecisionRule, seed: int) -> None:
    probabilities = answers(seed)
    _, means = said(rule, probabilities)
    assert means.sum(axis=1) == pytest.approx(1)
    assert (means >= probabilities.min(axis=0) - 1e-12).all()
    assert (means <= probabilities.max(axis=0) + 1e-12).all()


@given(RULES, SEEDS)
def test_repeated_probabilities_keep_the_label(rule: DecisionRule, seed: int) -> None:
    labels, _ = said(rule, np.tile(answers(seed, 1), (30, 1)))
    assert len(set(labels)) == 1


@given(RULES, SEEDS, st.floats(0.0, 0.99))
def test_labels_within_the_margin_do_not_alternate(
    rule: DecisionRule, seed: int, part: float
) -> None:
    rng = np.random.default_rng(seed)
    swing = rule.margin * part / 2
    probabilities = np.full((30, LABELS), 0.5 / (LABELS - 2))
    probabilities[:, :2] = 0.25 + swing * rng.uniform(-1, 1, (30, 1)) * [1, -1]
    labels, _ = said(rule, probabilities)
    first = next((label for label in labels if label is not None), None)
    if probabilities[:, :2].max(axis=1).min() > (0.5 / (LABELS - 2)):
        assert set(labels[labels.index(first) :]) == {first}


@given(RULES, SEEDS)
def test_the_order_of_the_labels_does_not_matter(rule: DecisionRule, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(LABELS)
    probabilities = answers(seed)
    plain, _ = said(rule, probabilities)
    mixed, _ = said(rule, probabilities[:, order])
    assert [None if label is None else order[label] for label in mixed] == plain


@given(SEEDS)
def test_without_smoothing_and_margin_it_is_the_most_likely_label(seed: int) -> None:
    probabilities = answers(seed)
    labels, means = said(one_threshold(0.0, 0.0, 0.0), probabilities)
    assert labels == probabilities.argmax(axis=1).tolist()
    np.testing.assert_array_equal(means, probabilities)


def test_a_clear_change_takes_about_the_time_constant() -> None:
    rule = one_threshold(smoothing=0.4, unknown_below=0.5, margin=0.1)
    sure = np.full((20, LABELS), 0.02)
    sure[:10, 0] = sure[10:, 1] = 0.94
    labels, _ = said(rule, sure)
    assert labels[:10] == [0] * 10
    assert labels.index(1) * STEP == pytest.approx(10 * STEP + 0.2, abs=STEP)
    assert None not in labels


def test_a_label_ends_only_below_the_margin() -> None:
    rule = one_threshold(smoothing=0.0, unknown_below=0.6, margin=0.1)
    heights = [0.55, 0.65, 0.55, 0.52, 0.49, 0.55, 0.61]
    rows = [[height, *[(1 - height) / 3] * 3] for height in heights]
    assert said(rule, np.array(rows))[0] == [None, 0, 0, 0, None, None, 0]


def test_smoothing_depends_on_time_and_not_on_the_number_of_estimates() -> None:
    rule, first, second = one_threshold(0.5, 0.0, 0.0), *answers(5, 2)
    often, seldom = Decision(), Decision()
    for decision in (often, seldom):
        decision.update(first, 0.0, rule)
    for stamp in np.linspace(0.05, 1.0, 20).tolist():
        often.update(second, stamp, rule)
    seldom.update(second, 1.0, rule)
    assert often.probabilities == pytest.approx(seldom.probabilities)


def test_an_earlier_stamp_restarts_the_decision() -> None:
    rule = one_threshold(smoothing=5.0, unknown_below=0.0, margin=0.5)
    decision = Decision()
    assert decision.update(np.array([0.6, 0.4]), 10.0, rule) == 0
    assert decision.update(np.array([0.4, 0.6]), 2.0, rule) == 1
    assert decision.probabilities == pytest.approx([0.4, 0.6])


@given(SEEDS, st.lists(st.floats(0.0, 1.0), min_size=LABELS, max_size=LABELS))
def test_each_label_has_its_threshold_and_silent_ones_are_never_answered(
    seed: int, thresholds: list[float]
) -> None:
    probabilities = answers(seed)
    labels, _ = said(DecisionRule(0.0, (*thresholds[:-1], 2.0), 0.0), probabilities)
    for label, row in zip(labels, probabilities, strict=True):
        best = int(row.argmax())
        convincing = best < LABELS - 1 and row[best] >= thresholds[best]
        assert label == (best if convincing else None)


def test_one_threshold_leaves_silent_labels_silent() -> None:
    rule = DecisionRule(0.1, (0.2, 0.4, 0.9, 2.0), 0.3)
    assert rule.threshold == 0.4
    assert rule.with_threshold(0.7) == DecisionRule(0.1, (0.7, 0.7, 0.7, 2.0), 0.3)
    assert DecisionRule(0.1, (2.0, 2.0), 0.3).threshold == 1.0
