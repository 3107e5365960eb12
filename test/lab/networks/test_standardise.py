"""Standardised vectors have mean 0 and deviation 1, and come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.standardise import Standardise


def rows(seed: int) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(5, 100, (20, 6)) * rng.uniform(0.1, 10, 6)).float()


@given(st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_standardised_vectors_have_mean_0_and_deviation_1(seed: int) -> None:
    scaling, values = Standardise(6), rows(seed)
    scaling.measure(values)
    scaled = scaling(values)
    torch.testing.assert_close(scaled.mean(dim=0), torch.zeros(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(scaled.std(dim=0, correction=0), torch.ones(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(scaling.undo(scaled), values, atol=1e-3, rtol=1e-4)


def test_a_dimension_that_never_changes_stays_finite() -> None:
    scaling, values = Standardise(6), rows(0)
    values[:, 2] = 512.0
    scaling.measure(values)
    assert not scaling(values)[:, 2].any()
    torch.testing.assert_close(scaling.undo(scaling(values))[:, 2], values[:, 2])


def test_what_was_measured_travels_with_the_weights() -> None:
    scaling, other = Standardise(6), Standardise(6)
    scaling.measure(rows(1))
    other.load_state_dict(scaling.state_dict())
    torch.testing.assert_close(other(rows(2)), scaling(rows(2)))
