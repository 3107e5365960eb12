"""`pose-action train recordings`: people through images, detector and tracker."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.lab.training.action.data import NAMES
from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.recorded import recorded_actions, recorded_sighting
from pose_action_ros.lab.training.action.recordings import load_sightings, save_sightings
from pose_action_ros.lab.training.action.seen import (
    idle_sighting,
    rendered_gesture_sighting,
    rendered_sighting,
)

DESCRIPTION = (
    "Record simulated people, or motion capture, through images and detector, for `train action`."
)

_log = logging.getLogger(__name__)
KEEP_EVERY = 10  # recordings after which the file is written, so that a stopped run goes on


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--output", type=Path, required=True, help="file to write; goes on with it")
    parser.add_argument("--people", type=int, default=130, help="recordings (%(default)s)")
    parser.add_argument("--actions", type=int, default=3, help="of each (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (%(default)s)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--positions", type=Path, help="CMU positions file: its people instead of simulated ones"
    )
    who.add_argument("--idle", action="store_true", help="people who only stand about")
    who.add_argument(
        "--gestures", type=int, default=0, help="people who make so many made-up gestures"
    )
    parser.add_argument(
        "--split", choices=("train", "test"), default="train", help="of the positions file"
    )
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Make the file, or go on where an earlier run stopped."""
    detector = make_detector(DetectorSettings(detector_threads=args.threads, max_people=1))
    people = recorded_actions(args.positions, args.split) if args.positions else None
    names = gesture_names(args.gestures) if args.gestures else NAMES
    done = load_sightings(args.output, names) if args.output.is_file() else []
    for number in tqdm(range(len(done), args.people), "recordings", disable=None):
        detector.reset()
        rng = np.random.default_rng([args.seed, number])
        if args.gestures:
            done.append(rendered_gesture_sighting(rng, names, args.actions, detector))
        elif args.idle:
            done.append(idle_sighting(rng, detector))
        elif people is None:
            done.append(rendered_sighting(rng, args.actions, detector))
        else:
            done.append(recorded_sighting(rng, people, NAMES, detector))
        if len(done) % KEEP_EVERY == 0 or len(done) == args.people:
            save_sightings(args.output, done, names)
    _log.info("%d recordings in %s", len(done), args.output)
    return 0
