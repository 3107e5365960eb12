"""`pose-action evaluate lifter`: lifters on any data set, or trained runs on their test people."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, add_output, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.settings import LifterRun
from pose_action_ros.lab.training.lifter.settings import LifterTraining

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.lifter_report import LifterReport

DESCRIPTION = (
    "Measure lifters: protocols 1 and 2, PCK, scores, accelerations, by action, posture, "
    "subject and joint. With --data: the shipped lifter or any model file, on motion capture "
    "before virtual cameras, on Human3.6M, or on recordings with true poses. Without: runs of "
    "`train lifter` on their test people, beside the baseline, with exact and detected "
    "keypoints and the paper's mix; several runs are other seeds."
)
_DATA = ("detections", "human36m", "human36m_detections")
"""Settings with paths of data, which may have moved since the training."""


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "lifters",
        metavar="LIFTER",
        nargs="*",
        help="with --data model files or output folders of runs, by default the shipped "
        "lifter; otherwise output folders of runs",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="PATH",
        help="folder of .bvh files, or of .asf and .amc files; Human3.6M (a folder of "
        "3d-pose-baseline or data_3d_h36m.npz); .npz of joint positions; a recording with true "
        "poses; several times for several",
    )
    add_options(parser, LifterRun)
    add_output(parser, "output/lifter", "folder of the report")
    moved = parser.add_argument_group("Data of runs that have moved")
    for name in _DATA:
        moved.add_argument("--" + name.replace("_", "-"), default="", help="present path")


def run(args: Namespace) -> int:
    """Measure, print the tables and write them with a plot."""
    from pose_action_ros.lab.evaluation.lifter_files import markdown, write_report

    report = _on_data(args) if args.data else _runs(args)
    write_report(report, args.output)
    print(markdown(report))  # noqa: T201 - the command's output
    print(f"kept in {args.output}: lifter.md, .csv, .json and .png")  # noqa: T201
    return 0


def _on_data(args: Namespace) -> LifterReport:
    """Report of model files on data sets; that of a run is lifter.onnx in its folder."""
    from pose_action_ros.lab.evaluation.lifter_data import measure_lifters

    models = [
        str(Path(name) / "lifter.onnx") if Path(name).is_dir() else name
        for name in args.lifters or ["lifter"]
    ]
    return measure_lifters(models, args.data, settings_from(args, LifterRun))


def _runs(args: Namespace) -> LifterReport:
    """Report of runs on their test people."""
    from pose_action_ros.lab.training.lifter.run import evaluate, load_run

    if not args.lifters:
        raise SettingError("got neither runs nor data: name output folders of runs, or use --data")
    moved = {name: value for name in _DATA if (value := getattr(args, name))}
    loaded = [load_run(Path(folder)) for folder in args.lifters]
    settings = [replace(one, **moved) for one, _ in loaded]
    if len({_data(one) for one in settings}) > 1:
        raise SettingError("the runs have different data; evaluate them one by one")
    return evaluate([learners.by_name() for _, learners in loaded], settings[0])


def _data(settings: LifterTraining) -> tuple[str, ...]:
    return (settings.positions, settings.subjects, *(getattr(settings, name) for name in _DATA))
