"""Training of the action model on simulated and recorded people, with tests and model files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.action.calibration import (
    action_scores,
    calibrate_each,
    unnamed_scores,
)
from pose_action_ros.lab.training.action.data import TrainingData
from pose_action_ros.lab.training.action.fit import Images, fit, predict_logits
from pose_action_ros.lab.training.action.model import (
    ActionModel,
    make_network,
    round_weights,
    write_model,
)
from pose_action_ros.lab.training.action.settings import (
    KINDS,
    WAYS,
    ActionData,
    AnswerChoice,
    Fitting,
    NetworkChoice,
    read_sections,
)
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.classifier import SILENT
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.settings import names_of
from pose_action_ros.simulation import ACTIONS

_log = logging.getLogger(__name__)
SECTIONS = {
    "data": ActionData,
    "fitting": Fitting,
    "network": NetworkChoice,
    "answers": AnswerChoice,
    "spmf": SpmfSettings,
}
_LOGGED = ("windows", "accuracy", "balanced_accuracy", "unknown", "accuracy_when_known")


def train(config: Path, output: Path, changes: Sequence[str] = ()) -> Path:
    """Make the people (once), train or resume, calibrate, test, and write the model.

    Args:
        config: YAML file with SECTIONS.
        output: folder for people, checkpoint, curve and action.onnx.
        changes: of settings of the file, SECTION.NAME=VALUE.

    Returns:
        Path of the .onnx file.

    Raises:
        PoseActionError: settings, motion capture or files of people cannot be used.
    """
    sections = read_sections(config, SECTIONS, changes)
    data = data_of(config, output, changes)
    data.make_people()
    spmf, fitting, choice = sections["spmf"], sections["fitting"], sections["network"]
    silent, early = _silent(sections["answers"]), _early(sections["answers"])
    torch.set_num_threads(min(2, torch.get_num_threads()))
    validation = data.windows("validation")
    torch.manual_seed(fitting.seed)
    network = make_network(choice, len(ACTIONS), spmf.shape, _spare(sections["data"]))
    named = validation.truth >= 0
    images, truth = validation.images[named], validation.truth[named]
    # The curve, which nothing depends on, needs only a part.
    network = fit(network, data.examples(), (images[::5], truth[::5]), fitting, output)
    round_weights(network)
    answers = sections["answers"]
    logits, others = (predict_logits(network, validation.images[part]) for part in (named, ~named))
    temperature, table = calibrate_each(logits, truth, others, answers.wrong, answers.unknown_below)
    thresholds = {**dict(zip(ACTIONS, table.tolist(), strict=True)), **early}
    never = tuple(name for name in ACTIONS if name in silent or thresholds[name] >= SILENT)
    model = ActionModel(
        network, ACTIONS, spmf, sections["data"].window, temperature, _answered(thresholds), never
    )
    path = output / "action.onnx"
    write_model(path, model, choice, _training(sections, config.name), _scores(model, data))
    _log.info("wrote %s", path)
    return path


def data_of(config: Path, output: Path, changes: Sequence[str] = ()) -> TrainingData:
    """The people and windows of `train` with the same arguments."""
    sections = read_sections(config, SECTIONS, changes)
    return TrainingData(sections["data"], sections["spmf"], output)


def _spare(data: ActionData) -> int:
    """Number of spare outputs: of the gestures, at least one for movements that are no action."""
    return max(data.gestures, 1)


def _answered(thresholds: dict[str, float]) -> dict[str, float]:
    """Thresholds for the card, where labels that no threshold makes reliable have 1."""
    return {name: min(value, 1.0) for name, value in thresholds.items()}


def _silent(answers: AnswerChoice) -> tuple[str, ...]:
    """The silent labels; SettingError if one is none of the labels."""
    silent = names_of(answers.silent)
    for name in silent:
        if name not in ACTIONS:
            raise SettingError(f"silent: got {name!r}, expected some of {', '.join(ACTIONS)}")
    return silent


def _early(answers: AnswerChoice) -> dict[str, float]:
    """Labels with a threshold of their own; SettingError if one is no label or no probability."""
    early: dict[str, float] = {}
    for text in names_of(answers.early):
        name, _, value = text.partition("=")
        try:
            early[name] = float(value)
        except ValueError:
            early[name] = -1.0
        if name not in ACTIONS or not 0 <= early[name] <= 1:
            raise SettingError(
                f"early: got {text!r}, expected LABEL=PROBABILITY from 0 to 1 with one of the "
                f"labels {', '.join(ACTIONS)}"
            )
    return early


def _scores(model: ActionModel, data: TrainingData) -> dict[str, Any]:
    """Scores of the test people: of each way in actions, of recorded ones, and in no action."""
    scores: dict[str, Any] = {}
    tested: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    tested = {way: (("actions", "idle"), (way,)) for way in WAYS}
    tested["captured"] = (("captured",), WAYS)
    for name, (kinds, ways) in tested.items():
        windows = data.windows("test", kinds, ways)
        named = windows.truth >= 0
        if named.any():
            probabilities = _probabilities(model, windows.images[named])
            truth = windows.truth[named]
            scores[name] = action_scores(probabilities, truth, ACTIONS, model.thresholds)
            _log.info("%s: %s", name, {key: scores[name][key] for key in _LOGGED})
    for way in WAYS:
        windows = data.windows("test", KINDS, (way,))
        images = windows.images[windows.truth < 0]
        if len(images):
            probabilities = _probabilities(model, images)
            scores[f"{way}_others"] = unnamed_scores(probabilities, ACTIONS, model.thresholds)
            _log.info("%s others: %s", way, scores[f"{way}_others"])
    return scores


def _probabilities(model: ActionModel, images: Images) -> npt.NDArray[np.floating]:
    logits = predict_logits(model.network, images)
    return np.asarray(softmax(logits / model.temperature, axis=1))


def _training(sections: dict[str, Any], config: str) -> dict[str, Any]:
    """Data and settings of the training, for the card; folders are removed from file names."""
    settings = {name: asdict(section) for name, section in sections.items() if name != "spmf"}
    files = names_of(settings["data"]["captures"])
    settings["data"]["captures"] = ", ".join(Path(path).name for path in files)
    settings["network"]["genotype"] = Path(settings["network"]["genotype"]).name
    return {
        "data": "people of this package's simulation before random virtual cameras: in actions, in "
        "movements that are none of them, in unnamed gestures that are told apart while training, "
        "and standing about; and people of motion capture, `captures` (CMU: mocap.cs.cmu.edu, free "
        "for research and commercial projects, not to be resold directly; created with funding "
        "from NSF EIA-0196217. ReActIdle: Atxa Landa et al. 2025, MIT). Those called `rendered` "
        "are images that went through the detector, those called `simulated` have simulated errors "
        "of a detector. All are lifted by the lifter with the checksum under `lifter`. People for "
        "calibration and for the scores have other bodies, styles and cameras, or are other "
        "subjects.",
        "lifter": read_card(find_model(LifterSettings().lifter_model), "lifter").sha256,
        "command": f"pose-action train action --config config/{config} --output DIR",
        "settings": settings,
    }
