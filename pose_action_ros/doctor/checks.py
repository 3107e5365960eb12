"""Findings and problems, and the checks that report them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

from pose_action_ros.doctor.machine import Machine

CHECKS: Mapping[str, str] = {
    # name of the module, imported when the check runs: title
    "packages": "Python and its packages",
    "ros": "ROS 2",
    "network": "Network",
    "profile": "Fast DDS profile",
    "shared_memory": "Shared memory",
    "model_files": "Model files",
    "inference": "Inference engines",
    "hardware": "Hardware",
}
OF_DDS = ("network", "profile", "shared_memory")
"""Checks that say nothing where ROS is not set up."""
TOPIC = "topic"
"""The check that runs only if a topic is named."""
TITLES = {**CHECKS, TOPIC: "Image topic"}


class Level(Enum):
    """Severity of a finding."""

    OK = "ok"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One result of a check.

    Attributes:
        level: severity.
        problem: name of the Problem; empty for level OK.
        text: the finding, one line.
        why: consequence of the problem, one line; empty for level OK.
        remedy: instruction, one line; empty for level OK.
    """

    level: Level
    problem: str
    text: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Problem:
    """A possible problem, with the texts of the command and of the docs.

    Attributes:
        name: stable, words joined by hyphens.
        level: severity of its findings.
        summary: one sentence.
        why: its consequence, a clause.
        remedy: instruction; {words} in braces are filled in by each finding.
    """

    name: str
    level: Level
    summary: str
    why: str
    remedy: str

    def finding(self, text: str, **words: object) -> Finding:
        """Create a finding of this problem.

        Args:
            text: the finding; of several lines the last that is not blank.
            words: values for the braces in the remedy.
        """
        remedy = self.remedy.format(**words)
        return Finding(self.level, self.name, last_line(text), self.why, remedy)

    @property
    def remedy_template(self) -> str:
        """The remedy with a word in capitals for each value that a finding fills in."""
        return re.sub(r"\{(\w+)\}", lambda word: word.group(1).upper(), self.remedy)


CHECK_FAILED = Problem(
    "check-failed",
    Level.ERROR,
    "A check could not be made.",
    "the result of this check is not available",
    "fix the other errors first and run the doctor again; if it still fails, report it as a bug of "
    "the doctor",
)


def ok(text: str) -> Finding:
    """Create a finding without a problem."""
    return Finding(Level.OK, "", last_line(text))


def last_line(text: str) -> str:
    """Last line of a text that is not blank: of a traceback, the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


def run_check(name: str, machine: Machine) -> Iterator[Finding]:
    """Yield the findings of a check; an exception in the check is a finding, too."""
    try:
        yield from _module_of(name).check(machine)
    except Exception as error:  # noqa: BLE001 - on a broken machine anything may fail
        yield CHECK_FAILED.finding(f"{name}: {type(error).__name__}: {error}")


def problems_of(name: str) -> list[Problem]:
    """All problems of a check, in the order of its module."""
    return [value for value in vars(_module_of(name)).values() if isinstance(value, Problem)]


def _module_of(name: str) -> Any:
    return import_module(f"pose_action_ros.doctor.{name}")
