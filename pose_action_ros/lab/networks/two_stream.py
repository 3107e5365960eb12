"""The two-stream lifter of Pham et al. 2020 (Sensors 20(7), 1825, figure 2), mirror-equivariant.

Linear layers, batch normalisation, SELU, dropout and identity connections, no convolutions. Width,
depth and dropout are configurable, the defaults are those of the paper.

Beyond the paper, left and right are treated alike by construction. Features come in pairs: one half
is computed from the person, the other from the person's mirror image. A linear map that commutes
with swapping the halves is block diagonal in their sum and difference, so it has half the weights
and half the cost of an unconstrained one, and a mirrored input gives exactly the mirrored output
(group equivariance, Cohen and Welling 2016, arXiv 1602.07576, for a group of two elements).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.dropout import Dropout
from pose_action_ros.lab.networks.hidden import HiddenLinear

_CONSTANT = 1e-6
"""Deviation below which a value counts as constant and keeps its scale."""
_PART = 65_536
"""Vectors in double precision at a time."""


class Standardise(nn.Module):
    """Vectors (..., size) to mean 0 and deviation 1; the statistics are saved with the weights."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))

    def measure(self, vectors: Tensor) -> None:
        """Set mean and deviation to those of vectors (N, size)."""
        # In parts: a whole set in double precision may not fit into memory.
        mean = _sum(vectors, torch.zeros_like(self.mean), 1) / len(vectors)
        deviation = (_sum(vectors, mean, 2) / len(vectors)).sqrt()
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.where(deviation > _CONSTANT, 1.0))

    def forward(self, vectors: Tensor) -> Tensor:
        """Standardise vectors (..., size)."""
        return (vectors - self.mean) / self.deviation

    def undo(self, vectors: Tensor) -> Tensor:
        """Inverse of the standardisation, for vectors (..., size)."""
        return vectors * self.deviation + self.mean


def _sum(vectors: Tensor, middle: Tensor, power: int) -> Tensor:
    """Sum (C,) of powers of vectors (N, C) relative to a middle (C,), in double precision."""
    parts = torch.split(vectors, _PART)
    return torch.stack([(part.double() - middle).pow(power).sum(dim=0) for part in parts]).sum(0)


@dataclass(frozen=True, eq=False)
class Reflection:
    """Change of a vector (C,) when the person is mirrored: values[order] * scale + offset.

    A reflection is its own inverse.

    Attributes:
        order: (C,) index that each value is taken from.
        scale, offset: (C,).
    """

    order: npt.NDArray[np.intp]
    scale: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]

    @classmethod
    def of_points(cls, mirror: npt.NDArray[np.intp], signs: tuple[float, ...]) -> Reflection:
        """Reflection of points (J, D): joints swapped by `mirror`, each axis times its sign."""
        axes = len(signs)
        order = (mirror[:, None] * axes + np.arange(axes)).ravel()
        scale = np.tile(np.array(signs), len(mirror))
        return cls(order, scale, np.zeros(len(order)))

    def then(self, other: Reflection) -> Reflection:
        """Reflection of this vector concatenated with another."""
        return Reflection(
            np.concatenate([self.order, other.order + len(self)]),
            np.concatenate([self.scale, other.scale]),
            np.concatenate([self.offset, other.offset]),
        )

    def __len__(self) -> int:
        return len(self.order)


class Reflect(nn.Module):
    """Mirrors vectors (..., C)."""

    def __init__(self, reflection: Reflection) -> None:
        super().__init__()
        self.order: Tensor
        self.scale: Tensor
        self.offset: Tensor
        self.register_buffer("order", torch.from_numpy(reflection.order))
        self.register_buffer("scale", torch.from_numpy(reflection.scale).float())
        self.register_buffer("offset", torch.from_numpy(reflection.offset).float())

    def forward(self, vectors: Tensor) -> Tensor:
        """(..., C) to (..., C)."""
        return vectors.index_select(-1, self.order) * self.scale + self.offset


class Pair(nn.Module):
    """A vector (B, C) and its mirror image as a pair (B, 2, C)."""

    def __init__(self, reflection: Reflection) -> None:
        super().__init__()
        self.reflect = Reflect(reflection)

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, C) to (B, 2, C)."""
        return torch.stack([vectors, self.reflect(vectors)], dim=1)


class Unpair(nn.Module):
    """Mean of both halves of a pair (B, 2, C), the second one mirrored back: (B, C)."""

    def __init__(self, reflection: Reflection) -> None:
        super().__init__()
        self.reflect = Reflect(reflection)

    def forward(self, pairs: Tensor) -> Tensor:
        """(B, 2, C) to (B, C)."""
        mean: Tensor = (pairs[:, 0] + self.reflect(pairs[:, 1])) / 2
        return mean


class PairLinear(nn.Module):
    """Linear map of pairs (B, 2, inputs) to (B, 2, outputs) that commutes with swapping them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.even = HiddenLinear(inputs, outputs)
        self.odd = HiddenLinear(inputs, outputs, bias=False)
        for layer in (self.even, self.odd):
            nn.init.kaiming_normal_(layer.weight)
        self.mix: Tensor
        self.register_buffer("mix", torch.tensor([[1.0, 1.0], [1.0, -1.0]]), persistent=False)

    def forward(self, pairs: Tensor) -> Tensor:
        """(B, 2, inputs) to (B, 2, outputs)."""
        # Sums and differences as products: the gradient of slices is ten times as expensive.
        even, odd = (self.mix @ pairs).unbind(dim=1)
        mixed: Tensor = (self.mix / 2) @ torch.stack([self.even(even), self.odd(odd)], dim=1)
        return mixed


@dataclass(frozen=True)
class StreamShape:
    """Units of every hidden layer, number of middle blocks, dropout: rebuilds a stream."""

    width: int = 512
    blocks: int = 1
    dropout: float = 0.25


class Block(nn.Module):
    """Linear, batch normalisation, SELU, dropout; on pairs (B, 2, inputs)."""

    def __init__(self, linear: nn.Module, shape: StreamShape) -> None:
        super().__init__()
        self.shape = shape
        self.linear = linear
        self.normalise = nn.BatchNorm1d(shape.width)
        self.dropout = Dropout(shape.dropout)

    def forward(self, pairs: Tensor) -> Tensor:
        """(B, 2, inputs) to (B, 2, width)."""
        linear = self.linear(pairs)  # (B, 2, width)
        normal = self.normalise(linear.flatten(0, 1)).reshape(-1, 2, self.shape.width)
        activated: Tensor = self.dropout(nn.functional.selu(normal))
        return activated


class Stream(nn.Module):
    """One stream up to its last hidden layer: vectors (B, inputs) to pairs (B, 2, width).

    Identity connections go around the first block (after a linear projection of the input), around
    every middle block, and from the projected input to the last hidden layer.

    Args:
        shape: size of the stream.
        inputs: reflection of the vectors.
        scaling: brings vectors to about mean 0, deviation 1; None for vectors that have them.
    """

    def __init__(
        self, shape: StreamShape, inputs: Reflection, scaling: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.shape = shape
        self.pair = Pair(inputs)
        self.scaling = scaling or nn.Identity()
        # Each half holds the whole input, so one map for both is already the most general one.
        self.project = _linear(len(inputs), shape.width)
        self.first = Block(_linear(len(inputs), shape.width), shape)
        self.middle = nn.ModuleList(
            Block(PairLinear(shape.width, shape.width), shape) for _ in range(shape.blocks)
        )
        self.last = PairLinear(shape.width, shape.width)
        self.dropout = Dropout(shape.dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, inputs) to (B, 2, width)."""
        pairs = self.scaling(self.pair(vectors))
        projected: Tensor = self.project(pairs)  # (B, 2, width)
        hidden: Tensor = self.first(pairs) + projected
        for block in self.middle:
            hidden = block(hidden) + hidden
        output: Tensor = self.dropout(nn.functional.selu(self.last(hidden))) + projected
        return output


class Reading(nn.Module):
    """Output layer: pairs (B, 2, width) to a vector (B, outputs)."""

    def __init__(self, width: int, outputs: Reflection) -> None:
        super().__init__()
        self.linear = nn.Linear(width, len(outputs))
        self.unpair = Unpair(outputs)
        nn.init.zeros_(self.linear.bias)

    def forward(self, pairs: Tensor) -> Tensor:
        """(B, 2, width) to (B, outputs)."""
        vector: Tensor = self.unpair(self.linear(pairs))
        return vector


def _linear(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.kaiming_normal_(layer.weight)
    return layer
