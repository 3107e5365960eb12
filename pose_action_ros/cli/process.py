"""`pose-action process`: videos, image folders, bags, a webcam or keypoints in, results out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.output.job import Report, forget_notes, process_source
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.workers import in_processes, in_turn, on_ray
from pose_action_ros.sources.kinds import is_live, sources_in, stem_of

DESCRIPTION = (
    "Find people in videos, image folders, ROS 2 bags or a webcam and say what they do. Writes "
    "annotated.mp4, actions.csv and poses.npz into the output folder, for each of several sources "
    "into a folder in it, and a bag if wanted; Ctrl-C ends it and keeps what there is, and the "
    "same command goes on from there. OpenPose's JSON files can be written, and can take the "
    "detector's place. The exit code is 3 when a part of a source is lost, 1 when something could "
    "not be processed at all, 130 after Ctrl-C."
)
FAILED, DAMAGED, INTERRUPTED = 1, 3, 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="*",
        help="a video file, a folder of images, a ROS 2 bag, a folder of videos and bags, a webcam "
        "(0), a stream's address or 'simulation'",
    )
    add_options(parser, ProcessSettings, skip=("source",))
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=int, default=1, help="sources that are processed at once (default: 1)"
    )
    where.add_argument(
        "--ray",
        metavar="ADDRESS",
        default="",
        help="process the sources on a Ray cluster, whose machines see the same files under the "
        "same names: its address, auto, or local",
    )


def run(args: argparse.Namespace) -> int:
    """Process the inputs.

    Returns:
        0, or see DESCRIPTION.

    Raises:
        PoseActionError: the only input cannot be read, or wrong options.
    """
    if args.jobs < 1:
        raise SettingError(f"jobs: got {args.jobs}, expected at least 1")
    names = [source for name in args.inputs for source in sources_in(name)]
    if names == args.inputs and len(names) < 2:
        settings = settings_from(args, ProcessSettings, source="".join(names))
        report = process_source(settings)
        sys.stdout.write(_summary(report))
        return _code([report])
    jobs = jobs_of(settings_from(args, ProcessSettings), names)
    return _all(jobs, args.jobs, args.ray)


def jobs_of(settings: ProcessSettings, names: Sequence[str]) -> list[ProcessSettings]:
    """The settings of each of several sources; whatever is written has the source's name.

    Raises:
        SettingError: they cannot be processed together.
    """
    live = [name for name in names if is_live(name)]
    if live or settings.keypoints_json:
        what = live[0] if live else "keypoints_json"
        raise SettingError(f"{what} goes with no other source; process it on its own")
    stems: list[str] = []
    for name in names:
        stem, number = stem_of(name), 2
        while stem in stems:  # clip.mp4 of another folder
            stem, number = f"{stem_of(name)}_{number}", number + 1
        stems.append(stem)
    return [_job(settings, name, stem) for name, stem in zip(names, stems, strict=True)]


def _job(settings: ProcessSettings, name: str, stem: str) -> ProcessSettings:
    def inside(folder: str) -> str:
        return str(Path(folder).expanduser().resolve() / stem) if folder else ""

    source = str(Path(name).expanduser().resolve()) if Path(name).expanduser().exists() else name
    return replace(
        settings,
        source=source,
        output=inside(settings.output),
        write_bag=inside(settings.write_bag),
        write_json=inside(settings.write_json),
    )


def _all(jobs: Sequence[ProcessSettings], count: int, address: str) -> int:
    """Process several sources and say of each what came of it."""
    reports: list[Report | Exception] = []
    with logging_redirect_tqdm():
        for number, outcome in tqdm(
            _outcomes(jobs, count, address), total=len(jobs), unit="source", disable=None
        ):
            reports.append(outcome)
            said = f"{outcome}\n" if isinstance(outcome, Exception) else _summary(outcome)
            tqdm.write(f"{jobs[number].source}:\n{said}", end="")
            if isinstance(outcome, Report) and outcome.interrupted:
                break
    code = _code(reports)
    if code in (0, DAMAGED):
        for job in jobs:
            forget_notes(job)
    return code


def _outcomes(
    jobs: Sequence[ProcessSettings], count: int, address: str
) -> Iterator[tuple[int, Report | Exception]]:
    work = partial(process_source, shown=not address and count == 1, keep_notes=True)
    if address:
        return on_ray(work, jobs, address, max(job.detector_threads for job in jobs))
    if count > 1:
        return in_processes(work, jobs, min(count, len(jobs)))
    return in_turn(work, jobs)


def _code(reports: Sequence[Report | Exception]) -> int:
    """The worst of what happened, as an exit code."""
    done = [report for report in reports if isinstance(report, Report)]
    if any(report.interrupted for report in done):
        return INTERRUPTED
    if len(done) < len(reports):
        return FAILED
    return DAMAGED if any(report.damage for report in done) else 0


def _summary(report: Report) -> str:
    """Who did what for how long, longest first, what is lost, and where the files are."""
    seconds = report.seconds
    lines = [f"{'person':>6}  {'label':<18} {'seconds':>7}"]
    for person in dict.fromkeys(person for person, _ in seconds):
        own = [(time, label) for (name, label), time in seconds.items() if name == person]
        lines += [f"{person:>6}  {label:<18} {time:>7.1f}" for time, label in sorted(own)[::-1]]
    if not seconds:
        lines = ["nobody was seen long enough to say what they do"]
    if report.skipped:
        lines.append(f"{report.skipped} images could not be read")
    if report.damage:
        lines.append(f"a part of the source is lost: {report.damage}")
    lines.append(f"results are in {report.folder}")
    return "\n".join(lines) + "\n"
