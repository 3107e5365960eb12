"""`pose-action models`: one subcommand for each thing that can be done with model files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from pose_action_ros.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "List the models, get those that are not shipped, convert OpenPose's own."

COMMANDS = {
    "list": "pose_action_ros.models.list_command",
    "get": "pose_action_ros.models.get_command",
    "fetch": "pose_action_ros.models.fetch_command",
    "convert-openpose": "pose_action_ros.training.openpose.convert_command",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to do (default: list)", default="list")


def run(args: Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("models", COMMANDS, args)
