"""One cell as a layer: the operations between the outputs of the two cells before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from pose_action_ros.lab.networks.genotype import OPERATIONS, Cell, loose_ends
from pose_action_ros.lab.networks.operations import Fit, Join, drop_path, operation


class Edge(NamedTuple):
    """An operation in a cell: the first (side 0) or second of a node, on the output of a source."""

    node: int
    side: int
    source: int
    name: str

    @property
    def key(self) -> str:
        """Key of its weights."""
        return "_".join(map(str, self))


def edges(cell: Cell) -> tuple[Edge, ...]:
    """The operations of a cell, node by node."""
    return tuple(
        Edge(number, side, node.inputs[side], node.operations[side])
        for number, node in enumerate(cell)
        for side in range(2)
    )


@dataclass(frozen=True)
class Parts:
    """Parts of a cell with weights: operations, and nodes, counted from 2, that may be joined."""

    edges: tuple[Edge, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, cell: Cell) -> Parts:
        """Parts of this cell."""
        return cls(edges(cell), loose_ends(cell))

    @classmethod
    def every(cls, nodes: int) -> Parts:
        """Parts of all cells with `nodes` nodes."""
        return cls(
            tuple(
                Edge(number, side, source, name)
                for number in range(nodes)
                for side in range(2)
                for source in range(number + 2)
                for name in OPERATIONS
            ),
            tuple(range(2, nodes + 2)),
        )


class CellLayer(nn.Module):
    """One cell: outputs of the two previous cells to its output.

    Args:
        parts: operations and nodes with weights.
        inputs: channels of the two inputs.
        channels: of the output.
        strides: reduction of each input.
        rate: probability that an operation's output is dropped during training.
        full_height: as in CellShape.
    """

    def __init__(
        self,
        parts: Parts,
        inputs: Sequence[int],
        channels: int,
        strides: Sequence[int],
        *,
        rate: float,
        full_height: bool,
    ) -> None:
        super().__init__()
        self.rate = rate
        self.fits = nn.ModuleList(
            Fit(count, channels, stride, full_height)
            for count, stride in zip(inputs, strides, strict=True)
        )
        self.operations = nn.ModuleDict(
            {edge.key: operation(edge.name, channels, full_height) for edge in parts.edges}
        )
        self.join = Join(parts.ends, channels)

    def forward(self, inputs: Sequence[Tensor], cell: Cell) -> Tensor:
        """Two maps (B, C, H, W) to (B, channels, H', W'), by the operations of one cell."""
        values = [fit(maps) for fit, maps in zip(self.fits, inputs, strict=True)]
        for edge in edges(cell):
            result = self._operate(edge, values[edge.source])
            if edge.side == 0:
                values.append(result)
            else:
                values[-1] = values[-1] + result
        joined: Tensor = self.join(values, loose_ends(cell))
        return joined

    def _operate(self, edge: Edge, maps: Tensor) -> Tensor:
        result: Tensor = self.operations[edge.key](maps)
        dropped = self.training and self.rate and edge.name != "identity"
        return drop_path(result, self.rate) if dropped else result
