"""Settings of a training or evaluation from a YAML file with sections. No heavy imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pose_action_ros.errors import SettingError
from pose_action_ros.settings import Settings, from_mapping


def read_sections(
    path: Path, sections: Mapping[str, type[Settings]], changes: Sequence[str] = ()
) -> dict[str, Any]:
    """Read settings objects from a YAML file with these sections, each optional.

    Args:
        path: the file.
        sections: settings class by name of section.
        changes: of settings in the file, each SECTION.NAME=VALUE.

    Raises:
        SettingError: not readable, not YAML, or a section or setting is unknown or not allowed.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise SettingError(f"cannot read the settings {path}: {error}") from error
    if not isinstance(values, Mapping) or set(values) - set(sections):
        raise SettingError(f"{path} must have the sections {', '.join(sections)} and no others")
    changed = _changes(changes, sections)
    try:
        return {
            name: from_mapping(settings, {**_section(values, name), **changed[name]})
            for name, settings in sections.items()
        }
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from None


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = values.get(name) or {}
    if not isinstance(section, Mapping):
        raise SettingError(f"section {name!r} must have names and values, got {section!r}")
    return section


def _changes(changes: Sequence[str], sections: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Changed values by section and name."""
    changed: dict[str, dict[str, Any]] = {section: {} for section in sections}
    for change in changes:
        place, equals, value = change.partition("=")
        section, _, name = place.partition(".")
        if section not in changed or not name or not equals:
            choices = ", ".join(changed)
            raise SettingError(
                f"got the change {change!r}, expected SECTION.NAME=VALUE with one of {choices}"
            )
        try:
            changed[section][name] = yaml.safe_load(value) if value else ""
        except yaml.YAMLError as error:
            raise SettingError(f"the change {change!r} has no YAML value: {error}") from error
    return changed
