"""Which network an action model is: cells of a genotype, or the hand-made one to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.action_cnn import ActionCnn, CnnShape
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import Genotype, random_genotype, read_genotype
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.settings import Settings, setting

RANDOM = "random:"
CELLS, HAND_MADE = "cells", "cnn"


@dataclass(frozen=True)
class NetworkChoice(Settings):
    """The network and its size."""

    network: str = setting(
        CELLS, "cells of a genotype, or a hand-made CNN", choices=(CELLS, HAND_MADE)
    )
    genotype: str = setting(
        "searched",
        "file of a genotype, random:SEED for one by chance, or `searched` for the "
        "one that comes with the package",
    )
    start: str = setting(
        "", "model whose weights training begins with, an .onnx file; empty for fresh ones"
    )
    start_share: float = setting(
        0.0,
        "of that model's weights in those that are kept at the end (Wortsman et al. 2022, Robust "
        "fine-tuning of zero-shot models): what was learnt anew without losing what was known",
        low=0.0,
        high=1.0,
    )
    channels: int = setting(16, "of the first block of cells, or the first layer", low=1)
    blocks: int = setting(2, "of cells", low=1, high=6)
    cells: int = setting(1, "normal cells in a block", low=1, high=12)
    dropout: float = setting(0.4, "before the last layer", low=0.0, high=0.95)
    drop_path: float = setting(0.1, "of operations in cells", low=0.0, high=0.9)


def make_network(
    choice: NetworkChoice, labels: int, shape: tuple[int, int, int], spare: int = 0
) -> nn.Module:
    """The network for images of a shape (height, width, 3), with fresh weights.

    Raises:
        ModelError, SettingError: the genotype cannot be had.
    """
    if choice.network == HAND_MADE:
        height, width, _ = shape
        return ActionCnn(CnnShape(labels, height, width, choice.channels, choice.dropout, spare))
    return CellNetwork(chosen_genotype(choice.genotype), cell_shape(choice, labels, shape, spare))


def cell_shape(
    choice: NetworkChoice, labels: int, shape: tuple[int, int, int], spare: int = 0
) -> CellShape:
    """The shape of the choice's network of cells for images (height, width, 3)."""
    return CellShape(
        labels=labels,
        height=shape[0],
        width=shape[1],
        channels=choice.channels,
        blocks=choice.blocks,
        cells=choice.cells,
        dropout=choice.dropout,
        drop_path=choice.drop_path,
        spare=spare,
    )


def chosen_genotype(name: str) -> Genotype:
    """The genotype that a setting names.

    Raises:
        ModelError: no such file, or no genotype in it.
        SettingError: a seed that is no number.
    """
    if name.startswith(RANDOM):
        seed = name.removeprefix(RANDOM)
        if not seed.isdecimal():
            raise SettingError(f"got genotype {name!r}, expected a number after {RANDOM!r}")
        return random_genotype(np.random.default_rng(int(seed)), SearchSettings().nodes)
    return read_genotype(SEARCHED if name == "searched" else Path(name))


SEARCHED = Path(__file__).parents[2] / "networks" / "searched.json"
"""The genotype that the shipped model has."""
