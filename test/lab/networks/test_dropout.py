"""Dropout from random bytes: shares, means, gradients, and evaluation mode."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.networks.dropout import Dropout


@given(share=st.sampled_from([0.1, 0.25, 0.5, 0.9]), seed=st.integers(0, 2**31))
def test_share_is_dropped_and_the_others_keep_the_mean(share: float, seed: int) -> None:
    torch.manual_seed(seed)
    values = Dropout(share)(torch.ones(20_001))
    kept = 1 - round(share * 256) / 256
    assert abs(float((values == 0).float().mean()) - share) < 0.025
    torch.testing.assert_close(values[values != 0].unique(), torch.tensor([1 / kept]))


def test_values_are_dropped_independently() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(4096, 64)) != 0).double()
    correlations = torch.corrcoef(kept.T) - torch.eye(64, dtype=torch.float64)
    assert correlations.abs().max() < 0.1


def test_gradient_passes_the_same_values() -> None:
    values = torch.ones(7, 5, requires_grad=True)
    dropped = Dropout(0.5)(values)
    dropped.sum().backward()
    assert values.grad is not None
    assert torch.equal(values.grad, dropped.detach())


def test_equal_seeds_drop_equal_values() -> None:
    torch.manual_seed(3)
    first = Dropout(0.3)(torch.ones(33))
    torch.manual_seed(3)
    assert torch.equal(first, Dropout(0.3)(torch.ones(33)))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_or_everything_is_dropped(share: float) -> None:
    assert torch.equal(Dropout(share)(torch.ones(9)), torch.full((9,), 1.0 - share))


def test_evaluation_changes_nothing() -> None:
    values = torch.randn(4, 3)
    assert Dropout(0.5).eval()(values) is values
