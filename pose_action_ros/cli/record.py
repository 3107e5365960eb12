"""`pose-action record`: people's poses while they do something, as files to teach it with."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.output.recorder import Recorder
from pose_action_ros.output.settings import RecordSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recording import checked_label
from pose_action_ros.sources.kinds import is_live, sources_in

DESCRIPTION = (
    "Record the poses of a person who does something, from videos, image folders, ROS 2 bags or a "
    "camera: a file for each source (or take) and person. A camera waits 3 seconds before each "
    "take; Ctrl-C ends it and keeps what there is."
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
    parser.add_argument("--label", required=True, help="what the person does, such as waving_left")
    parser.add_argument("--output", type=Path, required=True, help="folder for the recordings")
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--largest",
        dest="everybody",
        action="store_false",
        default=False,
        help="the one person who is seen largest and longest (the default)",
    )
    who.add_argument("--all-people", dest="everybody", action="store_true", help="everybody")
    add_options(parser, RecordSettings, skip=("source", "loop"))


def run(args: argparse.Namespace) -> int:
    """Record all sources.

    Returns:
        0; 1 when a source could not be read or nothing was recorded.

    Raises:
        PoseActionError: wrong label or options, no models, or nothing can be written.
        KeyboardInterrupt: by the user; what was recorded is on disk.
    """
    settings = settings_from(args, RecordSettings)
    label = _checked(args.label, settings, args.sources)
    sources = [source for name in args.sources for source in sources_in(name)]
    recorder = Recorder(settings, label, args.output.expanduser(), everybody=args.everybody)
    complete = [_recorded(recorder, source) for source in sources]
    if not recorder.count:
        _LOG.error("nothing was recorded")
    return 0 if all(complete) and recorder.count else 1


def _recorded(recorder: Recorder, source: str) -> bool:
    """Record a source; False when it could not be read: the others may be good all the same."""
    try:
        recorder.record(source)
    except SourceError as error:
        _LOG.error("%s", error)
        return False
    return True


def _checked(label: str, settings: RecordSettings, sources: Sequence[str]) -> str:
    """The label, when it and the options make sense with the sources."""
    if checked_label(label) == UNKNOWN:
        raise SettingError(
            f"the label {UNKNOWN!r} is the answer to what nobody was taught; name what the person "
            "does"
        )
    if settings.name and not _NAME.fullmatch(settings.name):
        raise SettingError(f"got the name {settings.name!r}, expected letters, digits, . _ and -")
    if settings.end and settings.end <= settings.start:
        raise SettingError(f"got end {settings.end} s, expected more than start {settings.start} s")
    live = [name for name in sources if is_live(name)]
    if live and (settings.start or settings.end):
        raise SettingError(f"start and end are no options of a camera ({live[0]}); use seconds")
    if settings.takes > 1 and (len(live) < len(sources) or not settings.seconds):
        raise SettingError("several takes need a camera, and seconds: how long each of them is")
    return label
