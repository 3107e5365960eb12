"""Definitions of detected falls, states after them, tracks and false falls; scenes as poses."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.evaluation.fall_answers import POSES, Answered, AnsweredFall
from pose_action_ros.lab.evaluation.falls import (
    FallReport,
    fall_tables,
    measure_falls,
    write_falls,
)
from pose_action_ros.lab.evaluation.settings import FallRun

Answer = tuple[float, int, str]
LABELS = ("standing", "falling", "lying", "unknown")


def fall(
    *answers: Answer,
    tracks: tuple[tuple[float, tuple[int, ...]], ...] = ((1.0, (3,)), (4.0, (3,))),
    after: str = "lying",
) -> AnsweredFall:
    """A fall from 2 to 3 s."""
    return AnsweredFall(POSES, "low", "walking", 8.0, answers, tracks, 2.0, 3.0, after)


def other(*labels: str, track: int = 0) -> Answered:
    answers = [(0.2 * number, track, label) for number, label in enumerate(labels)]
    return Answered(POSES, "eye", "idle", 60.0, answers, [])


@pytest.mark.parametrize(
    ("answers", "delay"),
    [
        ([(2.5, 3, "falling")], -0.5),
        ([(3.0, 3, "falling"), (3.2, 3, "falling")], 0.0),
        ([(4.0, 3, "falling")], 1.0),
        ([(4.1, 3, "falling")], None),
        ([(1.9, 3, "falling"), (3.5, 3, "lying")], None),
        ([(1.9, 3, "falling"), (3.5, 9, "falling")], 0.5),  # of any track
        ([], None),
    ],
)
def test_a_fall_is_detected_from_its_start_to_a_second_after_its_end(
    answers: list[Answer], delay: float | None
) -> None:
    assert fall(*answers).delay == (None if delay is None else pytest.approx(delay))


def test_the_state_is_answered_after_the_end() -> None:
    assert fall((3.5, 3, "lying")).state_answered
    assert fall((6.0, 7, "lying")).state_answered
    assert not fall((2.9, 3, "lying"), (6.1, 3, "lying"), (3.5, 3, "sitting")).state_answered
    assert fall((3.5, 3, "sitting"), after="sitting").state_answered


@pytest.mark.parametrize(
    ("tracks", "lost", "other_id"),
    [
        ([(1.0, (3,)), (3.5, (3,)), (4.0, ())], 0.5, False),
        ([(1.0, (3,)), (2.5, ()), (3.5, (4,)), (4.0, (4,))], 0.0, True),
        ([(1.0, (3,)), (3.5, (3,)), (4.0, (3, 4))], 0.0, False),
        ([(1.0, (3,)), (3.5, ()), (7.0, (4,))], 1.0, False),
        ([(1.0, ()), (3.5, (4,))], 0.0, False),
    ],
)
def test_tracks_after_the_fall(
    tracks: list[tuple[float, tuple[int, ...]]], lost: float, other_id: bool
) -> None:
    one = fall(tracks=tuple(tracks))
    assert one.lost == pytest.approx(lost)
    assert one.has_new_id == other_id


def test_false_falls_are_changes_of_a_track() -> None:
    assert other("standing", "falling", "falling", "unknown", "falling").false_falls == 2
    two_tracks = Answered(POSES, "eye", "idle", 5.0, [(0.0, 0, "falling"), (0.1, 1, "falling")], [])
    assert two_tracks.false_falls == 2
    assert other().false_falls == 0


@given(st.lists(st.sampled_from(LABELS), max_size=20))
def test_false_falls_are_counted_as_in_a_string_of_the_answers(labels: list[str]) -> None:
    text = "".join("F" if label == "falling" else "." for label in labels)
    assert other(*labels).false_falls == len([part for part in text.split(".") if part])


def test_tables_and_files(tmp_path: Path) -> None:
    report = FallReport(
        (fall((3.5, 3, "falling"), (4.5, 3, "lying")), fall()),
        (other("falling"), other("standing")),
        LABELS,
    )
    falls, false = fall_tables(report)
    assert falls.rows[-1][:5] == (f"{POSES}, all", "2", "50", "0.50", "50")
    assert false.rows[-1] == (f"{POSES}, all", "2.0", "1", "30.0")
    write_falls(report, tmp_path)
    with (tmp_path / "falls.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["detected"] for row in rows] == ["1", "0", "", ""]
    assert rows[2]["false_falls"] == "1"
    assert "False falls" in (tmp_path / "falls.md").read_text(encoding="utf-8")


def test_states_that_the_model_does_not_know_do_not_count() -> None:
    falls = (fall((4.5, 3, "sitting"), after="sitting"), fall())
    known, _ = fall_tables(FallReport(falls, (), ("falling", "sitting")))
    assert known.rows[-1][4] == "100"
    none, _ = fall_tables(FallReport(falls, (), ("falling",)))
    assert none.rows[-1][4] == "-"


def test_scenes_are_the_same_in_each_run_and_falls_have_answers_before_and_after(
    other_action_model: Path,
) -> None:
    settings = FallRun(
        falls=0,
        scenes=0,
        exact_falls=2,
        exact_scenes=2,
        rate=8.0,
        action_model=str(other_action_model),
    )
    first, second = (measure_falls(settings) for _ in range(2))
    for one, again in zip(
        (*first.falls, *first.others), (*second.falls, *second.others), strict=True
    ):
        assert one.answers == again.answers
        assert one.camera == again.camera
    for one in first.falls:
        stamps = np.array([stamp for stamp, _, _ in one.answers])
        assert stamps.min() < one.start
        assert stamps.max() > one.end + 2.5
        assert one.lost == 0
        assert not one.has_new_id
