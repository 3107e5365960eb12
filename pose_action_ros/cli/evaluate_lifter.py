"""`pose-action evaluate lifter`: trained runs on test people, beside the baseline."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.lifter.settings import LifterTraining

DESCRIPTION = (
    "Measure runs of `train lifter` on test people: protocols 1 and 2, PCK, by action and joint, "
    "with exact and detected keypoints and the paper's mix; several runs are other seeds."
)
_DATA = ("detections", "human36m", "human36m_detections")
"""Settings with paths of data, which may have moved since the training."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("runs", nargs="+", type=Path, help="output folders of the runs")
    parser.add_argument(
        "--output", type=Path, default=Path("output/lifter"), help="folder of the report"
    )
    for name in _DATA:
        parser.add_argument("--" + name.replace("_", "-"), default="", help="present path")


def run(args: argparse.Namespace) -> int:
    """Measure, print the tables and write them with a plot."""
    from pose_action_ros.lab.evaluation.lifter_files import markdown, write_report
    from pose_action_ros.lab.training.lifter.run import evaluate, load_run

    moved = {name: value for name in _DATA if (value := getattr(args, name))}
    loaded = [load_run(folder) for folder in args.runs]
    settings = [replace(one, **moved) for one, _ in loaded]
    if len({_data(one) for one in settings}) > 1:
        raise SettingError("the runs have different data; evaluate them one by one")
    report = evaluate([learners.by_name() for _, learners in loaded], settings[0])
    write_report(report, args.output)
    print(markdown(report))  # noqa: T201 - the command's output
    print(f"kept in {args.output}: lifter.md, .csv, .json and .png")  # noqa: T201
    return 0


def _data(settings: LifterTraining) -> tuple[str, ...]:
    return (settings.positions, settings.subjects, *(getattr(settings, name) for name in _DATA))
