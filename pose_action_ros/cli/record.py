"""`pose-action record`: poses of a person doing one action, as files for `pose-action teach`."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.output.settings import RecordSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.sources.kinds import is_live, kind_of, sources_in

if TYPE_CHECKING:
    from pose_action_ros.output.recorder import Recorder

DESCRIPTION = (
    "Record the poses of a person doing one action, from videos, image folders, ROS 2 bags or a "
    "camera: one file for each source (or take), labelled with the action. A camera counts down "
    "3 seconds before each take; Ctrl-C stops it and keeps the recordings so far."
)
_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[\w.-]+")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help="a video file, a folder of videos or images, a ROS 2 bag, a webcam (0), a stream's "
        "address or 'simulation'",
    )
    parser.add_argument("--label", required=True, help="the action, such as waving_left")
    parser.add_argument("--output", type=Path, required=True, help="folder for the recordings")
    people = parser.add_mutually_exclusive_group()
    people.add_argument(
        "--largest",
        dest="all_people",
        action="store_false",
        default=False,
        help="only the person with the largest total size in the images (the default)",
    )
    people.add_argument(
        "--all-people", dest="all_people", action="store_true", help="all people, in one file"
    )
    add_options(parser, RecordSettings, skip=("source", "loop"))


def run(args: argparse.Namespace) -> int:
    """Record all sources.

    Returns:
        0; 1 when a source could not be read or nothing was recorded.

    Raises:
        PoseActionError: wrong label or options, no models, or the folder cannot be written.
        KeyboardInterrupt: by the user; the recordings so far are on disk.
    """
    settings = settings_from(args, RecordSettings)
    label = _checked(args.label, settings, args.sources)
    sources = [source for name in args.sources for source in sources_in(name)]
    if len(sources) == 1:
        kind_of(sources[0])  # refuses a wrong name before anything is loaded
    from pose_action_ros.output.recorder import Recorder

    recorder = Recorder(settings, label, args.output.expanduser(), all_people=args.all_people)
    complete = [_record(recorder, source) for source in sources]
    if not recorder.count:
        _LOG.error("nothing was recorded")
    return 0 if all(complete) and recorder.count else 1


def _record(recorder: Recorder, source: str) -> bool:
    """Record a source; False when it could not be read: the others are recorded all the same."""
    try:
        recorder.record(source)
    except SourceError as error:
        _LOG.error("%s", error)
        return False
    return True


def _checked(label: str, settings: RecordSettings, sources: Sequence[str]) -> str:
    """Return the label; SettingError if it or the options do not fit the sources."""
    from pose_action_ros.pose_tracks import checked_label

    if checked_label(label) == UNKNOWN:
        raise SettingError(
            f"got the label {UNKNOWN!r}, which stands for no action of the model; name the action"
        )
    if settings.name and not _NAME.fullmatch(settings.name):
        raise SettingError(f"got the name {settings.name!r}, expected letters, digits, . _ and -")
    if settings.end and settings.end <= settings.start:
        raise SettingError(f"got end {settings.end} s, expected more than start {settings.start} s")
    live = [name for name in sources if is_live(name)]
    if live and (settings.start or settings.end):
        raise SettingError(f"start and end are no options of a camera ({live[0]}); use seconds")
    if settings.takes > 1 and (len(live) < len(sources) or not settings.seconds):
        raise SettingError("several takes need a camera, and the seconds of each take")
    return label
