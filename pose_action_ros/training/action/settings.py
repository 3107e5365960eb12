"""What can be set about training the action model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pose_action_ros.errors import SettingError
from pose_action_ros.recognition.enhanced_spmf import SpmfSettings
from pose_action_ros.settings import from_mapping, setting


@dataclass(frozen=True)
class ActionTraining:
    """One training run."""

    seed: int = setting(1, "of everything random", low=0)
    people: int = setting(700, "simulated people to train on", low=1)
    validation: int = setting(60, "simulated people for calibration", low=1)
    test: int = setting(100, "simulated people for the measured scores", low=1)
    actions_each: int = setting(6, "actions of each simulated person", low=1)
    rendered: str = setting("", "file of `train recordings` to train on besides; empty for none")
    rendered_test: str = setting("", "the same, of other people, to be measured on")
    rendered_share: float = setting(0.3, "part of the samples that is rendered", low=0, high=1)
    window: float = setting(2.0, "length of the windows", unit="s", low=0.2, high=30.0)
    every: float = setting(0.3, "time between windows of a recording", unit="s", low=0.01)
    settle: float = setting(0.7, "how long an action goes on before it counts", unit="s", low=0.0)
    shortest: float = setting(1.0, "least part of a window that is seen", unit="s", low=0.0)
    initial: str = setting("", "checkpoint of another run whose weights to start with")
    epochs: int = setting(20, "passes", low=1)
    samples: int = setting(8000, "augmented windows per pass", low=2)
    fresh_every: int = setting(2, "passes until windows are drawn and augmented anew", low=1)
    batch: int = setting(64, "windows per step", low=2)
    learning_rate: float = setting(3e-3, "at the start; falls along a cosine", low=0.0)
    weight_decay: float = setting(2e-2, "of AdamW", low=0.0)
    label_smoothing: float = setting(0.05, "of the cross entropy", low=0.0, high=0.9)
    width: int = setting(16, "channels of the first layer of the network", low=1)
    dropout: float = setting(0.25, "before the last layers", low=0.0, high=0.95)


def read_training(path: Path) -> tuple[ActionTraining, SpmfSettings]:
    """The settings in a YAML file with the sections `training` and `spmf`, both optional.

    Raises:
        SettingError: not readable, not YAML, or a setting is unknown or not allowed.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise SettingError(f"cannot read the training settings {path}: {error}") from error
    if not isinstance(values, Mapping) or set(values) - {"training", "spmf"}:
        raise SettingError(f"{path} must have the sections 'training' and 'spmf' and no others")
    try:
        training = from_mapping(ActionTraining, _section(values, "training"))
        return training, from_mapping(SpmfSettings, _section(values, "spmf"))
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from None


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = values.get(name) or {}
    if not isinstance(section, Mapping):
        raise SettingError(f"section {name!r} must have names and values, got {section!r}")
    return section
