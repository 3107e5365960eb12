"""The controller: a distribution over genotypes, told with its logarithm and its entropy."""

from __future__ import annotations

import pytest
import torch

from pose_action_ros.lab.search.controller import Controller, uniform_entropy
from pose_action_ros.lab.search.settings import SearchSettings


def controller(seed: int = 0, spread: float = 1.0, **values: float) -> Controller:
    """One with weights so much larger than at the beginning."""
    torch.manual_seed(seed)
    made = Controller(SearchSettings(nodes=3, controller_width=16, **values))  # type: ignore[arg-type]
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(spread)
    return made


@pytest.mark.parametrize("nodes", [1, 4])
def test_without_weights_all_genotypes_are_as_likely(nodes: int) -> None:
    made = Controller(SearchSettings(nodes=nodes))
    with torch.no_grad():
        for weight in made.parameters():
            weight.zero_()
    sampled = made(7)
    expected = torch.full((7,), uniform_entropy(nodes))
    torch.testing.assert_close(sampled.entropy, expected)
    torch.testing.assert_close(-sampled.log_probability, expected)


def test_at_the_beginning_genotypes_are_nearly_as_likely() -> None:
    assert controller()(50).entropy.mean() > 0.99 * uniform_entropy(3)


def test_entropy_is_the_mean_of_the_negative_logarithm() -> None:
    sampled = controller(spread=20, temperature=1.0, tanh_constant=2.5)(20_000)
    assert sampled.entropy.mean() < 0.9 * uniform_entropy(3)
    difference = (sampled.entropy + sampled.log_probability).mean()
    deviation = sampled.log_probability.std() / 20_000**0.5
    assert difference.abs() < 4 * deviation


def test_every_choice_occurs_and_all_make_genotypes() -> None:
    sampled = controller(spread=5)(500)
    assert sampled.choices.shape == (500, 2, 3, 4)
    assert len(sampled.genotypes()) == 500
    for node in range(3):
        for cell in range(2):
            for kind in range(2):
                sources = sampled.choices[:, cell, node, kind].unique().tolist()
                assert sources == list(range(node + 2))
                assert len(sampled.choices[:, cell, node, 2 + kind].unique()) == 5


def test_no_choice_can_be_more_certain_than_the_bound_allows() -> None:
    made = controller(spread=1000, temperature=1.0, operation_tanh_reduce=2.0)
    least = -made(200).log_probability.max()
    # The likeliest of n logits between -c and c.
    sure = {
        (count, bound): -torch.log_softmax(torch.tensor([bound, *[-bound] * (count - 1)]), 0)[0]
        for count, bound in [(2, 1.1), (3, 1.1), (4, 1.1), (5, 0.55)]
    }
    assert least >= 4 * sum(sure[count, 1.1] for count in (2, 3, 4)) + 12 * sure[5, 0.55] - 1e-3


def test_gradients_reach_every_weight() -> None:
    made = controller()
    torch.autograd.backward(made(64).log_probability.pow(2).mean())
    for name, weight in made.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_the_seed_decides() -> None:
    assert torch.equal(controller()(5).choices, controller()(5).choices)
    assert not torch.equal(controller()(5).choices, controller(seed=1)(5).choices)
