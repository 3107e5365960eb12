"""`pose-action train detections`: keypoints of simulated people as the real detector sees them."""

from __future__ import annotations

import argparse
import logging

from pose_action_ros.settings import from_mapping
from pose_action_ros.training.detections import DetectionRun, make_detections

DESCRIPTION = "Run the 2D detector on simulated people, for `train lifter` to learn its errors."

_LOG = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    run = DetectionRun()
    parser.add_argument("--output", default=run.output, help="file to write (%(default)s)")
    parser.add_argument("--scenes", type=int, default=run.scenes, help="scenes (%(default)s)")
    parser.add_argument("--frames", type=int, default=run.frames, help="of each (%(default)s)")
    parser.add_argument("--seed", type=int, default=run.seed, help="of the scenes (%(default)s)")
    parser.add_argument(
        "--threads", type=int, default=run.threads, help="CPU threads (%(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Make the file."""
    names = ("output", "scenes", "frames", "seed", "threads")
    settings = from_mapping(DetectionRun, {name: getattr(args, name) for name in names})
    _LOG.info("%d detections in %s", make_detections(settings), settings.output)
    return 0
