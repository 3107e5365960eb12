"""The controller: an LSTM that samples genotypes, and its training by REINFORCE.

Pham et al. 2018, arXiv 1802.03268, section 2.4. Inputs are chosen by attention over the outputs of
the LSTM after each earlier node (Bahdanau, Cho, Bengio 2015, arXiv 1409.0473), operations by
softmax. A batch of genotypes is sampled at once.

A genotype is a list of choices: for each node its first and second input, then its first and second
operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.genotype import OPERATIONS, Cell, Genotype, Node
from pose_action_ros.lab.search.settings import SearchSettings

Choices = npt.NDArray[np.int64]
Rewards = Callable[[Sequence[Genotype]], Sequence[float]]

_SPREAD = 0.1
"""Bound of the initial weights, with which all genotypes are nearly equally likely."""


def encode(genotype: Genotype) -> Choices:
    """(2, nodes, 4) choices for the normal and the reduction cell, with equally many nodes."""
    return np.array([_numbers(cell) for cell in (genotype.normal, genotype.reduction)])


def _numbers(cell: Cell) -> list[list[int]]:
    return [[*node.inputs, *(OPERATIONS.index(name) for name in node.operations)] for node in cell]


def decode(choices: Choices) -> Genotype:
    """The genotype of choices (2, nodes, 4); ModelError if they are invalid."""
    normal, reduction = (
        tuple(
            Node((int(one), int(two)), (OPERATIONS[first], OPERATIONS[second]))
            for one, two, first, second in cell
        )
        for cell in choices
    )
    return Genotype(normal, reduction)


def uniform_entropy(nodes: int) -> float:
    """Entropy [nats] of uniformly random genotypes with `nodes` nodes: log of their number."""
    return sum(
        4 * (math.log(number + 2) + math.log(len(OPERATIONS)))  # two cells, two choices of each
        for number in range(nodes)
    )


@dataclass(frozen=True, eq=False)
class Sampled:
    """A batch of K sampled genotypes.

    Attributes:
        choices: (K, 2, nodes, 4).
        log_probability: (K,) of all choices together.
        entropy: (K,) [nats] summed over the choices.
    """

    choices: Tensor
    log_probability: Tensor
    entropy: Tensor

    def genotypes(self) -> list[Genotype]:
        """The K genotypes."""
        return [decode(one) for one in self.choices.numpy()]


class Controller(nn.Module):
    """Samples genotypes with torch's random generator; runs on the CPU, where it is fastest."""

    def __init__(self, settings: SearchSettings) -> None:
        super().__init__()
        width = settings.controller_width
        self.settings = settings
        self.lstm = nn.LSTMCell(width, width)
        self.start = nn.Parameter(torch.empty(width))
        self.chosen = nn.Embedding(len(OPERATIONS), width)
        self.operation = nn.Linear(width, len(OPERATIONS))
        self.key = nn.Linear(width, width, bias=False)
        self.query = nn.Linear(width, width, bias=False)
        self.attention = nn.Linear(width, 1, bias=False)
        for weight in self.parameters():
            nn.init.uniform_(weight, -_SPREAD, _SPREAD)

    def forward(self, count: int) -> Sampled:
        """Sample `count` genotypes."""
        sampler = _Sampler(self.lstm, count)
        cells = [self._cell(sampler) for _ in range(2)]
        return Sampled(torch.stack(cells, dim=1), sampler.log_probability, sampler.entropy)

    def _cell(self, sampler: _Sampler) -> Tensor:
        """(K, nodes, 4) choices for one cell."""
        start = self.start.expand(sampler.count, -1)  # (K, W)
        memory = [sampler.step(start), sampler.step(start)]  # outputs for the two previous cells
        nodes = []
        for _ in range(self.settings.nodes):
            chosen, sources = self._sources(sampler, start, memory)
            last, operations = self._operations(sampler, chosen)
            memory.append(sampler.step(last))
            nodes.append(torch.stack([*sources, *operations], dim=1))
        return torch.stack(nodes, dim=1)

    def _sources(
        self, sampler: _Sampler, value: Tensor, memory: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Choose two inputs; returns the next input of the LSTM (K, W), and both choices (K,)."""
        values = torch.stack(list(memory), dim=1)  # (K, n, W)
        sources = []
        for _ in range(2):
            query = self.query(sampler.step(value))[:, None]  # (K, 1, W)
            scores = self.attention((self.key(values) + query).tanh())[..., 0]  # (K, n)
            source = sampler.choose(self._bounded(scores, self.settings.tanh_constant))
            value = values[torch.arange(sampler.count), source]
            sources.append(source)
        return value, sources

    def _operations(self, sampler: _Sampler, value: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Choose two operations; returns the same as _sources."""
        bound = self.settings.tanh_constant / self.settings.operation_tanh_reduce
        operations = []
        for _ in range(2):
            scores = self.operation(sampler.step(value))  # (K, operations)
            name = sampler.choose(self._bounded(scores, bound))
            value = self.chosen(name)
            operations.append(name)
        return value, operations

    def _bounded(self, scores: Tensor, bound: float) -> Tensor:
        return bound * (scores / self.settings.temperature).tanh()


class _Sampler:
    """State of sampling K genotypes: the LSTM's, and the sums over the choices made."""

    def __init__(self, lstm: nn.LSTMCell, count: int) -> None:
        self.count = count
        self.log_probability = self.entropy = torch.zeros(count)
        self._lstm = lstm
        self._state = (torch.zeros(count, lstm.hidden_size),) * 2

    def step(self, value: Tensor) -> Tensor:
        """Input (K, W) to output (K, W) of the LSTM."""
        self._state = self._lstm(value, self._state)
        return self._state[0]

    def choose(self, logits: Tensor) -> Tensor:
        """Sample an index (K,) by logits (K, n)."""
        chances = torch.distributions.Categorical(logits=logits)
        index: Tensor = chances.sample()  # type: ignore[no-untyped-call]
        self.log_probability = self.log_probability + chances.log_prob(index)  # type: ignore[no-untyped-call]
        self.entropy = self.entropy + chances.entropy()  # type: ignore[no-untyped-call]
        return index


@dataclass(frozen=True)
class Update:
    """Result of an update: rewards of the sampled genotypes, and their mean entropy [nats]."""

    rewards: tuple[float, ...]
    entropy: float


class Reinforce:
    """Trains a controller (Williams 1992, Machine Learning 8), with the entropy in the objective.

    Attributes:
        controller: trained in place.
        baseline: moving average of the rewards, None before the first.
    """

    def __init__(self, controller: Controller, settings: SearchSettings) -> None:
        self.controller = controller
        self.baseline: float | None = None
        self._settings = settings
        self._optimiser = torch.optim.Adam(
            controller.parameters(), lr=settings.controller_learning_rate
        )

    def update(self, rewards: Rewards) -> Update:
        """Sample genotypes, compute their rewards, and make one step of the optimiser."""
        sampled = self.controller(self._settings.architectures)
        earned = torch.tensor(rewards(sampled.genotypes()), dtype=torch.float32)  # (K,)
        mean = float(earned.mean())
        decay = self._settings.baseline_decay
        # Starts with the first rewards: from 0 it would take hundreds of updates.
        self.baseline = (
            mean if self.baseline is None else decay * self.baseline + (1 - decay) * mean
        )
        gain = ((earned - self.baseline) * sampled.log_probability).mean()
        loss = -(gain + self._settings.entropy_weight * sampled.entropy.mean())
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        self._optimiser.step()
        return Update(tuple(earned.tolist()), float(sampled.entropy.detach().mean()))

    def state_dict(self) -> dict[str, Any]:
        """State to resume from."""
        return {
            "controller": self.controller.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "baseline": self.baseline,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resume from a state."""
        self.controller.load_state_dict(state["controller"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.baseline = state["baseline"]
