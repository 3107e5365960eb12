"""`pose-action train` and `export`: one class per command."""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser, Namespace
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import yaml

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.lifter.settings import VARIANTS, DetectionRun, LifterTraining
from pose_action_ros.settings import from_mapping

_LOG = logging.getLogger(__name__)
KEEP_EVERY = 10  # recordings after which the file is written, so that a run can be resumed


class Lifter:
    """`train lifter`: train, measure, export, write the card."""

    DESCRIPTION = "Train the 2D to 3D lifter and export it with its card."

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--config", type=Path, required=True, help="YAML file of settings")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="replace a setting of the file; may be repeated",
        )

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
        parser.add_argument("--config", type=Path, required=True, help="YAML, see config/")
        parser.add_argument(
            "--output",
            type=Path,
            required=True,
            help="folder for checkpoint, curve and action.onnx",
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Train, or resume, and write the model."""
        from pose_action_ros.lab.training.action.train import train

        train(args.config, args.output)
        return 0


class Recordings:
    """`train recordings`: keypoints of rendered people for `train action`."""

    DESCRIPTION = (
        "Render simulated people, or motion capture, detect and track their keypoints, for `train "
        "action`."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--output", type=Path, required=True, help="file to write, or to resume"
        )
        parser.add_argument("--people", type=int, default=130, help="recordings (%(default)s)")
        parser.add_argument("--actions", type=int, default=3, help="actions of each (%(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="random seed (%(default)s)")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument(
            "--positions",
            type=Path,
            help="CMU positions file: its people instead of simulated ones",
        )
        kind.add_argument("--idle", action="store_true", help="people who only stand about")
        kind.add_argument(
            "--gestures", type=int, default=0, help="people who perform this number of gestures"
        )
        parser.add_argument(
            "--split", choices=("train", "test"), default="train", help="of the positions file"
        )
        parser.add_argument("--threads", type=int, default=2, help="CPU threads (%(default)s)")

    @staticmethod
    def run(args: Namespace) -> int:
        """Write the file, or complete the file of an earlier run."""
        import numpy as np
        from tqdm import tqdm

        from pose_action_ros.detection import DetectorSettings, make_detector
        from pose_action_ros.lab.training.action import people
        from pose_action_ros.lab.training.action.data import NAMES
        from pose_action_ros.lab.training.action.gestures import gesture_names
        from pose_action_ros.lab.training.action.labelled import load_keypoints, save_keypoints

        detector = make_detector(DetectorSettings(detector_threads=args.threads, max_people=1))
        names = gesture_names(args.gestures) if args.gestures else NAMES
        record = partial(people.rendered_person, actions=args.actions, detector=detector)
        if args.gestures:
            record = partial(
                people.rendered_gestures, names=names, count=args.actions, detector=detector
            )
        elif args.idle:
            record = partial(people.rendered_idle_person, detector=detector)
        elif args.positions:
            captured = people.captured_actions(args.positions, args.split)
            record = partial(
                people.captured_person, people=captured, names=NAMES, detector=detector
            )
        done = load_keypoints(args.output, names) if args.output.is_file() else []
        for number in tqdm(range(len(done), args.people), "recordings", disable=None):
            detector.reset()
            done.append(record(np.random.default_rng([args.seed, number])))
            if len(done) % KEEP_EVERY == 0 or len(done) == args.people:
                save_keypoints(args.output, done, names)
        _LOG.info("%d recordings in %s", len(done), args.output)
        return 0
