"""The command `pose-action`: a table of commands, each imported when it is used.

A command is a module, or a class in one, with DESCRIPTION, configure(parser) and run(args) -> exit
code. Its options need none of the packages that it works with: these are imported in `run`.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from pose_action_ros import __version__
from pose_action_ros.errors import PoseActionError
from pose_action_ros.stopping import interruptible

COMMANDS: Mapping[str, tuple[str, str]] = {
    # name: (module in this package, with a class after a colon; help)
    "process": (
        "process",
        "find people and their actions in a video, images, a bag or a webcam, without ROS",
    ),
    "record": ("record", "record poses of a person's action, to teach it"),
    "models list": ("models:List", "list the model files and their terms"),
    "models get": ("models:Get", "download models by name"),
    "models add": ("models:Add", "add an OpenPose network (.onnx) from elsewhere"),
    "models convert-openpose": (
        "models:ConvertOpenPose",
        "convert a Caffe file of OpenPose to ONNX",
    ),
    "doctor": ("doctor", "check this machine and explain the remedies"),
    "build-engine": ("build_engine", "build TensorRT engines of models in advance"),
    "teach": ("teach", "teach the action model new actions from recordings"),
    "train lifter": ("train:Lifter", "train the 2D to 3D lifter"),
    "train action": ("train:Action", "train the action model"),
    "train interaction": ("train:Interaction", "train the model of two people's interactions"),
    "train detections": ("train:Detections", "make detections to train the lifter on"),
    "search": ("search", "search for the cells of an action network with ENAS"),
    "evaluate lifter": ("evaluate_lifter", "measure trained lifters on held-out people"),
    "evaluate action": ("evaluate_action", "measure action networks on a data set"),
    "evaluate interaction": ("evaluate_scenes:Interaction", "measure the model of interactions"),
    "evaluate chain": ("evaluate_scenes:Chain", "measure detector, tracker and lifter together"),
    "evaluate detector": ("evaluate_detector", "measure detectors on simulated or COCO images"),
    "evaluate visibility": (
        "evaluate_scenes:Visibility",
        "measure scores of hidden and outside joints",
    ),
    "evaluate recogniser": (
        "evaluate_recogniser",
        "measure answers on simulated people, or on films with labels",
    ),
    "evaluate falls": (
        "evaluate_scenes:Falls",
        "measure answers for simulated falls, and false falls",
    ),
    "export": ("train:Export", "write a trained lifter as ONNX"),
}
GROUPS: Mapping[str, str] = {
    "models": "list, download, add and convert model files",
    "train": "train a model, or make data to train on",
    "evaluate": "measure a model, or all stages together",
}
"""First words of commands with two."""
_DEFAULTS = {"models": "models list"}

_EXTRAS: Mapping[str, str] = {
    **dict.fromkeys(("torch", "lightning_fabric", "onnx", "h5py", "matplotlib", "scipy"), "train"),
    **dict.fromkeys(("tensorrt", "cuda"), "tensorrt"),
    "pycocotools": "coco",
    "ray": "ray",
    **dict.fromkeys(("numpy", "cv2", "yaml", "tqdm", "rosbags", "onnxruntime"), ""),
}
"""Extra of the installation that has each module; empty for the installation without extras."""
_LAB = "pose_action_ros.lab"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: of the command line; None for those of the process.

    Returns:
        0 on success, 1 after an error, 130 after Ctrl-C, 143 after SIGTERM. Wrong options exit
        with 2.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with interruptible() as interruption:
        try:
            code = _run_words(words)
        except KeyboardInterrupt:
            sys.stderr.write("interrupted\n")
            code = INTERRUPTED
    return interruption.code if code == INTERRUPTED else code


def _run_words(words: list[str]) -> int:
    """Run the command that the words begin with; write errors of this package on stderr."""
    name = _name(words)
    if not name:
        group = words[0] if words and words[0] in GROUPS else ""
        _overview(group).parse_args((words[1:] if group else words) or ["--help"])
        return 0
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return _run(name, words[len(name.split()) :])
    except PoseActionError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        remedy = _remedy(error.name or "")
        if not remedy:
            raise
        return _fail(f"{name} needs {remedy}")


def _name(words: Sequence[str]) -> str:
    """Name of the command that the words begin with; empty for none."""
    for count in (2, 1):
        name = " ".join(words[:count])
        if name in COMMANDS:
            return name
    return _DEFAULTS.get(" ".join(words), "")


def _run(name: str, words: Sequence[str]) -> int:
    """Import the command, parse its options and run it."""
    module, _, member = COMMANDS[name][0].partition(":")
    command: Any = import_module(f"{__name__}.{module}")
    command = getattr(command, member) if member else command
    parser = argparse.ArgumentParser(f"pose-action {name}", description=command.DESCRIPTION)
    command.configure(parser)
    return int(command.run(parser.parse_args(words)))


def _overview(group: str) -> argparse.ArgumentParser:
    """Parser of the names of all commands, or of those of one group."""
    if group:
        head = f"pose-action {group}"
        rows = {
            name.partition(" ")[2]: text
            for name, (_, text) in COMMANDS.items()
            if name.startswith(f"{group} ")
        }
    else:
        head = "pose-action"
        first = {name.partition(" ")[0]: text for name, (_, text) in COMMANDS.items()}
        rows = {name: GROUPS.get(name, text) for name, text in first.items()}
    lines = [f"  {name:<16} {text}" for name, text in rows.items()]
    parser = argparse.ArgumentParser(
        head,
        description=GROUPS.get(group, "People's keypoints, poses and actions from camera images."),
        epilog="\n".join(["commands:", *lines, "", f"{head} COMMAND --help lists the options."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if not group:
        parser.add_argument("--version", action="version", version=f"{head} {__version__}")
    parser.add_argument("command", choices=rows, metavar="COMMAND", help="see below")
    return parser


def _remedy(module: str) -> str:
    """Name a missing package and its installation; empty for a module that is not ours to name."""
    if module == _LAB or module.startswith(f"{_LAB}."):
        return (
            "the lab, which this installation lacks: run pip install '.[train]' in the source "
            "folder, or build it with colcon build --cmake-args -DLAB=ON"
        )
    package = module.partition(".")[0]
    if package not in _EXTRAS:
        return ""
    extra = f"[{_EXTRAS[package]}]" if _EXTRAS[package] else ""
    return f"{package}: run pip install '.{extra}' in the source folder"


def _fail(reason: str) -> int:
    sys.stderr.write(f"pose-action: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
