"""Action networks of a choice: cells of a genotype, or a hand-made one, with random weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.action_cnn import ActionCnn
from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import (
    Genotype,
    from_json,
    random_genotype,
    read_genotype,
)
from pose_action_ros.lab.networks.shape import NetworkShape
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.lab.training.action.settings import HAND_MADE, RANDOM, NetworkChoice

SEARCHED = Path(__file__).parents[2] / "networks" / "searched.json"
"""Genotype found on JET images with square cells."""


def make_network(
    choice: NetworkChoice, labels: int, shape: tuple[int, int, int], spare: int = 0
) -> ActionNetwork:
    """Create the network for images of a shape (height, width, channels), with random weights.

    Raises:
        ModelError, SettingError: the genotype is invalid or cannot be read.
    """
    if choice.network == HAND_MADE:
        return ActionCnn(NetworkShape(**_sizes(choice, labels, shape, spare)))
    return CellNetwork(_genotype(choice.genotype), cell_shape(choice, labels, shape, spare))


def network_of(described: Mapping[str, Any], name: str) -> ActionNetwork:
    """Create the network that a card describes, with random weights.

    Args:
        described: from ActionNetwork.described.
        name: of the model, for errors.

    Raises:
        ModelError: no such description.
    """
    try:
        if described["network"] == ActionCnn.kind:
            return ActionCnn(NetworkShape(**described["shape"]))
        return CellNetwork(from_json(described["genotype"]), CellShape(**described["shape"]))
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"the card of {name} describes a network as {described!r}, expected its kind, shape "
            f"and genotype: {error!r}; train the model again"
        ) from error


def cell_shape(
    choice: NetworkChoice, labels: int, shape: tuple[int, int, int], spare: int = 0
) -> CellShape:
    """Shape of the network of cells for images (height, width, channels)."""
    return CellShape(
        **_sizes(choice, labels, shape, spare),
        blocks=choice.blocks,
        cells=choice.cells,
        drop_path=choice.drop_path,
    )


def _sizes(
    choice: NetworkChoice, labels: int, shape: tuple[int, int, int], spare: int
) -> dict[str, Any]:
    """The parameters of NetworkShape."""
    return {
        "labels": labels,
        "height": shape[0],
        "width": shape[1],
        "inputs": shape[2],
        "channels": choice.channels,
        "dropout": choice.dropout,
        "spare": spare,
        "full_height": choice.full_height,
        "row_channels": choice.row_channels,
    }


def _genotype(name: str) -> Genotype:
    """The genotype that a setting names."""
    if name.startswith(RANDOM):
        seed = name.removeprefix(RANDOM)
        if not seed.isdecimal():
            raise SettingError(f"got genotype {name!r}, expected a number after {RANDOM!r}")
        return random_genotype(np.random.default_rng(int(seed)), SearchSettings().nodes)
    return read_genotype(SEARCHED if name == "searched" else Path(name))
