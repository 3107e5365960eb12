"""The two-stream lifter of Pham et al. 2020 (Sensors 20(7), 1825, figure 2).

Linear layers, batch normalisation, SELU, dropout and identity connections, no convolutions. Width,
depth and dropout are configurable, the defaults are the paper's. Beyond the paper, the layers work
on pairs of a person and the person's mirror image, see networks.mirror.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from pose_action_ros.lab.networks.mirror import Pair, PairLinear, Reflection, Unpair


@dataclass(frozen=True)
class StreamShape:
    """What rebuilds a stream: units of every hidden layer, middle blocks, dropout."""

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
        self.dropout = nn.Dropout(shape.dropout)

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
    """

    def __init__(
        self, shape: StreamShape, inputs: Reflection, scaling: nn.Module | None = None
    ) -> None:
        """Scaling brings vectors to about mean 0, deviation 1; None where they are so already."""
        super().__init__()
        self.shape = shape
        self.pair = Pair(inputs)
        self.scaling = scaling or nn.Identity()
        # Both halves hold the whole input, so one map for each is already the most general one.
        self.project = _linear(len(inputs), shape.width)
        self.first = Block(_linear(len(inputs), shape.width), shape)
        self.middle = nn.ModuleList(
            Block(PairLinear(shape.width, shape.width), shape) for _ in range(shape.blocks)
        )
        self.last = PairLinear(shape.width, shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, inputs) to (B, 2, width)."""
        pairs = self.scaling(self.pair(vectors))
        projected: Tensor = self.project(pairs)  # (B, 2, width)
        hidden: Tensor = self.first(pairs) + projected
        for block in self.middle:
            hidden = block(hidden) + hidden
        ended: Tensor = self.dropout(nn.functional.selu(self.last(hidden))) + projected
        return ended


class Reading(nn.Module):
    """Reads a vector (B, outputs) from pairs (B, 2, width)."""

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
