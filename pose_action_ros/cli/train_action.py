"""`pose-action train action`: train the action model."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = "Train the action model on simulated and recorded people."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for checkpoint, curve and action.onnx"
    )


def run(args: argparse.Namespace) -> int:
    """Train, or resume, and write the model."""
    from pose_action_ros.lab.training.action.train import train

    train(args.config, args.output)
    return 0
