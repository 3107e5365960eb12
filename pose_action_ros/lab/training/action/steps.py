"""Steps that the trainings of actions and of interactions share: fitting, scores, the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.ensemble import Ensemble, joined
from pose_action_ros.lab.search.enas import Examples
from pose_action_ros.lab.training.action.architecture import make_network
from pose_action_ros.lab.training.action.calibration import action_scores, unnamed_scores
from pose_action_ros.lab.training.action.fit import Images, Labels, fit, predict_logits
from pose_action_ros.lab.training.action.model import ActionModel, round_weights
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.models.card import find_model, read_card

_CURVE = 5
"""Every so many windows are in the curve's validation, which nothing depends on."""


def fitted(
    sections: Mapping[str, Any],
    examples: Examples,
    validation: tuple[Images, Labels],
    spare: int,
    output: Path,
) -> ActionNetwork | Ensemble:
    """Train the networks, or resume their training; their weights are those of the model file.

    Args:
        sections: `network`, `spmf` and `fitting`; member M has the seed of `fitting` plus M.
        examples: windows for training.
        validation: images (N, height, width, C) and labels (N,) of windows with a label.
        spare: number of spare outputs.
        output: folder for checkpoint and curve, of an ensemble for a folder of each member.
    """
    return joined(
        [
            fitted_member(sections, examples, validation, spare, output, number)
            for number in range(sections["network"].count)
        ]
    )


def fitted_member(  # noqa: PLR0917 - of fitted
    sections: Mapping[str, Any],
    examples: Examples,
    validation: tuple[Images, Labels],
    spare: int,
    output: Path,
    number: int,
) -> ActionNetwork:
    """Train one member of `fitted` with the number, from 0; the only one if there are no others."""
    spmf, choice, fitting = sections["spmf"], sections["network"], sections["fitting"]
    fitting = replace(fitting, seed=fitting.seed + number)
    folder = output if choice.count == 1 else output / f"member_{number + 1}"
    torch.manual_seed(fitting.seed)
    network = make_network(choice.of_member(number), examples.labels, spmf.shape, spare)
    images, truth = validation
    fitted_network = fit(network, examples, (images[::_CURVE], truth[::_CURVE]), fitting, folder)
    round_weights(fitted_network)
    return fitted_network


def probabilities(model: ActionModel, images: Images) -> npt.NDArray[np.floating]:
    """(N, L) or, with that of the background, (N, L + 1) calibrated probabilities."""
    return model.probabilities(predict_logits(model.network, images))


def scores_of_labels(model: ActionModel, images: Images, truth: Labels) -> dict[str, Any]:
    """Scores, for the card, of the windows with a label: truth (N,) is 0 or more."""
    named = truth >= 0
    found = probabilities(model, images[named])
    return action_scores(found, truth[named], model.labels, model.thresholds)


def scores_of_others(model: ActionModel, images: Images, truth: Labels) -> dict[str, Any]:
    """Scores, for the card, of the windows without a label: truth (N,) is below 0."""
    return unnamed_scores(probabilities(model, images[truth < 0]), model.labels, model.thresholds)


def described(sections: Mapping[str, Any], data: str, command: str, config: Path) -> dict[str, Any]:
    """Data and settings of a training, for the card; files are named without their folders.

    Args:
        sections: settings by name of section; those of the images have a place of their own.
        data: sentences about the data.
        command: words after `pose-action train`.
        config: YAML file of the settings.
    """
    settings = {name: asdict(section) for name, section in sections.items() if name != "spmf"}
    settings["network"]["genotype"] = Path(settings["network"]["genotype"]).name
    return {
        "data": data,
        "lifter": read_card(find_model(LifterSettings().lifter_model), "lifter").sha256,
        "command": f"pose-action train {command} --config config/{config.name} --output DIR",
        "settings": settings,
    }
