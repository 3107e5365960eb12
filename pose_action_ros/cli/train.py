"""`pose-action train`: one subcommand for each thing that can be trained or made for training."""

from __future__ import annotations

import argparse

from pose_action_ros.cli.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "Train a model, or make data to train on."

COMMANDS = {
    "lifter": "pose_action_ros.cli.train_lifter",
    "action": "pose_action_ros.cli.train_action",
    "recordings": "pose_action_ros.cli.train_recordings",
    "detections": "pose_action_ros.cli.train_detections",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to train")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("train", COMMANDS, args)
