"""`pose-action evaluate`: one subcommand for each thing that can be measured."""

from __future__ import annotations

import argparse

from pose_action_ros.cli.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "Measure a model or the chain of all stages on people whose truth is known."

COMMANDS = {
    "lifter": "pose_action_ros.cli.evaluate_lifter",
    "action": "pose_action_ros.cli.evaluate_action",
    "detector": "pose_action_ros.cli.evaluate_detector",
    "chain": "pose_action_ros.cli.evaluate_chain",
    "recogniser": "pose_action_ros.cli.evaluate_recogniser",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to measure")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("evaluate", COMMANDS, args)
