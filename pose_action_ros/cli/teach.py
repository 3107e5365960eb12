"""`pose-action teach`: teach the action model new actions from a few recordings of each."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.action.settings import TeachSettings

if TYPE_CHECKING:
    from pose_action_ros.lab.training.action.teach import Taught
    from pose_action_ros.lab.training.action.teaching_data import TeachingData

DESCRIPTION = (
    "Teach the action model new actions from recordings: of pose-action record, or of pose-action "
    "process with --labels, which names persons and spans. Five or more of each action, best of "
    "different people. Recordings with a label that the model already has are added to that action."
)
_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folders", metavar="FOLDER", nargs="+", type=Path, help="folder with recordings"
    )
    parser.add_argument(
        "--labels",
        metavar="SPANS.csv",
        type=Path,
        help="labelled spans of the recordings: columns recording, person, start, end, label",
    )
    parser.add_argument(
        "--output",
        metavar="MODEL.onnx",
        type=Path,
        help="the new model; existing files are never replaced (default: FOLDER.onnx)",
    )
    add_options(parser, TeachSettings)


def run(args: argparse.Namespace) -> int:
    """Read, teach, test, write, and print how to use the model.

    Raises:
        PoseActionError: recordings, base or options that cannot be used, or an output that exists.
    """
    settings = settings_from(args, TeachSettings)
    folders = [folder.expanduser() for folder in args.folders]
    output = (args.output or default_output(folders[0])).expanduser()
    import torch

    from pose_action_ros.lab.training.action import report
    from pose_action_ros.lab.training.action.demonstrations import demonstrations_of
    from pose_action_ros.lab.training.action.model import WEIGHTS, read_model, write_model
    from pose_action_ros.lab.training.action.teach import teach
    from pose_action_ros.lab.training.action.teaching_data import TeachingData
    from pose_action_ros.labels import load_recordings
    from pose_action_ros.models.card import find_model

    check_output(output, folders, WEIGHTS)
    torch.set_num_threads(settings.threads)
    base = read_model(find_model(settings.base))
    recordings = load_recordings(folders, args.labels, lead=base.window)
    data = TeachingData(base, demonstrations_of(recordings, base.spmf), settings)
    _print_recordings(data)
    taught = teach(base, data, settings)
    results = report.held_out_results(taught, data)
    _print(f"\n{report.table(results)}\n{_kept_actions(taught)}")
    new = {label: one for label, one in results.items() if label not in data.kept}
    for warning in report.warnings(new):
        _log.warning("%s", warning)
    write_model(
        output,
        taught.model,
        report.card_training(data, settings),
        report.card_scores(taught, results),
    )
    _print(
        f"wrote {output}\n"
        f"  ros2 param set /action_node action_model {output.resolve()}\n"
        f"  pose-action process VIDEO --action-model {output}\n"
    )
    return 0


def default_output(folder: Path) -> Path:
    """Path beside the folder, with its name."""
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}.onnx")


def check_output(path: Path, folders: Sequence[Path], weights: str) -> None:
    """Check that a model can be written without replacing a file.

    Args:
        path: of the .onnx file.
        folders: of the recordings, among which the model's weights would be read as a recording.
        weights: suffix of the file of weights.

    Raises:
        SettingError: another suffix than .onnx, a path in a folder, or an existing file.
    """
    if path.suffix != ".onnx":
        raise SettingError(f"got the name {path.name!r} for a model, expected one in .onnx")
    for folder in folders:
        if folder.resolve() in path.resolve().parents:
            raise SettingError(f"{path} is among the recordings; give an --output outside {folder}")
    for file in (path, path.with_suffix(".json"), path.with_name(path.stem + weights)):
        if file.exists():
            raise SettingError(f"{file} already exists; choose another --output, or remove it")


def _print_recordings(data: TeachingData) -> None:
    labels = [demonstration.label for demonstration in data.demonstrations]
    for label in data.taught:
        known = ", added to an action of the base" if label in data.kept else ""
        _print(f"{label}: {labels.count(label)} recordings{known}\n")
    for label in data.one_sided:
        _print(f"{label}: its other side has no recordings and stays unknown\n")


def _kept_actions(taught: Taught) -> str:
    if isnan(taught.before):
        return ""
    return (
        "accuracy of the kept actions on simulated people: "
        f"{100 * taught.before:.1f} % before, {100 * taught.after:.1f} % now\n"
    )


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
