"""Vectors to mean 0 and deviation 1 and back, inside a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_CONSTANT = 1e-6
"""Deviation under which a value counts as constant and keeps its scale."""


class Standardise(nn.Module):
    """Vectors (..., size); what was measured is kept with the network's weights."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))

    def measure(self, vectors: Tensor) -> None:
        """Take mean and deviation from vectors (N, size)."""
        deviation, mean = torch.std_mean(vectors.double(), dim=0, correction=0)
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.where(deviation > _CONSTANT, 1.0))

    def forward(self, vectors: Tensor) -> Tensor:
        """(..., size) to (..., size)."""
        return (vectors - self.mean) / self.deviation

    def undo(self, vectors: Tensor) -> Tensor:
        """What was standardised (..., size)."""
        return vectors * self.deviation + self.mean
