"""`pose-action evaluate lifter`: trained runs on held-out people, beside the baseline."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.lifter_report import DETECTED, EXACT, MIXED, Row, lifter_report
from pose_action_ros.lab.evaluation.lifter_tables import markdown, write_report
from pose_action_ros.lab.training.lifter.learners import BASELINE, STREAMS, Learner
from pose_action_ros.lab.training.lifter.open_source import held_out
from pose_action_ros.lab.training.lifter.run import load_run
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.sources import HeldOut, poses_of

DESCRIPTION = (
    "Measure runs of `train lifter` on held-out people: protocols 1 and 2, PCK, by action and "
    "joint, with exact and detected keypoints and the paper's mix; several runs are other seeds."
)
_DATA = ("detections", "human36m", "human36m_detections")
"""Settings that say where data are, which may be elsewhere than when the run was trained."""
_METHODS = {"": "ours", BASELINE: "baseline"}

Array = npt.NDArray[np.float64]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("runs", nargs="+", type=Path, help="output folders of the runs")
    parser.add_argument(
        "--output", type=Path, default=Path("output/lifter"), help="folder of the report"
    )
    for name in _DATA:
        parser.add_argument("--" + name.replace("_", "-"), default="", help="where it is now")


def run(args: argparse.Namespace) -> int:
    """Measure, print the tables and keep them with a picture."""
    moved = {name: value for name in _DATA if (value := getattr(args, name))}
    loaded = [load_run(folder) for folder in args.runs]
    settings = [replace(one, **moved) for one, _ in loaded]
    if len({_data(one) for one in settings}) > 1:
        raise SettingError("the runs are of other data, they can only be measured one by one")
    people = held_out(settings[0])
    found: dict[Row, list[Array]] = {}
    for _, learners in loaded:
        for row, poses in _predictions(learners.by_name(), people).items():
            found.setdefault(row, []).append(poses)
    report = lifter_report(people.truth, found, people.groups)
    write_report(report, args.output)
    print(markdown(report))  # noqa: T201 - the command's output
    print(f"kept in {args.output}: lifter.md, .csv, .json and .png")  # noqa: T201
    return 0


def _data(settings: LifterTraining) -> tuple[str, ...]:
    return (settings.positions, settings.subjects, *(getattr(settings, name) for name in _DATA))


def _predictions(learners: Mapping[str, Learner], people: HeldOut) -> dict[Row, Array]:
    """Poses like the truth, of each method with each kind of keypoints.

    A stream gets the keypoints that it was trained on; "both streams" is the paper's mean where
    the detector's are all there is.
    """
    found: dict[Row, Array] = {}
    for suffix, method in _METHODS.items():
        exact, detected = (learners.get(name + suffix) for name in STREAMS)
        if exact is None or detected is None:
            continue
        first, second = poses_of(exact, people.exact), poses_of(detected, people.detected)
        found[Row(method, EXACT)] = first
        found[Row(method, DETECTED)] = second
        found[Row(method, MIXED)] = (first + second) / 2
        both = (poses_of(exact, people.detected) + second) / 2
        found[Row(f"{method}, both streams", DETECTED)] = both
    return found
