"""Training of the model of interactions on simulated pairs, with tests and model files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from pose_action_ros.lab.training.action.calibration import calibrate
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.model import ActionModel, write_model
from pose_action_ros.lab.training.action.sections import read_sections
from pose_action_ros.lab.training.action.settings import Fitting, NetworkChoice
from pose_action_ros.lab.training.action.steps import (
    described,
    fitted,
    scores_of_labels,
    scores_of_others,
)
from pose_action_ros.lab.training.interaction.data import LABELS, InteractionPairs
from pose_action_ros.lab.training.interaction.settings import InteractionAnswers, InteractionData
from pose_action_ros.lab.training.interaction.windows import PairWindows
from pose_action_ros.recognition.spmf_settings import SpmfSettings

_log = logging.getLogger(__name__)
SECTIONS = {
    "data": InteractionData,
    "fitting": Fitting,
    "network": NetworkChoice,
    "spmf": SpmfSettings,
    "answers": InteractionAnswers,
}


def train(config: Path, output: Path, changes: Sequence[str] = ()) -> Path:
    """Simulate the pairs (once), train or resume, test, and write the model.

    Args:
        config: YAML file with SECTIONS.
        output: folder for pairs, checkpoint, curve and interaction.onnx.
        changes: of settings of the file, SECTION.NAME=VALUE.

    Returns:
        Path of the .onnx file.

    Raises:
        PoseActionError: settings or files of pairs cannot be used.
    """
    sections = read_sections(config, SECTIONS, changes)
    torch.set_num_threads(1)
    data = InteractionPairs(sections["data"], sections["spmf"], output)
    examples = data.examples()
    validation, test = (data.held_out(part) for part in ("validation", "test"))
    acts = validation.truth >= 0
    held_out = validation.images[acts], validation.truth[acts]
    network = fitted(sections, examples, held_out, 1, output)
    logits, others = (predict_logits(network, validation.images[part]) for part in (acts, ~acts))
    chosen = calibrate(logits, validation.truth[acts], others)
    model = ActionModel(
        network,
        LABELS,
        sections["spmf"],
        sections["data"].window,
        chosen.temperature,
        max(chosen.threshold, sections["answers"].unknown_below),
    )
    path = output / "interaction.onnx"
    training = described(sections, data_text(sections["data"]), "interaction", config)
    write_model(path, model, training, _scores(model, test))
    _log.info("wrote %s", path)
    return path


def _scores(model: ActionModel, test: PairWindows) -> dict[str, Any]:
    """Scores of held-out windows, for the card."""
    scores = {
        "simulated": scores_of_labels(model, test.images, test.truth),
        "none": scores_of_others(model, test.images, test.truth),
    }
    _log.info("%s", scores)
    return scores


def data_text(choices: InteractionData) -> str:
    """Sentences of the card about the pairs."""
    kinds = [
        (
            "most with simulated errors of a detector and the other body before some joints, "
            "placed by the lifter with the checksum under `lifter`"
        )
    ]
    if choices.exact:
        kinds.append("a share `exact` with the small errors of a depth sensor")
    if choices.rendered:
        kinds.append("`rendered` pairs as images through the detector and the tracker")
    none = "" if choices.rendered else "No pairs were rendered as images. "
    return (
        "simulated pairs of this package before random virtual cameras: two people who approach, "
        "depart, kick, punch, push, hug, shake hands, hand something over, or do none of these, "
        f"{'; '.join(kinds)}. {none}The test set shows other bodies, styles and cameras."
    )
