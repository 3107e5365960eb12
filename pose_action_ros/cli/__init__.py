"""The command `pose-action`: each of its commands is a module that is imported when it is used.

Such a module has DESCRIPTION, configure(parser) and run(args) -> exit code.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from pose_action_ros import __version__
from pose_action_ros.errors import PoseActionError

COMMANDS: Mapping[str, tuple[str, str]] = {
    # name: (module, what it does)
    "process": (
        "pose_action_ros.cli.process",
        "find people and their actions in a video, image folder, bag or webcam, without ROS",
    ),
    "record": (
        "pose_action_ros.cli.record",
        "record people's poses while they do something, to teach it",
    ),
    "models": ("pose_action_ros.cli.models", "list, fetch and check the model files"),
    "doctor": ("pose_action_ros.cli.doctor", "check this machine and say what to mend"),
    "build-engine": (
        "pose_action_ros.cli.build_engine",
        "build a model's TensorRT engine before a node first needs it",
    ),
    "train": (
        "pose_action_ros.cli.train",
        "train the lifter or the action classifier",
    ),
    "teach": (
        "pose_action_ros.cli.teach",
        "teach the action model new actions from recordings",
    ),
    "search": (
        "pose_action_ros.cli.search",
        "find the cells of an action network with ENAS",
    ),
    "evaluate": ("pose_action_ros.cli.evaluate", "measure a lifter, or the chain of stages"),
    "export": ("pose_action_ros.cli.export", "write a trained lifter as ONNX"),
}
_TRAINING_PACKAGES = ("torch", "lightning_fabric", "onnx", "h5py", "matplotlib")
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: of the command line; those of the process when None.

    Returns:
        0 when it did what was asked, 1 when it could not, 130 after Ctrl-C. Wrong options exit
        with 2.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words and words[0] in COMMANDS else ""
    if not name:
        _overview().parse_args(words or ["--help"])
        return 0
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return _run(name, words[1:])
    except PoseActionError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        if error.name not in _TRAINING_PACKAGES:
            raise
        return _fail(f"{name} needs {error.name}: run pip install '.[train]' in the source folder")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


def _run(name: str, words: Sequence[str]) -> int:
    """Import the command and let it read its options and work."""
    module = import_module(COMMANDS[name][0])
    parser = argparse.ArgumentParser(f"pose-action {name}", description=module.DESCRIPTION)
    module.configure(parser)
    return int(module.run(parser.parse_args(words)))


def _overview() -> argparse.ArgumentParser:
    """The parser that only knows the commands' names."""
    lines = [f"  {name:<12} {text}" for name, (_, text) in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        "pose-action",
        description="People's keypoints, poses and actions from camera images.",
        epilog="\n".join(["commands:", *lines, "", "pose-action COMMAND --help tells more."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pose-action {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="what to do")
    return parser


def _fail(reason: str) -> int:
    sys.stderr.write(f"pose-action: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
