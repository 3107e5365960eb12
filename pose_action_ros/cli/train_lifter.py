"""`pose-action train lifter`: train, measure, export, write the card."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import fields
from pathlib import Path

import yaml

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.settings import from_mapping

DESCRIPTION = "Train the 2D to 3D lifter and export it with its card."

_LOG = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, help="YAML file of settings")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="replace a setting of the file; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Train with the settings of the file, then export the lifter for robots."""
    from pose_action_ros.lab.training.lifter.ship import ship
    from pose_action_ros.lab.training.lifter.train import train

    settings = read_settings(args.config, args.set)
    learners = train(settings)
    if learners is None:  # the first process of the same run continues
        return 0
    if settings.human36m:
        _LOG.info("evaluate it with `pose-action evaluate lifter %s`", settings.output)
        return 0
    card = ship(learners, settings, f"pose-action train lifter --config {args.config}")
    print(json.dumps(card.scores, indent=2))  # noqa: T201 - the command's output
    return 0


def read_settings(path: Path, changes: list[str]) -> LifterTraining:
    """Read settings from a YAML file, with changes NAME=VALUE.

    Paths are relative to the current folder.

    Raises:
        SettingError: no such file, no YAML mapping, or an invalid setting.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        for change in changes:
            name, _, value = change.partition("=")
            values[name] = yaml.safe_load(value) if value else ""
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise SettingError(f"{path} is no YAML file of settings: {error}") from error
    if not isinstance(values, dict):
        names = ", ".join(item.name for item in fields(LifterTraining))
        raise SettingError(f"{path}: expected lines `name: value` with names of {names}")
    return from_mapping(LifterTraining, values)
