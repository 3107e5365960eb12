"""`pose-action train` and `export`: one class per command."""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser, Namespace
from dataclasses import fields, replace
from pathlib import Path

import yaml

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.lifter.settings import VARIANTS, DetectionRun, LifterTraining
from pose_action_ros.settings import from_mapping

_LOG = logging.getLogger(__name__)
_OF_SECTION = "SECTION.NAME=VALUE"


class Lifter:
    """`train lifter`: train, measure, export, write the card."""

    DESCRIPTION = "Train the 2D to 3D lifter and export it with its card."

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        _add_settings(parser, "NAME=VALUE")

    @staticmethod
    def run(args: Namespace) -> int:
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


class Export:
    """`export`: the lifter of a run as ONNX with its card, checked against PyTorch."""

    DESCRIPTION = "Write the lifter of a training run as an ONNX file with its card."

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("run", type=Path, help="output folder of `pose-action train lifter`")
        parser.add_argument("--model", type=Path, required=True, help="file to write (.onnx)")
        parser.add_argument(
            "--streams",
            choices=VARIANTS,
            default="",
            help="streams for the detector's keypoints (default: the most accurate)",
        )
        parser.add_argument(
            "--detections", default="", help="present path of the run's file of detections"
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Export and print the figures."""
        from pose_action_ros.lab.training.lifter.run import load_run
        from pose_action_ros.lab.training.lifter.ship import ship

        settings, learners = load_run(args.run)
        settings = replace(
            settings, model=str(args.model), detections=args.detections or settings.detections
        )
        card = ship(learners, settings, "pose-action train lifter", args.streams)
        print(json.dumps(card.scores, indent=2))  # noqa: T201 - the command's output
        return 0


class Detections:
    """`train detections`: the 2D detector's keypoints of rendered people."""

    DESCRIPTION = (
        "Run the 2D detector on rendered people, so that `train lifter` learns its errors."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        add_options(parser, DetectionRun)

    @staticmethod
    def run(args: Namespace) -> int:
        """Make the file."""
        from pose_action_ros.lab.training.lifter.rendering import make_detections

        settings = settings_from(args, DetectionRun)
        _LOG.info("%d detections in %s", make_detections(settings), settings.output)
        return 0


class Action:
    """`train action`: train the action model."""

    DESCRIPTION = "Train the action model on simulated and recorded people."

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        _add_settings(parser, _OF_SECTION)
        _add_folder(parser, "people, checkpoint, curve and action.onnx")
        parser.add_argument("--people-only", action="store_true", help="make the people, and stop")
        parser.add_argument(
            "--member",
            type=int,
            default=0,
            metavar="NUMBER",
            help="train this one of the networks alone, so that several processes train at the "
            "same time; the command without it joins them (default: all, and the model)",
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Make the people, train, or resume either, and write the model."""
        from pose_action_ros.lab.training.action.train import data_of, train

        if args.people_only:
            data_of(args.config, args.output, args.set).make_people()
        else:
            train(args.config, args.output, args.set, args.member)
        return 0


class Interaction:
    """`train interaction`: train the model of interactions of two people."""

    DESCRIPTION = "Train the model of interactions on simulated pairs of people."

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        _add_settings(parser, _OF_SECTION)
        _add_folder(parser, "pairs, checkpoint, curve and interaction.onnx")

    @staticmethod
    def run(args: Namespace) -> int:
        """Simulate the pairs, train, or resume either, and write the model."""
        from pose_action_ros.lab.training.interaction.train import train

        train(args.config, args.output, args.set)
        return 0


def _add_settings(parser: ArgumentParser, change: str) -> None:
    """Add the options of the file of settings; `change` is the form of a replaced one."""
    parser.add_argument("--config", type=Path, required=True, help="YAML file, see config/")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=change,
        help="replace a setting of the file; may be repeated",
    )


def _add_folder(parser: ArgumentParser, contents: str) -> None:
    """Add the option of the output folder."""
    parser.add_argument("--output", type=Path, required=True, help=f"folder for {contents}")
