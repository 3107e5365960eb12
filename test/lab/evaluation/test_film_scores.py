"""Definitions of in time, delay, stay, answered and false seconds in films."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.evaluation.film_answers import Estimate, FilmEstimates
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm
from pose_action_ros.lab.evaluation.film_scores import LATEST, FilmScores, by, score_film, total
from pose_action_ros.recognition.decision import DecisionRule

LABELS = ("standing", "waving", "bowing")
RULE = DecisionRule(smoothing=0.0, unknown_below=(0.5,) * len(LABELS), margin=0.0)
SECONDS = 6.0


def film(label: str = "waving", start: float = 1.0, end: float = 3.0) -> LabelledFilm:
    path = Path("one.mp4")
    return LabelledFilm(path, "one.mp4", label, start, end, "ada", False, (), "", "row 2")


def estimates(
    *spans: tuple[float, float, str], true: LabelledFilm | None = None, ids: Sequence[int] = (0,)
) -> FilmEstimates:
    """Certain answers in spans of time; "unknown" has even probabilities."""
    rows = []
    for start, end, label in spans:
        even = np.full(len(LABELS), 1 / len(LABELS))
        sure = even if label == "unknown" else np.eye(len(LABELS))[LABELS.index(label)]
        rows.append(Estimate(ids[0], start, end, sure))
    return FilmEstimates(true or film(), SECONDS, tuple(ids), LABELS, tuple(rows))


def scored(*spans: tuple[float, float, str], true: LabelledFilm | None = None) -> FilmScores:
    return score_film(estimates(*spans, true=true), RULE)


@pytest.mark.parametrize(
    ("spans", "delay", "stay"),
    [
        ([(1.6, 2.0, "waving")], 0.6, 0.0),
        ([(1.6, 3.0, "waving"), (3.0, 3.2, "waving"), (3.2, 4, "bowing")], 0.6, 0.2),
        ([(0.8, 1.4, "waving")], 0.0, 0.0),
        ([(0.2, 0.8, "waving"), (0.8, 5, "unknown")], None, None),
        ([(3.9, 4.4, "waving")], 2.9, 0.0),
        ([(4.0, 4.4, "waving")], None, None),
        ([(2.0, SECONDS, "waving")], 1.0, None),
        ([(1.0, 5.0, "bowing")], None, None),
        ([], None, None),
    ],
)
def test_delay_and_stay(
    spans: list[tuple[float, float, str]], delay: float | None, stay: float | None
) -> None:
    one = scored(*spans)
    assert one.delay == (None if delay is None else pytest.approx(delay))
    assert one.stay == (None if stay is None else pytest.approx(stay))
    assert one.in_time == (delay is not None)


def test_false_seconds() -> None:
    one = scored(
        (0.0, 1.5, "waving"),  # 1 s before the start
        (1.5, 2.0, "bowing"),
        (2.0, 4.5, "waving"),  # 0.5 s too late
        (4.5, 5.0, "standing"),
        (5.0, 6.0, "unknown"),
    )
    assert (one.answered, one.false) == pytest.approx((4.5, 2.0))
    assert one.labels == pytest.approx({"waving": 2.5, "bowing": 0.5})


@pytest.mark.parametrize(("until", "wrong"), [(1.25, False), (1.4, True)])
def test_a_film_of_another_movement_is_wrong_after_a_moment(until: float, wrong: bool) -> None:
    one = scored((1.0, until, "bowing"), (until, 5.0, "standing"), true=film("other"))
    assert (one.wrong, one.in_time) == (wrong, False)
    assert one.false == pytest.approx(until - 1.0)


def test_accepted_labels_are_right() -> None:
    true = replace(film("other"), accept=("bowing",))
    one = scored((1.0, 3.5, "bowing"), (3.5, 4.0, "waving"), true=true)
    assert (one.false, one.delay) == pytest.approx((0.5, 0.0))
    assert scored((1.0, 2, "bowing"), true=replace(film(), accept=("bowing",))).in_time


def test_a_film_may_last_to_its_end() -> None:
    one = scored((1.0, SECONDS, "waving"), true=film(end=inf))
    assert (one.answered, one.false, one.stay) == (5.0, 0.0, None)


def test_totals() -> None:
    films = [
        scored((1.6, 3.2, "waving"), (3.2, 5.0, "standing")),
        scored((2.0, 3.0, "bowing")),
        scored((1.0, 2.0, "bowing"), true=film("other")),
        score_film(estimates(true=film("other"), ids=(0, 4)), RULE),
    ]
    figures = total(films)
    assert (figures.actions, figures.in_time, figures.others, figures.wrong) == (2, 1, 2, 1)
    assert (figures.answered, figures.false) == pytest.approx((3.6, 2.0))
    assert figures.several == 1
    assert figures.false_share == pytest.approx(2.0 / 3.6)
    assert (figures.delay, figures.stay) == pytest.approx((0.6, 0.2))
    assert total([]).false_share == 0.0
    assert {name: len(group) for name, group in by(films, lambda one: one.label).items()} == {
        "other": 2,
        "waving": 2,
    }


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    labels=st.lists(st.sampled_from([*LABELS, "unknown"]), min_size=12, max_size=12),
    true=st.sampled_from([*LABELS, "other"]),
    start=st.integers(0, 30),
    length=st.integers(1, 30),
)
def test_seconds_are_those_of_a_count_of_moments(
    lengths: list[int], labels: list[str], true: str, start: int, length: int
) -> None:
    """Moments of 0.1 s, counted one by one."""
    ends = np.cumsum(lengths) / 10
    spans = zip([0.0, *ends.tolist()[:-1]], ends.tolist(), labels, strict=False)
    seconds = float(ends[-1])
    one_film = film(true, start / 10, (start + length) / 10)
    found = replace(estimates(*spans, true=one_film), seconds=seconds)
    one = score_film(found, RULE)
    answered = false = 0
    for tenth in range(round(seconds * 10)):
        moment = tenth / 10 + 0.05
        label = labels[int(np.searchsorted(ends, moment))]
        inside = one_film.start < moment < one_film.end + LATEST
        answered += label in ("waving", "bowing")
        false += label in ("waving", "bowing") and not (label == true and inside)
    assert (one.answered, one.false) == pytest.approx((answered / 10, false / 10), abs=1e-9)
    assert one.in_time <= one_film.of_label
    assert sum(one.labels.values()) <= length / 10 + LATEST + 1e-9
