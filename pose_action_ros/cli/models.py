"""`pose-action models`: one subcommand for each thing that can be done with model files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from pose_action_ros.cli.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "List the models, get those that are not shipped, convert OpenPose's own, add others."

COMMANDS = {
    "list": "pose_action_ros.cli.models_list",
    "get": "pose_action_ros.cli.models_get",
    "fetch": "pose_action_ros.cli.models_fetch",
    "add": "pose_action_ros.cli.models_add",
    "convert-openpose": "pose_action_ros.cli.models_convert_openpose",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to do (default: list)", default="list")


def run(args: Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("models", COMMANDS, args)
