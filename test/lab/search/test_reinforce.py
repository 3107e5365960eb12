"""REINFORCE: what is rewarded becomes more likely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from pose_action_ros.lab.networks.cells import edges
from pose_action_ros.lab.networks.genotype import Genotype
from pose_action_ros.lab.search.controller import Controller, Reinforce, Rewards, uniform_entropy
from pose_action_ros.lab.search.settings import SearchSettings

SETTINGS = SearchSettings(nodes=2, controller_width=16, controller_learning_rate=1e-2)


def trainer(settings: SearchSettings = SETTINGS) -> Reinforce:
    torch.manual_seed(0)
    return Reinforce(Controller(settings), settings)


def share_of(name: str) -> Rewards:
    """Part of all operations that have this name."""

    def rewards(genotypes: Sequence[Genotype]) -> list[float]:
        names = [[e.name for c in (g.normal, g.reduction) for e in edges(c)] for g in genotypes]
        return [one.count(name) / len(one) for one in names]

    return rewards


def share_of_last_cell(genotypes: Sequence[Genotype]) -> list[float]:
    """Of the inputs of the normal cell."""
    return [sum(edge.source == 1 for edge in edges(g.normal)) / 4 for g in genotypes]


def train(made: Reinforce, rewards: Rewards, updates: int) -> list[float]:
    """Mean reward of each update."""
    means = []
    for _ in range(updates):
        update = made.update(rewards)
        means.append(sum(update.rewards) / len(update.rewards))
    return means


@pytest.mark.parametrize("name", ["max_pool_3x3", "sep_conv_5x5"])
def test_a_rewarded_operation_is_preferred(name: str) -> None:
    made = trainer()
    means = train(made, share_of(name), 120)
    assert sum(means[:5]) / 5 == pytest.approx(0.2, abs=0.1)
    # The bound of the logits allows e^1.1 / (e^1.1 + 4 e^-1.1) = 0.69.
    assert sum(means[-20:]) / 20 > 0.55


def test_a_rewarded_input_is_preferred() -> None:
    means = train(trainer(), share_of_last_cell, 120)
    assert sum(means[:5]) / 5 == pytest.approx((1 / 2 + 1 / 3) / 2, abs=0.06)
    assert sum(means[-20:]) / 20 > 0.6


def test_entropy_falls_with_reward_and_rises_with_its_weight() -> None:
    made = trainer()
    train(made, share_of("identity"), 80)
    learned = made.update(share_of("identity")).entropy
    assert learned < uniform_entropy(2) - 2
    broad = trainer(replace(SETTINGS, entropy_weight=1.0))
    broad.controller.load_state_dict(made.controller.state_dict())
    train(broad, lambda genotypes: [0.0] * len(genotypes), 40)
    assert broad.update(share_of("identity")).entropy > learned + 1


def test_the_baseline_is_the_moving_average_of_rewards() -> None:
    made = trainer(SearchSettings(baseline_decay=0.9, architectures=2))
    assert made.baseline is None
    seen = made.update(lambda _: [0.2, 0.4])
    assert seen.rewards == pytest.approx((0.2, 0.4))
    assert made.baseline == pytest.approx(0.3)
    made.update(lambda _: [1.0, 0.6])
    assert made.baseline == pytest.approx(0.9 * 0.3 + 0.1 * 0.8)


def test_equal_rewards_teach_nothing() -> None:
    made = trainer(SearchSettings(entropy_weight=0.0))
    before = {name: value.clone() for name, value in made.controller.state_dict().items()}
    train(made, lambda genotypes: [0.5] * len(genotypes), 3)
    for name, value in made.controller.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_it_goes_on_from_its_state() -> None:
    first, second = trainer(), trainer()
    train(first, share_of("identity"), 5)
    second.load_state_dict(first.state_dict())
    results = []
    for made in (first, second):
        torch.manual_seed(3)
        results.append((train(made, share_of("identity"), 5), made.baseline))
    assert results[0] == results[1]
