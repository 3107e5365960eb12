"""`pose-action train detections`: keypoints of rendered people as the real detector sees them."""

from __future__ import annotations

import argparse
import logging

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.training.lifter.detection_settings import DetectionRun
from pose_action_ros.lab.training.lifter.detections import make_detections

DESCRIPTION = "Run the 2D detector on rendered people, for `train lifter` to learn its errors."

_LOG = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, DetectionRun)


def run(args: argparse.Namespace) -> int:
    """Make the file."""
    settings = settings_from(args, DetectionRun)
    _LOG.info("%d detections in %s", make_detections(settings), settings.output)
    return 0
