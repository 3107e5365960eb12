"""`pose-action train recordings`: keypoints of rendered people for `train action`."""

from __future__ import annotations

import argparse
import logging
from functools import partial
from pathlib import Path

import numpy as np

DESCRIPTION = (
    "Render simulated people, or motion capture, detect and track their keypoints, for `train "
    "action`."
)

_log = logging.getLogger(__name__)
KEEP_EVERY = 10  # recordings after which the file is written, so that a run can be resumed


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--output", type=Path, required=True, help="file to write, or to resume")
    parser.add_argument("--people", type=int, default=130, help="recordings (%(default)s)")
    parser.add_argument("--actions", type=int, default=3, help="actions of each (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="random seed (%(default)s)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--positions", type=Path, help="CMU positions file: its people instead of simulated ones"
    )
    kind.add_argument("--idle", action="store_true", help="people who only stand about")
    kind.add_argument(
        "--gestures", type=int, default=0, help="people who perform this number of gestures"
    )
    parser.add_argument(
        "--split", choices=("train", "test"), default="train", help="of the positions file"
    )
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Write the file, or complete the file of an earlier run."""
    from tqdm import tqdm

    from pose_action_ros.detection import DetectorSettings, make_detector
    from pose_action_ros.lab.training.action import people
    from pose_action_ros.lab.training.action.data import NAMES
    from pose_action_ros.lab.training.action.gestures import gesture_names
    from pose_action_ros.lab.training.action.labelled import load_keypoints, save_keypoints

    detector = make_detector(DetectorSettings(detector_threads=args.threads, max_people=1))
    names = gesture_names(args.gestures) if args.gestures else NAMES
    record = partial(people.rendered_person, actions=args.actions, detector=detector)
    if args.gestures:
        record = partial(
            people.rendered_gestures, names=names, count=args.actions, detector=detector
        )
    elif args.idle:
        record = partial(people.rendered_idle_person, detector=detector)
    elif args.positions:
        captured = people.captured_actions(args.positions, args.split)
        record = partial(people.captured_person, people=captured, names=NAMES, detector=detector)
    done = load_keypoints(args.output, names) if args.output.is_file() else []
    for number in tqdm(range(len(done), args.people), "recordings", disable=None):
        detector.reset()
        done.append(record(np.random.default_rng([args.seed, number])))
        if len(done) % KEEP_EVERY == 0 or len(done) == args.people:
            save_keypoints(args.output, done, names)
    _log.info("%d recordings in %s", len(done), args.output)
    return 0
