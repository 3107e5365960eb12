"""Networks that treat left and right alike by construction.

Features come in pairs: one half sees the person, the other sees the person in a mirror. A linear
map that commutes with swapping the halves is block diagonal in their sum and difference, so it has
half the weights and takes half the work of an unconstrained one, and a mirrored input gives exactly
the mirrored output (group equivariance, Cohen and Welling 2016, arXiv 1602.07576, of two elements).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Reflection:
    """How a vector (C,) changes when the person is mirrored: values[order] * scale + offset.

    Attributes:
        order: (C,) where each value comes from.
        scale, offset: (C,).

    Applied twice it changes nothing.
    """

    order: npt.NDArray[np.intp]
    scale: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]

    @classmethod
    def of_points(cls, mirror: npt.NDArray[np.intp], signs: tuple[float, ...]) -> Reflection:
        """Points (J, D) as a vector: joints swapped by `mirror`, each axis times its sign."""
        axes = len(signs)
        order = (mirror[:, None] * axes + np.arange(axes)).ravel()
        scale = np.tile(np.array(signs), len(mirror))
        return cls(order, scale, np.zeros(len(order)))

    def then(self, other: Reflection) -> Reflection:
        """This vector followed by another one."""
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
    """The mean of both halves of a pair (B, 2, C), the second one mirrored back: (B, C)."""

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
        self.even = nn.Linear(inputs, outputs)
        self.odd = nn.Linear(inputs, outputs, bias=False)
        for layer in (self.even, self.odd):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, pairs: Tensor) -> Tensor:
        """(B, 2, inputs) to (B, 2, outputs)."""
        first, second = pairs[:, 0], pairs[:, 1]
        even, odd = self.even(first + second), self.odd(first - second)
        return torch.stack([even + odd, even - odd], dim=1) / 2
