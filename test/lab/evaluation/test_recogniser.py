"""Definitions of in time, held and false alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pose_action_ros.lab.evaluation.recogniser import ReactionReport, TimedAction, reaction_table


def waving(*answers: tuple[float, str]) -> TimedAction:
    """Waving from 10 to 14 s."""
    return TimedAction("waving", 10.0, 14.0, answers)


@pytest.mark.parametrize(
    ("answers", "delay", "in_time", "held"),
    [
        ([(11.0, "waving")], 1.0, True, True),
        ([(11.5, "waving")], 1.5, True, True),
        ([(11.6, "waving")], 1.6, False, False),
        ([(11.0, "waving"), (11.4, "bowing"), (12.0, "waving")], 1.0, True, False),
        # An answer before the start does not count.
        ([(9.8, "waving"), (10.2, "bowing")], None, False, False),
        ([(11.0, "unknown")], None, False, False),
        ([(14.5, "waving")], None, False, False),
        ([], None, False, False),
    ],
)
def test_in_time_and_held(
    answers: list[tuple[float, str]], delay: float | None, in_time: bool, held: bool
) -> None:
    one = waving(*answers)
    assert one.delay == (None if delay is None else pytest.approx(delay))
    assert (one.in_time, one.held) == (in_time, held)


def test_later_answers_end_with_the_action() -> None:
    one = waving((11.0, "a"), (11.5, "b"), (13.9, "waving"), (14.1, "c"))
    assert one.later == ["b", "waving"]


def test_report_adds_up() -> None:
    report = ReactionReport()
    report.add([waving((11.0, "waving"), (12.0, "waving")), waving((12.0, "bowing"))])
    assert (report.in_time, report.held, report.steady) == (0.5, 0.5, 0.5)
    rows = reaction_table(report).rows
    assert rows[0][:5] == ("waving", "2", "50.0", "50.0", "50.0")
    assert rows[0][5:] == ("1.00", "1.00", "-", "-", "bowing 1")
    assert [row[0] for row in rows] == ["waving", "all"]


@pytest.mark.parametrize(
    ("answers", "stay"),
    [
        ([(13.0, "waving"), (13.5, "waving"), (13.8, "unknown")], 0.3),
        ([(13.5, "waving"), (15.0, "waving"), (15.5, "bowing")], 2.0),
        ([(13.0, "waving"), (13.4, "unknown"), (13.8, "waving"), (14.5, "bowing")], None),
        ([(13.0, "waving"), (14.0, "waving")], None),
        ([(13.8, "bowing")], None),
    ],
)
def test_stay(answers: list[tuple[float, str]], stay: float | None) -> None:
    """The arm sinks from 13.5 s on."""
    one = replace(waving(*answers), last=13.5)
    assert one.stay == (None if stay is None else pytest.approx(stay))


def test_near_people_have_a_row() -> None:
    near = replace(waving((11.0, "waving"), (13.0, "waving"), (14.6, "unknown")), near=True)
    rows = reaction_table(ReactionReport([near, waving((12.0, "bowing"))])).rows
    assert [row[:3] for row in rows] == [
        ("waving", "2", "50.0"),
        ("all, upper body only", "1", "100.0"),
        ("all", "2", "50.0"),
    ]
    assert rows[1][5:] == ("1.00", "1.00", "0.60", "0.60", "")


def test_false_alarms_are_changes_to_other_labels() -> None:
    report = ReactionReport()
    labels = ["unknown", "idle", "waving", "waving", "unknown", "waving", "bowing", "idle"]
    report.add_idle(30.0, labels, "idle")
    assert report.alarms == {"waving": 2, "bowing": 1}
    assert report.alarms_per_minute == pytest.approx(6.0)
    assert ReactionReport().alarms_per_minute == 0.0
