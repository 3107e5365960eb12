"""An action model with all that its files hold: the network in two forms, and the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.action_cnn import Calibrated
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape, load_weights
from pose_action_ros.lab.networks.genotype import from_json, to_json
from pose_action_ros.lab.training.action.network import NetworkChoice
from pose_action_ros.lab.training.export import export
from pose_action_ros.models.card import ModelCard, read_card
from pose_action_ros.recognition.classifier import INPUT, OUTPUT
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.settings import from_mapping

WEIGHTS = ".weights.npz"
"""What the file of weights beside the .onnx file ends with: training goes on from it."""


@dataclass(frozen=True, eq=False)
class ActionModel:
    """A network and what belongs to it.

    Attributes:
        network: images to logits.
        labels: the actions, in the order of the logits.
        spmf: how images are made.
        window: time looked at [s].
        temperature: of the calibrated probabilities.
        unknown_below: probability below which no action is convincing.
    """

    network: nn.Module
    labels: tuple[str, ...]
    spmf: SpmfSettings
    window: float
    temperature: float
    unknown_below: float


def round_weights(network: nn.Module) -> None:
    """Round weights to what files keep of them, in place: what is measured then is what is written.

    Those of vectors, which are few, are kept as they are.
    """
    for value in network.state_dict().values():
        value.copy_(_kept(value))


def _kept(value: Tensor) -> Tensor:
    return value.half() if value.ndim > 1 and value.is_floating_point() else value


def write_model(
    path: Path,
    model: ActionModel,
    choice: NetworkChoice,
    training: Mapping[str, Any],
    scores: Mapping[str, Any],
) -> None:
    """Write `path` (.onnx), its card and, of a network of cells, its weights.

    Args:
        path: of the .onnx file.
        model: what is written; its network is rounded as round_weights does.
        choice: which network it is.
        training: how it was made, for the card.
        scores: what was measured, for the card.
    """
    round_weights(model.network)
    spmf = asdict(model.spmf)
    settings: dict[str, Any] = {
        "labels": list(model.labels),
        "window": model.window,
        "unknown_below": round(model.unknown_below, 3),
        "temperature": round(model.temperature, 4),
        "spmf": {key: value for key, value in spmf.items() if key != "skeleton"},
        "network": choice.network,
    }
    if isinstance(model.network, CellNetwork):
        settings["genotype"] = to_json(model.network.genotype)
        settings["shape"] = asdict(model.network.shape)
    card = ModelCard(
        name=path.stem,
        task="action",
        sha256="",
        licence="Apache-2.0",
        source="Enhanced-SPMF and a network of cells found by ENAS: Pham et al. 2020, Sensors "
        "20(7):1825",
        skeleton=model.spmf.skeleton,
        settings=settings,
        training=training,
        scores=scores,
    )
    rng = np.random.default_rng(0)
    example = torch.from_numpy(rng.integers(0, 256, (4, *model.spmf.shape))).float()
    export(Calibrated(model.network, model.temperature), example, (INPUT, (OUTPUT,)), path, card)
    if isinstance(model.network, CellNetwork):
        state = {name: _kept(value).numpy() for name, value in model.network.state_dict().items()}
        with path.with_name(path.stem + WEIGHTS).open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **state)


def read_model(path: Path) -> ActionModel:
    """A model with its network of cells, to train on from.

    Raises:
        ModelError: no such model, not one of cells, or weights that do not fit its card.
    """
    card, weights = read_card(path, "action"), path.with_name(path.stem + WEIGHTS)
    settings = card.settings
    if settings.get("network") != "cells" or not weights.is_file():
        raise ModelError(
            f"{path} is no network of cells with {weights.name} beside it; start from the shipped "
            "model or from one that was made from it"
        )
    network = CellNetwork(from_json(settings["genotype"]), CellShape(**settings["shape"]))
    try:
        with np.load(weights) as file:
            state = {name: torch.from_numpy(file[name]) for name in file.files}
    except Exception as error:  # NumPy and zipfile raise whatever the damage leads to
        raise ModelError(f"{weights} is damaged: {error}; restore the file") from error
    load_weights(network, state, str(weights))
    return ActionModel(
        network=network.eval(),
        labels=tuple(settings["labels"]),
        spmf=from_mapping(SpmfSettings, {**settings["spmf"], "skeleton": card.skeleton}),
        window=float(settings["window"]),
        temperature=float(settings["temperature"]),
        unknown_below=float(settings["unknown_below"]),
    )
