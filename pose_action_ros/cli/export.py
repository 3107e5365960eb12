"""`pose-action export`: the lifter of a run as ONNX with its card, checked against PyTorch."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from pose_action_ros.lab.training.lifter.settings import VARIANTS

DESCRIPTION = "Write the lifter of a training run as an ONNX file with its card."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("run", type=Path, help="output folder of `pose-action train lifter`")
    parser.add_argument("--model", type=Path, required=True, help="file to write (.onnx)")
    parser.add_argument(
        "--streams",
        choices=VARIANTS,
        default="",
        help="streams for the detector's keypoints (default: the most accurate)",
    )
    parser.add_argument(
        "--detections", default="", help="present path of the run's file of detections"
    )


def run(args: argparse.Namespace) -> int:
    """Export and print the figures."""
    from pose_action_ros.lab.training.lifter.run import load_run
    from pose_action_ros.lab.training.lifter.ship import ship

    settings, learners = load_run(args.run)
    settings = replace(
        settings, model=str(args.model), detections=args.detections or settings.detections
    )
    card = ship(learners, settings, "pose-action train lifter", args.streams)
    print(json.dumps(card.scores, indent=2))  # noqa: T201 - the command's output
    return 0
