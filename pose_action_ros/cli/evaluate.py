"""`pose-action evaluate`: one subcommand for each model, and one for all stages."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pose_action_ros.cli.subcommands import add_subcommand, run_subcommand

DESCRIPTION = "Measure a model, or all stages together, on people with ground truth."

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
    add_subcommand(parser, COMMANDS, "the model to measure, or chain for all stages")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    return run_subcommand("evaluate", COMMANDS, args)


def write_figures(figures: Any, path: Path) -> None:
    """Write figures as JSON and print the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"kept in {path}")  # noqa: T201 - the command's output
