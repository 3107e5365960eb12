"""`pose-action process`: a video, image folder or webcam in, annotated video and tables out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros.options import add_options, settings_from
from pose_action_ros.processing.outputs import Outputs
from pose_action_ros.processing.pipeline import Pipeline
from pose_action_ros.processing.settings import ProcessSettings
from pose_action_ros.sources import Frame, Source, open_source

DESCRIPTION = (
    "Find people in a video, an image folder, a ROS 2 bag or a webcam and say what they do. Writes "
    "annotated.mp4, actions.csv and poses.npz into the output folder; Ctrl-C ends a webcam and "
    "keeps what there is."
)
INTERRUPTED = 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "input",
        metavar="INPUT",
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
    with closing(open_source(settings)) as source:
        pipeline = Pipeline(settings)
        outputs = Outputs(folder, source.rate, video=settings.video)
        with closing(outputs), logging_redirect_tqdm():
            interrupted = _process(source, pipeline, outputs)
    _summarise(outputs.seconds, source.skipped, folder)
    return INTERRUPTED if interrupted else 0


def _process(source: Source, pipeline: Pipeline, outputs: Outputs) -> bool:
    """Take every image through the pipeline; True when the user ended it."""
    try:
        for frame in _with_progress(source):
            outputs.add(frame, pipeline(frame.image, frame.stamp, source.intrinsics))
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
