"""`pose-action process`: images of any source to people and actions, in files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import VIEWER, ProcessSettings
from pose_action_ros.sources.kinds import BAG_FILES, is_live, kind_of, sources_in, stem_of

if TYPE_CHECKING:
    from pose_action_ros.output.job import Report

DESCRIPTION = (
    "Find people in videos, pictures, image folders, ROS 2 bags or a webcam, and recognise their "
    "actions. Writes annotated.mp4 (of a picture, an annotated picture), actions.csv, actions.svg "
    "and poses.npz into the output folder, for each of several sources into a folder in it, a bag "
    "with --write-bag, and formats of other programs with --export. Ctrl-C stops it and keeps the "
    "results so far; the same command resumes there. OpenPose's JSON files can be written, or used "
    "instead of the detector. The exit code is 3 when parts of a source are lost, 1 when a source "
    "could not be processed, 130 after Ctrl-C, 143 after SIGTERM."
)
FAILED, DAMAGED, INTERRUPTED = 1, 3, 130
_MOST_LISTED = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="*",
        help="a video file, a picture, a folder of images, a ROS 2 bag, a folder of videos and "
        "bags, a webcam (0), a stream's address or 'simulation'",
    )
    add_options(parser, ProcessSettings, skip=("source", "view"))
    parser.add_argument(
        "--view",
        nargs="?",
        const=VIEWER,
        default=argparse.SUPPRESS,
        metavar="FILE.rrd",
        help="show images, people in 3D and labels over time in Rerun during the run, or serve "
        "them for a browser where there is no screen; with FILE.rrd write them into that file",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=int, default=1, help="sources processed in parallel (default: 1)"
    )
    where.add_argument(
        "--ray",
        metavar="ADDRESS",
        default="",
        help="process the sources on a Ray cluster with a shared file system: its address, auto, "
        "or local",
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
        for name in names:
            kind_of(name)  # refuses a wrong name before anything is loaded
        from pose_action_ros.output import job

        settings = settings_from(args, ProcessSettings, source="".join(names))
        report = job.process_source(settings)
        sys.stdout.write(summary(report))
        if report.view is not None and not report.interrupted:
            sys.stdout.write(f"the results are shown at {report.view.address} until Ctrl-C\n")
            sys.stdout.flush()
            report.view.wait()
        return _exit_code([report])
    from pose_action_ros.output import lock

    settings = settings_from(args, ProcessSettings)
    jobs = jobs_of(settings, names)
    folder = Path(settings.output).expanduser().resolve()
    with lock.locked(folder / lock.NAME, f"{len(jobs)} sources"):
        return _process_all(jobs, args.jobs, args.ray)


def jobs_of(settings: ProcessSettings, names: Sequence[str]) -> list[ProcessSettings]:
    """The settings of each of several sources; all outputs get the source's name.

    Raises:
        SettingError: the sources cannot be processed together.
    """
    live = [name for name in names if is_live(name)]
    if live or settings.keypoints_json:
        name = live[0] if live else "keypoints_json"
        raise SettingError(f"{name} cannot be combined with other sources; process it alone")
    if settings.view == VIEWER:
        raise SettingError("--view shows one source; use --view FILE.rrd for several")
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

    def named(file: str) -> str:
        """The file of this source; without a folder beside its results."""
        path = Path(file)
        folder = settings.output if path.parent == Path() else str(path.parent)
        return str(Path(inside(folder)) / path.name) if file else ""

    is_file = Path(settings.write_bag).suffix in BAG_FILES
    source = str(Path(name).expanduser().resolve()) if Path(name).expanduser().exists() else name
    return replace(
        settings,
        source=source,
        output=inside(settings.output),
        write_bag=named(settings.write_bag) if is_file else inside(settings.write_bag),
        view=named(settings.view),
        write_json=inside(settings.write_json),
    )


def _process_all(jobs: Sequence[ProcessSettings], count: int, address: str) -> int:
    """Process several sources, and print a summary of each."""
    from tqdm import tqdm
    from tqdm.contrib.logging import logging_redirect_tqdm

    from pose_action_ros.output.job import Report, remove_notes

    reports: list[Report | Exception] = []
    with logging_redirect_tqdm():
        for number, outcome in tqdm(
            _outcomes(jobs, count, address), total=len(jobs), unit="source", disable=None
        ):
            reports.append(outcome)
            text = summary(outcome) if isinstance(outcome, Report) else f"{outcome}\n"
            tqdm.write(f"{jobs[number].source}:\n{text}", end="")
            if isinstance(outcome, Report) and outcome.interrupted:
                break
    code = _exit_code(reports)
    if code in (0, DAMAGED):
        for job in jobs:
            remove_notes(job)
    return code


def _outcomes(
    jobs: Sequence[ProcessSettings], count: int, address: str
) -> Iterator[tuple[int, Report | Exception]]:
    from pose_action_ros.output import job, workers

    work = partial(job.process_source, progress=not address and count == 1, keep_notes=True)
    if address:
        return workers.on_ray(work, jobs, address, max(job.detector_threads for job in jobs))
    if count > 1:
        return workers.in_processes(work, jobs, min(count, len(jobs)))
    return workers.in_turn(work, jobs)


def _exit_code(reports: Sequence[Report | Exception]) -> int:
    """The exit code of the worst outcome."""
    done = [report for report in reports if not isinstance(report, Exception)]
    if any(report.interrupted for report in done):
        return INTERRUPTED
    if len(done) < len(reports):
        return FAILED
    return DAMAGED if any(report.damage for report in done) else 0


def summary(report: Report) -> str:
    """People, their actions, lost parts of the source, and the folder of the files."""
    lines = [_people(report.people), *_actions(report.seconds)]
    if report.skipped:
        lines.append(f"{report.skipped} images could not be read")
    if report.late:
        lines.append(f"{report.late} images older than the newest, or repeated, were dropped")
    if report.damage:
        lines.append(f"a part of the source is lost: {report.damage}")
    lines.append(f"results are in {report.folder}")
    return "\n".join(lines) + "\n"


def _people(people: Mapping[int, float]) -> str:
    """Number of people and their time in view, the longest first."""
    if not people:
        return "no people were found"
    longest = sorted(people.items(), key=lambda item: -item[1])
    times = [f"person {person} for {seconds:.1f} s" for person, seconds in longest[:_MOST_LISTED]]
    if len(people) > _MOST_LISTED:
        times.append(f"{len(people) - _MOST_LISTED} more for less")
    count = "1 person was found" if len(people) == 1 else f"{len(people)} people were found"
    return f"{count}: {', '.join(times)}"


def _actions(seconds: Mapping[tuple[str, str], float]) -> list[str]:
    """Table of time by person and action, the longest action first."""
    if not seconds:
        return ["no action was recognised: that takes a second or more in view"]
    lines = [f"{'person':>6}  {'label':<18} {'seconds':>7}"]
    for person in dict.fromkeys(person for person, _ in seconds):
        own = [(time, label) for (name, label), time in seconds.items() if name == person]
        lines += [f"{person:>6}  {label:<18} {time:>7.1f}" for time, label in sorted(own)[::-1]]
    return lines
