"""`pose-action doctor`: check this machine, and explain the remedy of each problem."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from pose_action_ros.doctor.checks import (
    CHECKS,
    OF_DDS,
    TITLES,
    TOPIC,
    Finding,
    Level,
    run_check,
)
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.doctor.model_files import check_user_models
from pose_action_ros.doctor.profile import segment_of
from pose_action_ros.doctor.ros import is_set_up
from pose_action_ros.doctor.topic import NO_ROS, check_topic

DESCRIPTION = (
    "check this machine: Python packages, ROS 2, DDS, model files, engines, hardware and the image "
    "topic; print the consequence and the remedy of each problem; exit with 1 if there is an "
    "error"
)
VIEWER = "pose_action_ros.nodes.topic_view"
PAGE = "docs/troubleshooting.md"

Section = tuple[str, Iterable[Finding]]


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--image-topic", metavar="TOPIC", help="also check the publishers and images of this topic"
    )
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="also check this model file; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace) -> int:
    """Run the command."""
    sections = _sections(this_machine(), args.image_topic, args.model)
    levels = (_write_json if args.json else _write_text)(sections)
    return 1 if levels[Level.ERROR] else 0


def _sections(machine: Machine, topic: str | None, models: list[Path]) -> Iterator[Section]:
    """Yield the name and the findings of each check; checks run while they are read."""
    for name in CHECKS:
        if name not in OF_DDS or is_set_up(machine):
            yield name, run_check(name, machine)
    if models:
        yield "model_files", check_user_models(models)
    if topic:
        yield TOPIC, _topic(machine, topic)


def _topic(machine: Machine, topic: str) -> Iterator[Finding]:
    """Check a topic, if ROS can be used."""
    try:
        viewer = import_module(VIEWER)
    except ImportError as error:
        yield NO_ROS.finding(f"{topic} cannot be checked: {error}")
        return
    yield from check_topic(viewer.view_topic(topic), segment_of(machine))


def _write_text(sections: Iterator[Section]) -> Counter[Level]:
    """Print findings as they are found, and count their levels."""
    levels: Counter[Level] = Counter()
    for name, section in sections:
        sys.stdout.write(f"{TITLES[name]}\n")
        for finding in section:
            levels[finding.level] += 1
            sys.stdout.write(as_text(finding))
            sys.stdout.flush()
    errors, warnings = levels[Level.ERROR], levels[Level.WARN]
    more = f"; more in {PAGE}" if errors or warnings else ""
    sys.stdout.write(f"\nerrors: {errors}, warnings: {warnings}{more}\n")
    return levels


def as_text(finding: Finding) -> str:
    """A finding in one line, or a problem in three."""
    name = f" [{finding.problem}]" if finding.problem else ""
    lines = [f"  {finding.level.value:5} {finding.text}{name}"]
    if finding.problem:
        lines += [f"        why: {finding.why}", f"        do:  {finding.remedy}"]
    return "\n".join(lines) + "\n"


def _write_json(sections: Iterator[Section]) -> Counter[Level]:
    """Print all findings as one JSON object, and count their levels."""
    rows = [
        {
            "check": name,
            "level": finding.level.value,
            "problem": finding.problem,
            "found": finding.text,
            "why": finding.why,
            "remedy": finding.remedy,
        }
        for name, section in sections
        for finding in section
    ]
    levels = Counter(Level(row["level"]) for row in rows)
    counts = {"errors": levels[Level.ERROR], "warnings": levels[Level.WARN]}
    sys.stdout.write(json.dumps({**counts, "findings": rows}, indent=2) + "\n")
    return levels
