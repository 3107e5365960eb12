"""Tables of what sequences were answered, against what can be counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.action_report import (
    Answers,
    accuracy_table,
    class_table,
    confusion,
    ensemble_accuracy,
    markdown,
    write_report,
)

LABELS = ("wave", "kick")


def answers(split: str, seed: int, given_: list[int]) -> Answers:
    return Answers(split, seed, LABELS, np.array([0, 0, 1, 1]), np.eye(2)[given_])


FOUND = [
    answers("as1", 1, [0, 0, 1, 1]),
    answers("as2", 1, [0, 1, 1, 1]),
    answers("as1", 2, [0, 0, 1, 0]),
    answers("as2", 2, [0, 0, 0, 0]),
]


def test_accuracies_by_split_and_the_mean_of_the_seeds() -> None:
    rows = accuracy_table(FOUND, ("as1", "as2")).rows
    assert rows[0] == (
        "as1",
        "4",
        "2",
        "87.50",
        "12.50",
        "75.00",
        "100.00",
        "75.00",
        "4",
        "87.50",
        "75.00",
    )
    assert rows[1] == (
        "as2",
        "4",
        "2",
        "62.50",
        "12.50",
        "50.00",
        "75.00",
        "50.00",
        "4",
        "62.50",
        "50.00",
    )
    assert rows[2] == (
        "mean of as1, as2",
        "8",
        "2",
        "75.00",
        "12.50",
        "62.50",
        "87.50",
        "62.50",
        "8",
        "75.00",
        "62.50",
    )


def test_broken_recordings_are_left_out_of_the_last_columns() -> None:
    broken = np.array([False, True, False, False])
    one = replace(FOUND[1], broken=broken)  # wrong for the broken recording alone
    (row,) = accuracy_table([one], ()).rows
    assert row == (
        "as2",
        "4",
        "1",
        "75.00",
        "0.00",
        "75.00",
        "75.00",
        "75.00",
        "3",
        "100.00",
        "100.00",
    )
    kept = Answers.from_json(json.loads(json.dumps(one.to_json())))
    assert kept.whole.accuracy == 1.0
    assert FOUND[1].whole is FOUND[1]


def test_each_class_lists_its_confusions() -> None:
    rows = class_table([FOUND[1], FOUND[3]]).rows
    assert rows[0] == ("wave", "4", "75.0", "60.0", "kick 25.0 %")
    assert rows[1] == ("kick", "4", "50.0", "66.7", "wave 50.0 %")


def test_the_ensemble_averages_probabilities() -> None:
    truth = np.array([0, 1])
    sure = Answers("as1", 1, LABELS, truth, np.array([[0.9, 0.1], [0.2, 0.8]]))
    wrong = Answers("as1", 2, LABELS, truth, np.array([[0.3, 0.7], [0.9, 0.1]]))
    assert ensemble_accuracy([sure, wrong]) == 0.5
    assert ensemble_accuracy([sure, sure, wrong]) == 1.0
    assert ensemble_accuracy([sure]) == sure.accuracy


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50))
def test_the_confusion_matrix_counts_everything_once(pairs: list[tuple[int, int]]) -> None:
    truth, answered = (np.array(values) for values in zip(*pairs, strict=True))
    one = Answers("x", 1, tuple("abcde"), truth, np.eye(5)[answered])
    counts = confusion([one, one])
    assert counts.sum() == 2 * len(pairs)
    assert np.trace(counts) / counts.sum() == pytest.approx(one.accuracy)
    assert (counts.sum(axis=1) == 2 * np.bincount(truth, minlength=5)).all()
    assert Answers.from_json(json.loads(json.dumps(one.to_json()))).accuracy == one.accuracy


def test_the_report_is_kept_with_pictures(tmp_path: Path) -> None:
    write_report(FOUND, ("as1", "as2"), tmp_path)
    assert (tmp_path / "action.md").read_text() == markdown(FOUND, ("as1", "as2"))
    kept = json.loads((tmp_path / "action.json").read_text())
    assert [one["accuracy"] for one in kept] == [1.0, 0.75, 0.75, 0.5]
    picture = cv2.imread(str(tmp_path / "as2.png"))
    assert picture is not None
    assert picture.std() > 10


def test_answers_for_other_sequences() -> None:
    with pytest.raises(InputError, match=r"\(3, 2\) for 2 sequences of as1, expected \(2, 2\)"):
        Answers("as1", 1, LABELS, np.array([0, 1]), np.eye(2)[[0, 1, 1]])
