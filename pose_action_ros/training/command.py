"""`pose-action train`: one subcommand for each thing that can be trained or made for training."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

DESCRIPTION = "Train a model, or make data to train on."

COMMANDS = {
    "lifter": "pose_action_ros.training.lifter_command",
    "action": "pose_action_ros.training.action_command",
    "recordings": "pose_action_ros.training.recordings_command",
    "detections": "pose_action_ros.training.detections_command",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands; the module of one is imported when it is the one named."""
    parser.add_argument("what", choices=COMMANDS, help="what to train")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="its options; --help lists them")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    module: Any = import_module(COMMANDS[args.what])
    parser = argparse.ArgumentParser(
        f"pose-action train {args.what}", description=module.DESCRIPTION
    )
    module.configure(parser)
    code: int = module.run(parser.parse_args(args.options))
    return code
