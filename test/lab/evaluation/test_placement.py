"""Placement by distance, by hand and by laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.placement import placement_report, placement_table

TRUTH = np.array([[0, 0, 2.0], [0, 0, 2.5], [0, 0, 2.8], [0, 3, 4.0], [0, 0, 9.0]])
FOUND = np.array([[0, 0, 2.2], [0, 0, 2.75], [0, 0.5, 2.8], [np.nan] * 3, [0, 0, 9.9]])


def test_figures_by_hand() -> None:
    report = placement_report(FOUND, TRUTH, (1.5, 2, 3, 6))
    first, second, third = report.bins
    assert (first.people, first.placed, first.error, first.relative) == (0, None, None, None)
    assert (second.people, second.placed) == (3, 1.0)
    assert second.error == pytest.approx(250)  # of 200, 250 and 500
    assert second.relative == pytest.approx(10)  # of 10, 10 and 17.9
    assert (third.people, third.placed, third.error) == (1, 0.0, None)
    assert report.overall.people == 5
    assert report.overall.placed == pytest.approx(0.8)
    assert report.overall.error == pytest.approx(375)  # of 200, 250, 500 and 900


def test_table_has_the_same_figures() -> None:
    table = placement_table(placement_report(FOUND, TRUTH, (1.5, 2, 3, 6)))
    assert list(map(list, table.rows)) == [
        ["1.5 to 2 m", "0", "-", "-", "-"],
        ["2 to 3 m", "3", "100.0", "250", "10.0"],
        ["3 to 6 m", "1", "0.0", "-", "-"],
        ["any distance", "5", "80.0", "375", "10.0"],
    ]


@given(st.integers(0, 1000), st.floats(0.5, 2))
def test_relative_depth_error_is_the_same_in_every_bin(seed: int, factor: float) -> None:
    truth = np.random.default_rng(seed).uniform([-1, -1, 1.5], [1, 1, 6], (200, 3))
    report = placement_report(truth * factor, truth)
    assert sum(score.people for score in report.bins) <= report.overall.people == 200
    for score in (*report.bins, report.overall):
        if score.people:
            assert score.relative == pytest.approx(abs(factor - 1) * 100, abs=1e-9)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"got roots \(4, 3\) and true ones \(5, 3\)"):
        placement_report(FOUND[1:], TRUTH)
    with pytest.raises(InputError, match="the true ones finite"):
        placement_report(TRUTH, FOUND)
    for edges in ((1.0,), (2, 1), (1, 1)):
        with pytest.raises(InputError, match="two or more that rise"):
            placement_report(FOUND, TRUTH, edges)
