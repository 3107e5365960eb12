"""Baseline lifter: Martinez, Hossain, Romero and Little 2017, arXiv 1705.03098, figure 2.

A linear layer of 1024 with batch normalisation, ReLU and dropout 0.5, two residual blocks of two
such layers, a linear layer to the output.
"""

from __future__ import annotations

from torch import Tensor, nn

from pose_action_ros.lab.networks.dropout import Dropout
from pose_action_ros.lab.networks.hidden import HiddenLinear


class Martinez(nn.Module):
    """(B, inputs) to (B, outputs), both standardised."""

    def __init__(
        self, inputs: int, outputs: int, width: int = 1024, blocks: int = 2, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.first = _layer(inputs, width, dropout)
        self.blocks = nn.ModuleList(
            nn.Sequential(_layer(width, width, dropout), _layer(width, width, dropout))
            for _ in range(blocks)
        )
        self.read = nn.Linear(width, outputs)
        nn.init.kaiming_normal_(self.read.weight)

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, inputs) to (B, outputs)."""
        hidden: Tensor = self.first(vectors)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        output: Tensor = self.read(hidden)
        return output


def _layer(inputs: int, width: int, dropout: float) -> nn.Sequential:
    linear = HiddenLinear(inputs, width)
    nn.init.kaiming_normal_(linear.weight)
    return nn.Sequential(linear, nn.BatchNorm1d(width), nn.ReLU(), Dropout(dropout))
