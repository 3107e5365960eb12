"""`pose-action train interaction`: train the model of interactions of two people."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

DESCRIPTION = "Train the model of interactions on simulated pairs of people."


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/")
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        help="folder for pairs, checkpoint, curve and interaction.onnx",
    )


def run(args: Namespace) -> int:
    """Train, or resume, and write the model."""
    from pose_action_ros.lab.training.interaction.train import train

    train(args.config, args.output)
    return 0
