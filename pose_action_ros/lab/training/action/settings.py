"""What can be set about training the action model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pose_action_ros.errors import SettingError
from pose_action_ros.settings import Settings, from_mapping, setting


@dataclass(frozen=True)
class ActionData(Settings):
    """The people that the action model learns from."""

    seed: int = setting(1, "of everything random", low=0)
    people: int = setting(1200, "simulated people to train on", low=1)
    validation: int = setting(100, "simulated people for calibration", low=1)
    test: int = setting(100, "simulated people for the measured scores", low=1)
    actions_each: int = setting(6, "actions of each simulated person", low=1)
    rendered: str = setting(
        "", "files of `train recordings` to train on besides, with spaces between; empty for none"
    )
    rendered_share: float = setting(0.3, "part of the images", low=0, high=1)
    rendered_test: str = setting("", "the same, of other people, to be measured on")
    recorded: str = setting("", "files of `train recordings --positions`; empty for none")
    recorded_share: float = setting(0.1, "part of the images", low=0, high=1)
    idle: str = setting("", "files of `train recordings --idle`; empty for none")
    idle_share: float = setting(0.12, "part of the images", low=0, high=1)
    gestures: int = setting(
        48, "made-up gestures to be told apart while training; 0 for none", low=0, high=1000
    )
    gesture_people: int = setting(300, "simulated people who make them", low=1)
    gesture_share: float = setting(0.15, "part of the images", low=0, high=1)
    rendered_gestures: str = setting(
        "", "files of `train recordings --gestures`, of so many; empty for none"
    )
    rendered_gesture_share: float = setting(0.1, "part of the images", low=0, high=1)
    window: float = setting(2.0, "length of the windows", unit="s", low=0.2, high=30.0)
    every: float = setting(0.3, "time between windows of a recording", unit="s", low=0.01)
    settle: float = setting(0.6, "how long an action goes on before it counts", unit="s", low=0.0)
    shortest: float = setting(1.0, "least part of a window that is seen", unit="s", low=0.0)


def read_sections(path: Path, sections: Mapping[str, type[Settings]]) -> dict[str, Any]:
    """Settings objects from a YAML file with these sections, each optional.

    Args:
        path: of the file.
        sections: name and settings class of each.

    Raises:
        SettingError: not readable, not YAML, or a section or setting is unknown or not allowed.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise SettingError(f"cannot read the settings {path}: {error}") from error
    if not isinstance(values, Mapping) or set(values) - set(sections):
        raise SettingError(f"{path} must have the sections {', '.join(sections)} and no others")
    try:
        return {
            name: from_mapping(settings, _section(values, name))
            for name, settings in sections.items()
        }
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from None


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = values.get(name) or {}
    if not isinstance(section, Mapping):
        raise SettingError(f"section {name!r} must have names and values, got {section!r}")
    return section
