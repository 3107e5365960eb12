"""`pose-action train detections`: the 2D detector's keypoints of rendered people."""

from __future__ import annotations

import argparse
import logging

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.training.lifter.settings import DetectionRun

DESCRIPTION = "Run the 2D detector on rendered people, so that `train lifter` learns its errors."

_LOG = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, DetectionRun)


def run(args: argparse.Namespace) -> int:
    """Make the file."""
    from pose_action_ros.lab.training.lifter.rendering import make_detections

    settings = settings_from(args, DetectionRun)
    _LOG.info("%d detections in %s", make_detections(settings), settings.output)
    return 0
