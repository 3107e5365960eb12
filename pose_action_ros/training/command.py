"""`pose-action train`: one subcommand for each thing that can be trained or made for training."""

from __future__ import annotations

import argparse

from pose_action_ros.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "Train a model, or make data to train on."

COMMANDS = {
    "lifter": "pose_action_ros.training.lifter.command",
    "action": "pose_action_ros.training.action.command",
    "recordings": "pose_action_ros.training.action.recordings_command",
    "detections": "pose_action_ros.training.lifter.detections_command",
    "detector": "pose_action_ros.training.openpose.train_command",
}
"""Subcommand to module with DESCRIPTION, configure(parser) and run(args)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    add_subcommand(parser, COMMANDS, "what to train")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("train", COMMANDS, args)
