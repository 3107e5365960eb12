"""Settings of training the action model: files, thresholds, silent and early labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pose_action_ros.cli import evaluate_action, search
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.action import train as train_module
from pose_action_ros.lab.training.action.sections import read_sections
from pose_action_ros.lab.training.action.settings import (
    ActionData,
    AnswerChoice,
    Fitting,
)
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.spmf_settings import check

CONFIG = Path(__file__).parents[4] / "config"
SECTIONS = {"data": ActionData, "fitting": Fitting, "spmf": SpmfSettings}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fitting: {epoch: 3}", "epoch"),
        ("fitting: {epochs: 0}", "epochs"),
        ("spmf: {height: big}", "height"),
        ("data: 3", "data"),
        ("data: {people: 3}", "people"),
        ("model: {}", "sections"),
        ("data: {", "cannot read"),
    ],
)
def test_invalid_settings_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_sections(path, SECTIONS)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("train_action", train_module),
        ("search_action", search),
        ("evaluate_msr_action3d", evaluate_action),
        ("evaluate_msr_action3d_levels", evaluate_action),
        ("evaluate_sbu_kinect", evaluate_action),
        ("evaluate_sbu_kinect_levels", evaluate_action),
    ],
)
def test_the_configurations_of_the_package_are_valid(name: str, module: Any) -> None:
    sections = read_sections(CONFIG / f"{name}.yaml", module.SECTIONS)
    check(sections["spmf"])


def test_thresholds_and_silent_labels_are_settings(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {unknown_below: 0.6, silent: 'pointing, bowing'}", encoding="utf-8")
    answers = read_sections(path, train_module.SECTIONS)["answers"]
    assert (answers.unknown_below, answers.wrong) == (0.6, 0.1)
    assert train_module._silent(answers) == ("pointing", "bowing")
    with pytest.raises(SettingError, match=r"silent: got 'flying', expected some of standing, "):
        train_module._silent(replace(answers, silent="flying"))


def test_a_prior_has_labels_and_factors() -> None:
    answers = AnswerChoice(prior="raising_hand=2.5, none=0.5")
    assert train_module._prior(answers) == {"raising_hand": 2.5, "none": 0.5}
    assert train_module._prior(AnswerChoice()) == {}
    for wrong in ("flying=2", "falling", "falling=0", "falling=-1", "falling=inf", "falling=low"):
        with pytest.raises(SettingError, match=rf"prior: got '{wrong}', expected LABEL=FACTOR"):
            train_module._prior(AnswerChoice(prior=wrong))


def test_early_labels_have_thresholds_of_their_own() -> None:
    answers = AnswerChoice(early="falling=0.2, lying=0.4")
    assert train_module._early(answers) == {"falling": 0.2, "lying": 0.4}
    assert train_module._early(AnswerChoice()) == {}
    for wrong in ("flying=0.2", "falling", "falling=2", "falling=low"):
        with pytest.raises(SettingError, match=rf"early: got '{wrong}', expected LABEL="):
            train_module._early(AnswerChoice(early=wrong))
