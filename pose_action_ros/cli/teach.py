"""`pose-action teach`: new actions for the action model, from a few recordings of each."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import torch

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.training.action.curriculum import Curriculum, TeachSettings
from pose_action_ros.lab.training.action.lessons import lessons_of
from pose_action_ros.lab.training.action.model import WEIGHTS, read_model, write_model
from pose_action_ros.lab.training.action.network import NetworkChoice
from pose_action_ros.lab.training.action.teach import Taught, teach
from pose_action_ros.lab.training.action.teach_report import LeftOut, left_out, table, warnings
from pose_action_ros.models.card import find_model
from pose_action_ros.recording import load_recordings

DESCRIPTION = (
    "Teach the action model new actions from a folder of recordings (see pose-action record), five "
    "or more of each, best of different people. A label that the model knows already adds "
    "recordings to that action."
)
_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder with the recordings")
    parser.add_argument(
        "--output",
        metavar="MODEL.onnx",
        type=Path,
        help="the new model; never one that is there (default: DIR.onnx)",
    )
    add_options(parser, TeachSettings)


def run(args: argparse.Namespace) -> int:
    """Read, teach, measure, write, and say how to use it.

    Raises:
        PoseActionError: recordings, base or options that cannot be used, or an output that is
            there already.
    """
    settings, folder = settings_from(args, TeachSettings), args.folder.expanduser()
    output = free_output((args.output or default_output(folder)).expanduser(), folder)
    torch.set_num_threads(settings.threads)
    recordings = load_recordings(folder)
    base = read_model(find_model(settings.base))
    curriculum = Curriculum(base, lessons_of(recordings, base.spmf), settings)
    _tell(curriculum)
    taught = teach(base, curriculum, settings)
    found = left_out(taught, curriculum)
    _say(f"\n{table(found)}\n{_stayed(taught)}")
    new = {label: one for label, one in found.items() if label not in curriculum.kept}
    for warning in warnings(new):
        _log.warning("%s", warning)
    write_model(
        output,
        taught.model,
        NetworkChoice(),
        _training(curriculum, settings),
        _scores(taught, found),
    )
    _say(
        f"wrote {output}\n"
        f"  ros2 param set /action_node action_model {output.resolve()}\n"
        f"  pose-action process VIDEO --action-model {output}\n"
    )
    return 0


def default_output(folder: Path) -> Path:
    """Beside the folder, with its name."""
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}.onnx")


def free_output(path: Path, folder: Path) -> Path:
    """The path, when a model can be written there and none is.

    Args:
        path: of the .onnx file.
        folder: of the recordings, among which the model's weights would be taken for one.

    Raises:
        SettingError: another ending than .onnx, in the folder, or one of its files is there.
    """
    if path.suffix != ".onnx":
        raise SettingError(f"got the name {path.name!r} for a model, expected one in .onnx")
    if folder.resolve() in path.resolve().parents:
        raise SettingError(f"{path} is among the recordings; give an --output outside {folder}")
    files = (path, path.with_suffix(".json"), path.with_name(path.stem + WEIGHTS))
    for file in files:
        if file.exists():
            raise SettingError(f"{file} is there already; give another --output, or move it away")
    return path


def _tell(curriculum: Curriculum) -> None:
    labels = [lesson.label for lesson in curriculum.lessons]
    for label in curriculum.taught:
        known = " more for an action that is known" if label in curriculum.kept else ""
        _say(f"{label}: {labels.count(label)} recordings{known}\n")
    for label in curriculum.one_sided:
        _say(f"{label}: its other side has no recordings and stays unknown\n")


def _stayed(taught: Taught) -> str:
    if isnan(taught.before):
        return ""
    return (
        "actions that stayed, right on simulated people: "
        f"{100 * taught.before:.1f} % before, {100 * taught.after:.1f} % now\n"
    )


def _training(curriculum: Curriculum, settings: TeachSettings) -> dict[str, Any]:
    """How it was made, for the card; folders are nobody's business."""
    recordings: dict[str, list[str]] = {}
    for lesson in curriculum.lessons:
        recordings.setdefault(lesson.label, []).append(lesson.source)
    return {
        "data": "recordings of the user, and simulated people of this package for the actions "
        "that stayed",
        "recordings": recordings,
        "kept": list(curriculum.kept),
        "command": "pose-action teach DIR",
        "settings": {**asdict(settings), "base": Path(settings.base).name},
    }


def _scores(taught: Taught, found: dict[str, LeftOut]) -> dict[str, Any]:
    scores: dict[str, Any] = {
        "left_out": {label: _rounded(asdict(one)) for label, one in found.items()},
    }
    if not isnan(taught.before):
        scores["stayed"] = _rounded({"before": taught.before, "after": taught.after})
    return scores


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _rounded(value)
        if isinstance(value, dict)
        else round(value, 4)
        if isinstance(value, float)
        else value
        for key, value in values.items()
    }


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
