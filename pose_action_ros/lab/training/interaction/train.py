"""Training of the model of interactions on simulated pairs, with tests and model files."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax

from pose_action_ros.lab.training.action.calibration import (
    action_scores,
    calibrate,
    unnamed_scores,
)
from pose_action_ros.lab.training.action.fit import fit, predict_logits
from pose_action_ros.lab.training.action.model import (
    ActionModel,
    make_network,
    round_weights,
    write_model,
)
from pose_action_ros.lab.training.action.settings import Fitting, NetworkChoice, read_sections
from pose_action_ros.lab.training.interaction.data import LABELS, InteractionPairs
from pose_action_ros.lab.training.interaction.settings import InteractionData
from pose_action_ros.lab.training.interaction.windows import PairWindows
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.spmf_settings import SpmfSettings

_log = logging.getLogger(__name__)
SECTIONS = {
    "data": InteractionData,
    "fitting": Fitting,
    "network": NetworkChoice,
    "spmf": SpmfSettings,
}
DATA = (
    "simulated pairs of this package before random virtual cameras: two people who approach, "
    "depart, kick, punch, push, hug, shake hands, hand something over, or do none of these, most "
    "with simulated errors of a detector and the other body before some joints, placed by the "
    "lifter with the checksum under `lifter`; a share `exact` with the small errors of a depth "
    "sensor; and `rendered` pairs as images through the detector and the tracker. The test set "
    "shows other bodies, styles and cameras."
)


def train(config: Path, output: Path) -> Path:
    """Simulate the pairs (once), train or resume, test, and write the model.

    Args:
        config: YAML file with SECTIONS.
        output: folder for pairs, checkpoint, curve and interaction.onnx.

    Returns:
        Path of the .onnx file.

    Raises:
        PoseActionError: settings or files of pairs cannot be used.
    """
    sections = read_sections(config, SECTIONS)
    spmf, fitting, choice = sections["spmf"], sections["fitting"], sections["network"]
    torch.set_num_threads(1)
    data = InteractionPairs(sections["data"], spmf, output)
    examples, validation, test = (
        data.examples(),
        data.held_out("validation"),
        data.held_out("test"),
    )
    torch.manual_seed(fitting.seed)
    network = make_network(choice, len(LABELS), spmf.shape, spare=1)
    some = np.flatnonzero(validation.truth >= 0)[::4]
    curve = validation.images[some], validation.truth[some]
    network = fit(network, examples, curve, fitting, output)
    round_weights(network)
    logits = predict_logits(network, validation.images)
    acts = validation.truth >= 0
    temperature, threshold = calibrate(logits[acts], validation.truth[acts], logits[~acts])
    window = sections["data"].window
    model = ActionModel(network, LABELS, spmf, window, temperature, threshold)
    path = output / "interaction.onnx"
    write_model(path, model, choice, _training(sections, config.name), _scores(model, test))
    _log.info("wrote %s", path)
    return path


def _scores(model: ActionModel, test: PairWindows) -> dict[str, Any]:
    """Scores of held-out windows, for the card."""
    logits = predict_logits(model.network, test.images)
    probabilities, acts = softmax(logits / model.temperature, axis=1), test.truth >= 0
    scores = {
        "simulated": action_scores(probabilities[acts], test.truth[acts], LABELS, model.thresholds),
        "none": unnamed_scores(probabilities[~acts], LABELS, model.thresholds),
    }
    _log.info("%s", scores)
    return scores


def _training(sections: dict[str, Any], config: str) -> dict[str, Any]:
    """Data and settings of the training, for the card."""
    settings = {name: asdict(section) for name, section in sections.items() if name != "spmf"}
    return {
        "data": DATA,
        "lifter": read_card(find_model(LifterSettings().lifter_model), "lifter").sha256,
        "command": f"pose-action train interaction --config config/{config} --output DIR",
        "settings": settings,
    }
