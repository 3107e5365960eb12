"""`pose-action train action`: from simulated people to a shipped action model."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor, nn

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.cells import CellNetwork, load_weights
from pose_action_ros.lab.training.action.data import RobotData
from pose_action_ros.lab.training.action.fit import Fitting, fit, logits_of
from pose_action_ros.lab.training.action.heads import with_labels
from pose_action_ros.lab.training.action.model import (
    ActionModel,
    read_model,
    round_weights,
    write_model,
)
from pose_action_ros.lab.training.action.network import NetworkChoice, make_network
from pose_action_ros.lab.training.action.report import calibrated, report, said_of_others
from pose_action_ros.lab.training.action.settings import ActionData, read_sections
from pose_action_ros.lab.training.action.windows import WindowSet
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS

DESCRIPTION = "train the action model on simulated and recorded people"

_log = logging.getLogger(__name__)
SECTIONS = {
    "data": ActionData,
    "fitting": Fitting,
    "network": NetworkChoice,
    "spmf": SpmfSettings,
}
_SHORT = ("windows", "accuracy", "balanced_accuracy", "unknown", "accuracy_when_known")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for checkpoint, curve and action.onnx"
    )


def run(args: argparse.Namespace) -> int:
    """Make the data (once), train (or go on), measure, export."""
    sections = read_sections(args.config, SECTIONS)
    spmf, fitting, choice = sections["spmf"], sections["fitting"], sections["network"]
    torch.set_num_threads(min(2, torch.get_num_threads()))
    data = RobotData(sections["data"], spmf, args.output)
    validation = data.simulated("validation")
    torch.manual_seed(fitting.seed)
    network = make_network(choice, len(ACTIONS), spmf.shape, sections["data"].gestures)
    if choice.start:
        _start_from(network, Path(choice.start))
    elif choice.start_share:
        raise SettingError(f"start_share is {choice.start_share}, but no model is named in `start`")
    begun = deepcopy(network.state_dict())
    # A part is enough for the curve, by which nothing is chosen.
    held_out = (validation.images[::5], validation.truth[::5])
    network = fit(network, data.examples(), held_out, fitting, args.output)
    _keep(network, begun, choice.start_share)
    round_weights(network)
    temperature, threshold = calibrated(
        logits_of(network, validation.images),
        validation.truth,
        logits_of(network, data.unnamed("validation").images),
    )
    scores = {
        name: _measured(logits_of(network, windows.images) / temperature, windows, threshold)
        for name, windows in data.tests().items()
    }
    for name, figures in scores.items():
        _log.info("%s: %s", name, {key: figures[key] for key in _SHORT})
    others = logits_of(network, data.unnamed("test").images)
    scores["unnamed"] = said_of_others(softmax(others / temperature, axis=1), ACTIONS, threshold)
    _log.info("unnamed: %s", scores["unnamed"])
    model = ActionModel(network, ACTIONS, spmf, sections["data"].window, temperature, threshold)
    path = args.output / "action.onnx"
    write_model(path, model, choice, _training(sections, args.config.name), scores)
    _log.info("wrote %s", path)
    return 0


def _start_from(network: nn.Module, path: Path) -> None:
    """Give the network a model's weights; ModelError when they are of other cells or sizes.

    The model may have fewer spare outputs, or other labels: theirs are fresh.
    """
    if not isinstance(network, CellNetwork):
        raise SettingError(f"`start` is for networks of cells; remove it, or {path} from the YAML")
    base = read_model(path)
    assert isinstance(base.network, CellNetwork)
    fitting = with_labels(base.network, base.labels, ACTIONS, network.shape.spare)
    load_weights(network, fitting.state_dict(), str(path))


def _keep(network: nn.Module, begun: Mapping[str, Tensor], share: float) -> None:
    """Take back a share of the way from the weights that training began with."""
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.lerp_(begun[name], share)


def _measured(
    logits: np.ndarray[Any, np.dtype[np.float64]], windows: WindowSet, threshold: float
) -> dict[str, Any]:
    return report(softmax(logits, axis=1), windows.truth, ACTIONS, threshold)


def _training(sections: dict[str, Any], config: str) -> dict[str, Any]:
    """How it was made, for the card; folders are nobody's business.

    What was done before, when it was started from a model, is under `before`.
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
    told = read_card(Path(start), "action").training
    return {
        "before": {
            key: told[key] for key in ("command", "settings", "lifter", "before") if key in told
        }
    }
