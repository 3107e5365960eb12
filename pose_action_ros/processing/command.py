"""`pose-action process`: a video, image folder, webcam or keypoints in, video and tables out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import SettingError
from pose_action_ros.options import add_options, settings_from
from pose_action_ros.processing.json_files import JsonFiles
from pose_action_ros.processing.outputs import Outputs
from pose_action_ros.processing.pipeline import Pipeline, Result, Stages
from pose_action_ros.processing.settings import ProcessSettings
from pose_action_ros.sources import Frame, Source, open_keypoints, open_source
from pose_action_ros.sources.kinds import stem_of

DESCRIPTION = (
    "Find people in a video, an image folder, a ROS 2 bag or a webcam and say what they do. Writes "
    "annotated.mp4, actions.csv and poses.npz into the output folder; Ctrl-C ends a webcam and "
    "keeps what there is. OpenPose's JSON files can be written, and can take the detector's place."
)
INTERRUPTED = 130

Process = Callable[[Frame, Intrinsics | None], Result]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "input",
        metavar="INPUT",
        nargs="?",
        default="",
        help="a video file, a folder of images, a ROS 2 bag, a webcam (0), a stream's address or "
        "'simulation'",
    )
    add_options(parser, ProcessSettings, skip=("source",))


def run(args: argparse.Namespace) -> int:
    """Process the input.

    Returns:
        0, or 130 when interrupted.

    Raises:
        PoseActionError: the input cannot be read or the results cannot be written.
    """
    settings = settings_from(args, ProcessSettings, source=args.input)
    folder = Path(settings.output).expanduser()
    with closing(_source(settings)) as source:
        process = _process(settings)
        outputs = Outputs(folder, source.rate, video=settings.video, json=_json_files(settings))
        with closing(outputs), logging_redirect_tqdm():
            interrupted = _run(source, process, outputs)
    _summarise(outputs.seconds, source.skipped, folder)
    return INTERRUPTED if interrupted else 0


def _source(settings: ProcessSettings) -> Source:
    """Images, or files of keypoints with or without them."""
    if settings.keypoints_json:
        return open_keypoints(settings.keypoints_json, settings, settings.image_size)
    if not settings.source:
        raise SettingError("got neither INPUT nor --keypoints-json: there is nothing to process")
    return open_source(settings)


def _process(settings: ProcessSettings) -> Process:
    """All stages; the detector only where it has work, as its model may not be there."""
    if not settings.keypoints_json:
        pipeline = Pipeline(settings)
        return lambda frame, camera: pipeline(frame.image, frame.stamp, camera)
    stages = Stages(settings)

    def follow(frame: Frame, camera: Intrinsics | None) -> Result:
        height, width = frame.image.shape[:2]
        return stages.follow(frame.people or (), (width, height), frame.stamp, camera)

    return follow


def _json_files(settings: ProcessSettings) -> JsonFiles | None:
    """What writes the files that are wanted."""
    if not settings.write_json:
        return None
    name = settings.source or settings.keypoints_json
    return JsonFiles(Path(settings.write_json).expanduser(), stem_of(name))


def _run(source: Source, process: Process, outputs: Outputs) -> bool:
    """Take every image through the stages; True when the user ended it."""
    try:
        for frame in _with_progress(source):
            outputs.add(frame, process(frame, source.intrinsics))
    except KeyboardInterrupt:
        return True
    return False


def _with_progress(source: Source) -> Iterable[Frame]:
    return tqdm(source, total=source.length, unit="image", disable=None)


def _summarise(seconds: Mapping[tuple[str, str], float], skipped: int, folder: Path) -> None:
    """Print who did what for how long, longest first, and where the files are."""
    lines = [f"{'person':>6}  {'label':<18} {'seconds':>7}"]
    for person in dict.fromkeys(person for person, _ in seconds):
        own = [(time, label) for (name, label), time in seconds.items() if name == person]
        lines += [f"{person:>6}  {label:<18} {time:>7.1f}" for time, label in sorted(own)[::-1]]
    if not seconds:
        lines = ["nobody was seen long enough to say what they do"]
    if skipped:
        lines.append(f"{skipped} images could not be read")
    lines.append(f"results are in {folder}")
    sys.stdout.write("\n".join(lines) + "\n")
