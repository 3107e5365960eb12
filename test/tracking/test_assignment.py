from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from pose_action_ros.errors import InputError
from pose_action_ros.tracking.assignment import assign

SIZES = st.tuples(st.integers(0, 9), st.integers(0, 9))
REAL = st.floats(-1e3, 1e3, width=32)
FEW = st.sampled_from([0.0, -0.5, -1.0])
"""Similarities after gating: most are equal, so that many assignments cost the same."""


@given(arrays(np.float64, SIZES, elements=REAL) | arrays(np.float64, SIZES, elements=FEW))
def test_the_cost_is_that_of_scipy(costs: npt.NDArray[np.float64]) -> None:
    pairs = assign(costs)
    rows, columns = [row for row, _ in pairs], [column for _, column in pairs]
    assert len(pairs) == min(costs.shape)
    assert rows == sorted(set(rows))
    assert len(set(columns)) == len(columns)
    expected = costs[linear_sum_assignment(costs)].sum()
    assert costs[rows, columns].sum() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("size", [(32, 32), (32, 20), (5, 32)])
def test_crowds(size: tuple[int, int]) -> None:
    costs = np.random.default_rng(0).random(size)
    rows, columns = zip(*assign(costs), strict=True)
    expected = costs[linear_sum_assignment(costs)].sum()
    assert costs[rows, columns].sum() == pytest.approx(expected)


@pytest.mark.parametrize("costs", [[1.0, 2.0], [[np.nan, 1.0]], [[np.inf]]])
def test_costs_that_are_refused(costs: list[float]) -> None:
    with pytest.raises(InputError, match="expected a matrix of finite numbers"):
        assign(costs)
