"""Networks of cells for Enhanced-SPMF images, defined by a genotype and a shape.

Blocks of normal cells, each followed by a reduction cell, as in Pham, Guan, Zoph, Le, Dean 2018,
arXiv 1802.03268. As in their search, a reduction cell halves its two inputs; its operations keep
the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.cell_layer import CellLayer, Parts, edges
from pose_action_ros.lab.networks.genotype import OPERATIONS, Genotype, to_json
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.networks.series import maps_of, series_stem
from pose_action_ros.lab.networks.shape import NetworkShape

HEAD_WIDTH = 2
"""Channels of the flattened map, as a multiple of those of the first block."""


@dataclass(frozen=True)
class CellShape(NetworkShape):
    """Parameters that rebuild a network of cells, besides its genotype.

    Attributes:
        channels: of the cells of the first block, doubled by each reduction.
        blocks: number of blocks, each of normal cells and a reduction cell.
        cells: normal cells in a block.
        drop_path: probability that an operation's output is dropped during training.
    """

    blocks: int = 2
    cells: int = 1
    drop_path: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_counts("blocks", "cells")
        self._check_rates("drop_path")


class CellStack(nn.Module):
    """A stem, blocks of cells and a head, with the weights of one genotype or of many."""

    def __init__(self, normal: Parts, reduction: Parts, shape: CellShape) -> None:
        super().__init__()
        self.shape = shape
        self.stem = series_stem(shape) if shape.full_height else _square_stem(shape)
        self.layers = nn.ModuleList(_layers(normal, reduction, shape))
        channels = shape.channels * 2**shape.blocks
        # No average pooling: columns of the last map are times and rows are joints.
        self.head = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, HEAD_WIDTH * shape.channels, 1, bias=False),
            nn.BatchNorm2d(HEAD_WIDTH * shape.channels),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.dropout = nn.Dropout(shape.dropout)
        features = HEAD_WIDTH * shape.channels * _cells(shape)
        self.linear = nn.Linear(features, shape.labels + shape.spare)

    def features(self, images: Tensor, genotype: Genotype) -> Tensor:
        """(B, height, width, inputs) of 0 to 255 to (B, F)."""
        before = last = self.stem(maps_of(images, self.shape))
        for number, layer in enumerate(self.layers):
            reduces = number % (self.shape.cells + 1) == self.shape.cells
            cell = genotype.reduction if reduces else genotype.normal
            before, last = last, layer((before, last), cell)
        features: Tensor = self.head(last)
        return features

    def classify(self, features: Tensor) -> Tensor:
        """(B, F) to logits (B, labels) and, with spare outputs, one of the background.

        During training, all spare logits follow those of the labels.
        """
        logits: Tensor = self.linear(self.dropout(features))
        if self.training or not self.shape.spare:
            return logits
        return join_spare(logits, self.shape.labels)


def _layers(normal: Parts, reduction: Parts, shape: CellShape) -> Iterator[CellLayer]:
    """The cells in order; halvings are counted to compute the strides of inputs."""
    before = last = (shape.channels, 0)  # channels, halvings
    for block in range(shape.blocks):
        for number in range(shape.cells + 1):
            reduces = int(number == shape.cells)
            here = (shape.channels * 2 ** (block + reduces), block + reduces)
            yield CellLayer(
                reduction if reduces else normal,
                (before[0], last[0]),
                here[0],
                [2 ** (here[1] - halvings) for _, halvings in (before, last)],
                rate=shape.drop_path,
                full_height=shape.full_height,
            )
            before, last = last, here


def _square_stem(shape: CellShape) -> nn.Sequential:
    """Two convolutions 3 x 3; the second halves the image, as cells cost by the pixel."""
    return nn.Sequential(
        nn.Conv2d(shape.inputs, shape.channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(shape.channels),
        nn.ReLU(),
        nn.Conv2d(shape.channels, shape.channels, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(shape.channels),
    )


def _cells(shape: CellShape) -> int:
    """Pixels of the last map."""
    if shape.full_height:
        return _shrunk(shape.width, shape.blocks)
    return _shrunk(shape.height, shape.blocks + 1) * _shrunk(shape.width, shape.blocks + 1)


def _shrunk(size: int, halvings: int) -> int:
    """Height or width after halvings, each rounded up."""
    factor: int = 2**halvings
    return -(-size // factor)


class CellNetwork(ActionNetwork):
    """A stack of the cells of one genotype."""

    kind = "cells"
    words = ("a network of cells found by ENAS", "networks of cells found by ENAS")
    last = "stack.linear"

    def __init__(self, genotype: Genotype, shape: CellShape) -> None:
        super().__init__()
        self.genotype, self._shape = genotype, shape
        self.stack = CellStack(Parts.of(genotype.normal), Parts.of(genotype.reduction), shape)
        # Saved with the weights: pooling has none, by which another genotype could be detected.
        self.code: Tensor
        self.register_buffer("code", _code(genotype))

    @property
    def shape(self) -> CellShape:
        """Parameters that rebuild the network, besides its genotype."""
        return self._shape

    def features(self, images: Tensor) -> Tensor:
        """(B, height, width, inputs) of 0 to 255 to (B, F), the input of the last layer."""
        return self.stack.features(images, self.genotype)

    def classify(self, features: Tensor) -> Tensor:
        """(B, F) to logits, see CellStack.classify."""
        return self.stack.classify(features)

    def with_outputs(self, labels: int, spare: int) -> CellNetwork:
        """A network of the same cells with other outputs, and random weights."""
        return CellNetwork(self.genotype, replace(self.shape, labels=labels, spare=spare))

    def described(self) -> dict[str, Any]:
        """The architecture for a card."""
        return {
            "network": self.kind,
            "genotype": to_json(self.genotype),
            "shape": asdict(self.shape),
        }

    def load(self, state: Mapping[str, Tensor], name: str) -> None:
        """Load saved weights.

        Raises:
            ModelError: the weights are of another genotype or of another shape.
        """
        code = state.get("code")
        if code is None or not torch.equal(code.cpu(), self.code.cpu()):
            raise ModelError(
                f"{name} has weights of another genotype than the network's, expected those of "
                f"{to_json(self.genotype)}; give the genotype they were trained with"
            )
        super().load(state, name)


def _code(genotype: Genotype) -> Tensor:
    """The genotype as integers."""
    parts = [
        [edge.node, edge.side, edge.source, OPERATIONS.index(edge.name)]
        for cell in (genotype.normal, genotype.reduction)
        for edge in edges(cell)
    ]
    return torch.tensor(parts)  # (edges of both, 4)
