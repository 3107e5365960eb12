"""Training of the action model on simulated and recorded people, with tests and model files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.action.calibration import (
    calibrate,
    strict_thresholds,
    unreliable,
)
from pose_action_ros.lab.training.action.data import TrainingData
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.model import NONE, ActionModel, write_model
from pose_action_ros.lab.training.action.sections import read_sections
from pose_action_ros.lab.training.action.settings import (
    KINDS,
    WAYS,
    ActionData,
    AnswerChoice,
    Fitting,
    NetworkChoice,
)
from pose_action_ros.lab.training.action.steps import (
    described,
    fitted,
    fitted_member,
    scores_of_labels,
    scores_of_others,
)
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
DATA = (
    "people of this package's simulation before random virtual cameras: in actions, in movements "
    "that are none of them, in unnamed gestures that are additional classes of the training, and "
    "standing about; and people of motion capture, `captures` (CMU, salsa and Indian dances among "
    "it: mocap.cs.cmu.edu, free for research and commercial projects, not to be resold directly; "
    "created with funding from NSF EIA-0196217. ReActIdle: Atxa Landa et al. 2025, MIT). Those "
    "called `rendered` are images that went through the detector, those called `simulated` have "
    "simulated errors of a detector. All are lifted by the lifter with the checksum under "
    "`lifter`. People for calibration and for the scores have other bodies, styles and cameras, or "
    "are other subjects."
)
"""Sentences of the card about the data."""
_LOGGED = ("windows", "accuracy", "balanced_accuracy", "unknown", "accuracy_when_known")


def train(config: Path, output: Path, changes: Sequence[str] = (), member: int = 0) -> Path | None:
    """Make the people (once), train or resume, calibrate, test, and write the model.

    Args:
        config: YAML file with SECTIONS.
        output: folder for people, checkpoint, curve and action.onnx.
        changes: of settings of the file, SECTION.NAME=VALUE.
        member: number, from 1, of the one network of an ensemble that is trained, so that others
            may be trained at the same time; 0 for all, and the model.

    Returns:
        Path of the .onnx file; None for one member.

    Raises:
        PoseActionError: settings, motion capture or files of people cannot be used.
    """
    sections = read_sections(config, SECTIONS, changes)
    data = data_of(config, output, changes)
    data.make_people()
    silent, early = _silent(sections["answers"]), _early(sections["answers"])
    prior = _prior(sections["answers"])
    torch.set_num_threads(min(2, torch.get_num_threads()))
    validation = data.windows("validation")
    named = validation.truth >= 0
    images, truth = validation.images[named], validation.truth[named]
    arguments = sections, data.examples(), (images, truth), _spare(sections["data"]), output
    if member:
        fitted_member(*arguments, _number(member, sections["network"]))
        return None
    network = fitted(*arguments)
    answers = sections["answers"]
    logits, others = (predict_logits(network, validation.images[part]) for part in (named, ~named))
    chosen = calibrate(logits, truth, others, answers.wrong)
    least = chosen.threshold if answers.unknown_below < 0 else answers.unknown_below
    held_out = chosen.probabilities, chosen.truth
    thresholds = strict_thresholds(*held_out, least, answers.lost).tolist()
    too_often_wrong = unreliable(*held_out, answers.wrong_each)
    unsaid = {name for name, bad in zip(ACTIONS, too_often_wrong, strict=True) if bad} | {*silent}
    model = ActionModel(
        network,
        ACTIONS,
        sections["spmf"],
        sections["data"].window,
        chosen.temperature,
        {**dict(zip(ACTIONS, thresholds, strict=True)), **early},
        tuple(name for name in ACTIONS if name in unsaid),
        prior,
    )
    path = output / "action.onnx"
    training = described(sections, DATA, "action", config)
    files = names_of(sections["data"].captures)
    training["settings"]["data"]["captures"] = ", ".join(Path(file).name for file in files)
    write_model(path, model, training, _scores(model, data))
    _log.info("wrote %s", path)
    return path


def _number(member: int, choice: NetworkChoice) -> int:
    """Index of a member; SettingError if there is none."""
    if not 1 <= member <= choice.count:
        raise SettingError(f"member: got {member}, expected 1 to {choice.count}, as many as set")
    return member - 1


def data_of(config: Path, output: Path, changes: Sequence[str] = ()) -> TrainingData:
    """The people and windows of `train` with the same arguments."""
    sections = read_sections(config, SECTIONS, changes)
    return TrainingData(sections["data"], sections["spmf"], output)


def _spare(data: ActionData) -> int:
    """Number of spare outputs: of the gestures, at least one for movements that are no action."""
    return max(data.gestures, 1)


def _silent(answers: AnswerChoice) -> tuple[str, ...]:
    """The silent labels; SettingError if one is none of the labels."""
    silent = names_of(answers.silent)
    for name in silent:
        if name not in ACTIONS:
            raise SettingError(f"silent: got {name!r}, expected some of {', '.join(ACTIONS)}")
    return silent


def _early(answers: AnswerChoice) -> dict[str, float]:
    """Labels with a threshold of their own; SettingError if one is no label or no probability."""
    early = _numbers(answers.early)
    for text, (name, value) in early.items():
        if name not in ACTIONS or not 0 <= value <= 1:
            raise SettingError(
                f"early: got {text!r}, expected LABEL=PROBABILITY from 0 to 1 with one of the "
                f"labels {', '.join(ACTIONS)}"
            )
    return dict(early.values())


def _prior(answers: AnswerChoice) -> dict[str, float]:
    """The prior by label; SettingError if one is no label or no frequency."""
    prior = _numbers(answers.prior)
    for text, (name, value) in prior.items():
        if name not in (*ACTIONS, NONE) or not 0 < value < inf:
            raise SettingError(
                f"prior: got {text!r}, expected LABEL=FACTOR above 0 with {NONE} or one of the "
                f"labels {', '.join(ACTIONS)}"
            )
    return dict(prior.values())


def _numbers(texts: str) -> dict[str, tuple[str, float]]:
    """Name and number of each NAME=NUMBER, separated by commas; -1 for another text."""
    found = {}
    for text in names_of(texts):
        name, _, value = text.partition("=")
        try:
            found[text] = name, float(value)
        except ValueError:
            found[text] = name, -1.0
    return found


def _scores(model: ActionModel, data: TrainingData) -> dict[str, Any]:
    """Scores of the test people: of each way in actions, of recorded ones, and in no action."""
    scores: dict[str, Any] = {}
    tested: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    tested = {way: (("actions", "idle"), (way,)) for way in WAYS}
    tested["captured"] = (("captured",), WAYS)
    for name, (kinds, ways) in tested.items():
        windows = data.windows("test", kinds, ways)
        if (windows.truth >= 0).any():
            scores[name] = scores_of_labels(model, windows.images, windows.truth)
            _log.info("%s: %s", name, {key: scores[name][key] for key in _LOGGED})
    for way in WAYS:
        windows = data.windows("test", KINDS, (way,))
        if (windows.truth < 0).any():
            scores[f"{way}_others"] = scores_of_others(model, windows.images, windows.truth)
            _log.info("%s others: %s", way, scores[f"{way}_others"])
    return scores
