"""`pose-action doctor`: what is wrong on this machine, and what to do about it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from pose_action_ros.doctor.checks import CHECKS, TITLES, TOPIC, findings
from pose_action_ros.doctor.findings import Finding, Level
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.doctor.model_files import brought
from pose_action_ros.doctor.profile import segment_of
from pose_action_ros.doctor.topic import NO_ROS, judged

DESCRIPTION = (
    "check this machine: Python's packages, ROS 2, DDS, model files, engines, hardware and the "
    "topic of the images; say for each problem why it matters and what to do; exit with 1 if "
    "there is an error"
)
VIEWER = "pose_action_ros.nodes.topic_view"
PAGE = "docs/troubleshooting.md"

Section = tuple[str, Iterable[Finding]]


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--image-topic", metavar="TOPIC", help="look at this topic's publishers and images, too"
    )
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="check this model file of yours, too; may be given again",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: Namespace) -> int:
    """Run the command."""
    sections = _sections(this_machine(), args.image_topic, args.model)
    levels = (_write_json if args.json else _write_text)(sections)
    return 1 if levels[Level.ERROR] else 0


def _sections(machine: Machine, topic: str | None, models: list[Path]) -> Iterator[Section]:
    """Name of each check and what it finds, found while it is read."""
    for name in CHECKS:
        yield name, findings(name, machine)
    if models:
        yield "model_files", brought(models)
    if topic:
        yield TOPIC, _topic(machine, topic)


def _topic(machine: Machine, topic: str) -> Iterator[Finding]:
    """What is wrong with a topic, if ROS is here to look at it."""
    try:
        viewer = import_module(VIEWER)
    except ImportError as error:
        yield NO_ROS.found(f"{topic} cannot be looked at: {error}")
        return
    yield from judged(viewer.view_topic(topic), segment_of(machine))


def _write_text(sections: Iterator[Section]) -> Counter[Level]:
    """Print findings as they come; how many there are of each level."""
    levels: Counter[Level] = Counter()
    for name, found in sections:
        sys.stdout.write(f"{TITLES[name]}\n")
        for finding in found:
            levels[finding.level] += 1
            sys.stdout.write(text_of(finding))
            sys.stdout.flush()
    errors, warnings = levels[Level.ERROR], levels[Level.WARN]
    more = f"; more in {PAGE}" if errors or warnings else ""
    sys.stdout.write(f"\nerrors: {errors}, warnings: {warnings}{more}\n")
    return levels


def text_of(finding: Finding) -> str:
    """A finding in one line, or in three if there is something to do."""
    name = f" [{finding.problem}]" if finding.problem else ""
    lines = [f"  {finding.level.value:5} {finding.found}{name}"]
    if finding.problem:
        lines += [f"        why: {finding.why}", f"        do:  {finding.remedy}"]
    return "\n".join(lines) + "\n"


def _write_json(sections: Iterator[Section]) -> Counter[Level]:
    """Print all findings as one JSON object; how many there are of each level."""
    rows = [
        {
            "check": name,
            "level": finding.level.value,
            "problem": finding.problem,
            "found": finding.found,
            "why": finding.why,
            "remedy": finding.remedy,
        }
        for name, found in sections
        for finding in found
    ]
    levels = Counter(Level(row["level"]) for row in rows)
    counts = {"errors": levels[Level.ERROR], "warnings": levels[Level.WARN]}
    sys.stdout.write(json.dumps({**counts, "findings": rows}, indent=2) + "\n")
    return levels
