"""The controller: genotypes as choices, its distribution over them, and REINFORCE."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.cell_layer import edges
from pose_action_ros.lab.networks.genotype import OPERATIONS, Genotype, random_genotype
from pose_action_ros.lab.search.controller import (
    Controller,
    Reinforce,
    Rewards,
    decode,
    encode,
    uniform_entropy,
)
from pose_action_ros.lab.search.settings import SearchSettings

SETTINGS = SearchSettings(nodes=2, controller_width=16, controller_learning_rate=3e-2)


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_choices_encode_the_genotype(seed: int, nodes: int) -> None:
    genotype = random_genotype(np.random.default_rng(seed), nodes)
    choices = encode(genotype)
    assert choices.shape == (2, nodes, 4)
    assert decode(choices) == genotype
    assert OPERATIONS[choices[1, nodes - 1, 3]] == genotype.reduction[-1].operations[1]


def test_invalid_choices_are_refused() -> None:
    with pytest.raises(ModelError, match="takes input 2"):
        decode(np.full((2, 1, 4), 2))


def test_the_entropy_is_the_logarithm_of_the_number_of_genotypes() -> None:
    assert uniform_entropy(1) == pytest.approx(math.log((2 * 2 * 5 * 5) ** 2))
    assert uniform_entropy(2) == pytest.approx(math.log((2 * 2 * 5 * 5 * 3 * 3 * 5 * 5) ** 2))


def controller(seed: int = 0, spread: float = 1.0, **values: float) -> Controller:
    """A controller with scaled initial weights."""
    torch.manual_seed(seed)
    made = Controller(SearchSettings(nodes=3, controller_width=16, **values))  # type: ignore[arg-type]
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(spread)
    return made


@pytest.mark.parametrize("nodes", [1, 4])
def test_with_zero_weights_all_genotypes_are_equally_likely(nodes: int) -> None:
    made = Controller(SearchSettings(nodes=nodes))
    with torch.no_grad():
        for weight in made.parameters():
            weight.zero_()
    sampled = made(7)
    expected = torch.full((7,), uniform_entropy(nodes))
    torch.testing.assert_close(sampled.entropy, expected)
    torch.testing.assert_close(-sampled.log_probability, expected)


def test_initially_genotypes_are_nearly_equally_likely() -> None:
    assert controller()(50).entropy.mean() > 0.99 * uniform_entropy(3)


def test_entropy_is_the_mean_negative_log_probability() -> None:
    sampled = controller(spread=20, temperature=1.0, tanh_constant=2.5)(4_000)
    assert sampled.entropy.mean() < 0.9 * uniform_entropy(3)
    difference = (sampled.entropy + sampled.log_probability).mean()
    deviation = sampled.log_probability.std() / 4_000**0.5
    assert difference.abs() < 4 * deviation


def test_every_choice_occurs_and_is_valid() -> None:
    sampled = controller(spread=5)(500)
    assert sampled.choices.shape == (500, 2, 3, 4)
    assert len(sampled.genotypes()) == 500
    for node in range(3):
        for cell in range(2):
            for kind in range(2):
                sources = sampled.choices[:, cell, node, kind].unique().tolist()
                assert sources == list(range(node + 2))
                assert len(sampled.choices[:, cell, node, 2 + kind].unique()) == 5


def test_the_bound_limits_the_certainty_of_choices() -> None:
    made = controller(spread=1000, temperature=1.0, operation_tanh_reduce=2.0)
    least = -made(200).log_probability.max()
    # Negative log probability of the likeliest of n logits between -c and c.
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


def test_the_seed_determines_the_samples() -> None:
    assert torch.equal(controller()(5).choices, controller()(5).choices)
    assert not torch.equal(controller()(5).choices, controller(seed=1)(5).choices)


def trainer(settings: SearchSettings = SETTINGS) -> Reinforce:
    torch.manual_seed(0)
    return Reinforce(Controller(settings), settings)


def share_of(name: str) -> Rewards:
    """Reward: share of the operations with this name."""

    def rewards(genotypes: Sequence[Genotype]) -> list[float]:
        names = [[e.name for c in (g.normal, g.reduction) for e in edges(c)] for g in genotypes]
        return [one.count(name) / len(one) for one in names]

    return rewards


def share_of_last_cell(genotypes: Sequence[Genotype]) -> list[float]:
    """Reward: share of the normal cell's inputs that are the last cell."""
    return [sum(edge.source == 1 for edge in edges(g.normal)) / 4 for g in genotypes]


def train(made: Reinforce, rewards: Rewards, updates: int) -> list[float]:
    """Mean reward of each update."""
    means = []
    for _ in range(updates):
        update = made.update(rewards)
        means.append(sum(update.rewards) / len(update.rewards))
    return means


@pytest.mark.parametrize(
    "name", ["max_pool_3x3", pytest.param("sep_conv_5x5", marks=pytest.mark.exhaustive)]
)
def test_a_rewarded_operation_becomes_likely(name: str) -> None:
    made = trainer()
    means = train(made, share_of(name), 40)
    assert sum(means[:5]) / 5 == pytest.approx(0.2, abs=0.1)
    # The bound of the logits allows e^1.1 / (e^1.1 + 4 e^-1.1) = 0.69.
    assert sum(means[-10:]) / 10 > 0.55


def test_a_rewarded_input_becomes_likely() -> None:
    means = train(trainer(), share_of_last_cell, 40)
    assert sum(means[:5]) / 5 == pytest.approx((1 / 2 + 1 / 3) / 2, abs=0.08)
    assert sum(means[-10:]) / 10 > 0.6


def test_entropy_falls_with_rewards_and_rises_with_its_weight() -> None:
    made = trainer()
    train(made, share_of("identity"), 40)
    learned = made.update(share_of("identity")).entropy
    assert learned < uniform_entropy(2) - 2
    broad = trainer(replace(SETTINGS, entropy_weight=1.0))
    broad.controller.load_state_dict(made.controller.state_dict())
    train(broad, lambda genotypes: [0.0] * len(genotypes), 20)
    assert broad.update(share_of("identity")).entropy > learned + 1


def test_the_baseline_is_the_moving_average_of_rewards() -> None:
    made = trainer(SearchSettings(baseline_decay=0.9, architectures=2))
    assert made.baseline is None
    update = made.update(lambda _: [0.2, 0.4])
    assert update.rewards == pytest.approx((0.2, 0.4))
    assert made.baseline == pytest.approx(0.3)
    made.update(lambda _: [1.0, 0.6])
    assert made.baseline == pytest.approx(0.9 * 0.3 + 0.1 * 0.8)


def test_equal_rewards_change_nothing() -> None:
    made = trainer(SearchSettings(entropy_weight=0.0))
    before = {name: value.clone() for name, value in made.controller.state_dict().items()}
    train(made, lambda genotypes: [0.5] * len(genotypes), 3)
    for name, value in made.controller.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_training_resumes_from_a_state() -> None:
    first, second = trainer(), trainer()
    train(first, share_of("identity"), 5)
    # Copied, as by a file: optimisers would share their moments.
    second.load_state_dict(deepcopy(first.state_dict()))
    results = []
    for made in (first, second):
        torch.manual_seed(3)
        results.append((train(made, share_of("identity"), 5), made.baseline))
    assert results[0] == results[1]
