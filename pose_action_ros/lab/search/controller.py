"""The controller: an LSTM that samples genotypes, choice by choice.

Pham et al. 2018, arXiv 1802.03268, section 2.4. Inputs are chosen by attention over what the LSTM
told after each earlier node (Bahdanau, Cho, Bengio 2015, arXiv 1409.0473), operations by softmax.
Many genotypes are sampled side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.genotype import OPERATIONS, Genotype
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.lab.search.space import decode

_SPREAD = 0.1
"""Of the weights at the beginning, both ways: then nearly all genotypes are as likely."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """What was sampled.

    Attributes:
        choices: (K, 2, nodes, 4), see search.space.
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
    """Samples genotypes with torch's random numbers; runs on the CPU, where it is fastest."""

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
        """Sample so many genotypes."""
        walk = _Walk(self.lstm, count)
        cells = [self._cell(walk) for _ in range(2)]
        return Sampled(torch.stack(cells, dim=1), walk.log_probability, walk.entropy)

    def _cell(self, walk: _Walk) -> Tensor:
        """(K, nodes, 4) choices for one cell."""
        start = self.start.expand(walk.count, -1)  # (K, W)
        memory = [walk.step(start), walk.step(start)]  # of the two cells before
        nodes = []
        for _ in range(self.settings.nodes):
            told, sources = self._sources(walk, start, memory)
            last, operations = self._operations(walk, told)
            memory.append(walk.step(last))
            nodes.append(torch.stack([*sources, *operations], dim=1))
        return torch.stack(nodes, dim=1)

    def _sources(
        self, walk: _Walk, told: Tensor, memory: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Choose two inputs; what to tell the LSTM next (K, W), and both choices (K,)."""
        values = torch.stack(list(memory), dim=1)  # (K, n, W)
        sources = []
        for _ in range(2):
            query = self.query(walk.step(told))[:, None]  # (K, 1, W)
            scores = self.attention((self.key(values) + query).tanh())[..., 0]  # (K, n)
            source = walk.choose(self._bounded(scores, self.settings.tanh_constant))
            told = values[torch.arange(walk.count), source]
            sources.append(source)
        return told, sources

    def _operations(self, walk: _Walk, told: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Choose two operations; as _sources."""
        bound = self.settings.tanh_constant / self.settings.operation_tanh_reduce
        operations = []
        for _ in range(2):
            scores = self.operation(walk.step(told))  # (K, operations)
            name = walk.choose(self._bounded(scores, bound))
            told = self.chosen(name)
            operations.append(name)
        return told, operations

    def _bounded(self, scores: Tensor, bound: float) -> Tensor:
        return bound * (scores / self.settings.temperature).tanh()


class _Walk:
    """K genotypes in the making: the LSTM's state, and what the choices so far sum up to."""

    def __init__(self, lstm: nn.LSTMCell, count: int) -> None:
        self.count = count
        self.log_probability = self.entropy = torch.zeros(count)
        self._lstm = lstm
        self._state = (torch.zeros(count, lstm.hidden_size),) * 2

    def step(self, told: Tensor) -> Tensor:
        """Tell the LSTM (K, W); what it tells back (K, W)."""
        self._state = self._lstm(told, self._state)
        return self._state[0]

    def choose(self, logits: Tensor) -> Tensor:
        """Sample an index (K,) by logits (K, n)."""
        chances = torch.distributions.Categorical(logits=logits)
        index: Tensor = chances.sample()  # type: ignore[no-untyped-call]
        self.log_probability = self.log_probability + chances.log_prob(index)  # type: ignore[no-untyped-call]
        self.entropy = self.entropy + chances.entropy()  # type: ignore[no-untyped-call]
        return index
