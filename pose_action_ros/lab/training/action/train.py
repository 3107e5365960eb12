"""Training of the action model on simulated and recorded people, with tests and model files."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from scipy.special import softmax
from torch import Tensor, nn

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.cells import CellNetwork, load_weights
from pose_action_ros.lab.training.action.calibration import (
    action_scores,
    calibrate,
    unnamed_scores,
)
from pose_action_ros.lab.training.action.data import TrainingData
from pose_action_ros.lab.training.action.fit import fit, predict_logits
from pose_action_ros.lab.training.action.model import (
    ActionModel,
    make_network,
    read_model,
    round_weights,
    with_labels,
    write_model,
)
from pose_action_ros.lab.training.action.settings import (
    ActionData,
    Fitting,
    NetworkChoice,
    read_sections,
)
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS

_log = logging.getLogger(__name__)
SECTIONS = {
    "data": ActionData,
    "fitting": Fitting,
    "network": NetworkChoice,
    "spmf": SpmfSettings,
}
_LOGGED = ("windows", "accuracy", "balanced_accuracy", "unknown", "accuracy_when_known")


def train(config: Path, output: Path) -> Path:
    """Simulate the people (once), train or resume, test, and write the model.

    Args:
        config: YAML file with SECTIONS.
        output: folder for people, checkpoint, curve and action.onnx.

    Returns:
        Path of the .onnx file.

    Raises:
        PoseActionError: settings, files of people or the model to start from cannot be used.
    """
    sections = read_sections(config, SECTIONS)
    spmf, fitting, choice = sections["spmf"], sections["fitting"], sections["network"]
    torch.set_num_threads(min(2, torch.get_num_threads()))
    data = TrainingData(sections["data"], spmf, output)
    validation = data.simulated("validation")
    torch.manual_seed(fitting.seed)
    network = make_network(choice, len(ACTIONS), spmf.shape, sections["data"].gestures)
    if choice.start:
        _start_from(network, Path(choice.start))
    elif choice.start_share:
        raise SettingError(f"start_share is {choice.start_share}, but no model is named in `start`")
    begun = deepcopy(network.state_dict())
    # The curve, which nothing depends on, needs only a part.
    held_out = (validation.images[::5], validation.truth[::5])
    network = fit(network, data.examples(), held_out, fitting, output)
    _interpolate(network, begun, choice.start_share)
    round_weights(network)
    temperature, threshold = calibrate(
        predict_logits(network, validation.images),
        validation.truth,
        predict_logits(network, data.unnamed("validation").images),
    )
    model = ActionModel(network, ACTIONS, spmf, sections["data"].window, temperature, threshold)
    path = output / "action.onnx"
    write_model(path, model, choice, _training(sections, config.name), _scores(model, data))
    _log.info("wrote %s", path)
    return path


def _start_from(network: nn.Module, path: Path) -> None:
    """Load a model's weights; ModelError if its cells or sizes differ.

    Weights of additional spare outputs or labels are random.
    """
    if not isinstance(network, CellNetwork):
        raise SettingError(f"`start` is for networks of cells; remove it, or {path} from the YAML")
    base = read_model(path)
    assert isinstance(base.network, CellNetwork)
    fitting = with_labels(base.network, base.labels, ACTIONS, network.shape.spare)
    load_weights(network, fitting.state_dict(), str(path))


def _interpolate(network: nn.Module, begun: Mapping[str, Tensor], share: float) -> None:
    """Move the weights by a share of the way towards the initial weights, in place."""
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.lerp_(begun[name], share)


def _scores(model: ActionModel, data: TrainingData) -> dict[str, Any]:
    scores = {
        name: action_scores(
            softmax(predict_logits(model.network, windows.images) / model.temperature, axis=1),
            windows.truth,
            ACTIONS,
            model.unknown_below,
        )
        for name, windows in data.tests().items()
    }
    for name, values in scores.items():
        _log.info("%s: %s", name, {key: values[key] for key in _LOGGED})
    logits = predict_logits(model.network, data.unnamed("test").images)
    probabilities = softmax(logits / model.temperature, axis=1)
    scores["unnamed"] = unnamed_scores(probabilities, ACTIONS, model.unknown_below)
    _log.info("unnamed: %s", scores["unnamed"])
    return scores


def _training(sections: dict[str, Any], config: str) -> dict[str, Any]:
    """Data and settings of the training, for the card; folders are removed from file names.

    The training of the model to start from is under `before`.
    """
    settings = {name: asdict(section) for name, section in sections.items() if name != "spmf"}
    for key in ("rendered", "rendered_test", "recorded", "idle", "rendered_gestures"):
        settings["data"][key] = " ".join(Path(path).name for path in settings["data"][key].split())
    for key in ("genotype", "start"):
        settings["network"][key] = Path(settings["network"][key]).name
    return {
        "data": "simulated people of this package before random virtual cameras, most with "
        "simulated errors of a detector, those of `rendered` as images through the detector; "
        "`recorded`: people of the CMU motion capture database (mocap.cs.cmu.edu, free for "
        "research and commercial projects, not to be resold directly; created with funding from "
        "NSF EIA-0196217), rendered and detected as well; `gestures`: made-up movements of "
        "simulated people, told apart while training and none of the actions afterwards, those of "
        "`rendered_gestures` as images through the detector. All "
        "smoothed as by the tracker and lifted by the lifter with the checksum under `lifter`. The "
        "test sets show other bodies, styles and cameras.",
        "lifter": read_card(find_model(LifterSettings().lifter_model), "lifter").sha256,
        "command": f"pose-action train action --config config/{config} --output DIR",
        "settings": settings,
        **_before(sections["network"].start),
    }


def _before(start: str) -> dict[str, Any]:
    if not start:
        return {}
    training = read_card(Path(start), "action").training
    keys = ("command", "settings", "lifter", "before")
    return {"before": {key: training[key] for key in keys if key in training}}
