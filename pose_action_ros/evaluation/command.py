"""`pose-action evaluate`: one subcommand for each thing that can be measured."""

from __future__ import annotations

import argparse

from pose_action_ros.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "Measure a model or the chain of all stages on people whose truth is known."

COMMANDS = {
    "lifter": "pose_action_ros.training.lifter.evaluate_command",
    "action": "pose_action_ros.training.action.evaluate_command",
    "detector": "pose_action_ros.evaluation.detector_command",
    "chain": "pose_action_ros.evaluation.chain_command",
    "recogniser": "pose_action_ros.evaluation.recogniser_command",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to measure")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("evaluate", COMMANDS, args)
