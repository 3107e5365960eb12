"""What a check says: problems that can be, and findings that are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        level: how bad it is.
        problem: name of the Problem; empty where all is well.
        found: what was found, one line.
        why: why it matters, one line; empty where all is well.
        remedy: what to do, one line; empty where all is well.
    """

    level: Level
    problem: str
    found: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that can be wrong: the one text for the command and for the docs.

    Attributes:
        name: stable, in words joined by hyphens.
        level: of its findings.
        what: it is, one sentence.
        why: it matters, as a clause.
        remedy: what to do; {words} in braces are filled in by each finding.
    """

    name: str
    level: Level
    what: str
    why: str
    remedy: str

    def found(self, found: str, **words: object) -> Finding:
        """A finding of this problem.

        Args:
            found: what was found; of several lines the last that says something.
            words: for the braces in the remedy.
        """
        return Finding(
            self.level, self.name, one_line(found), self.why, self.remedy.format(**words)
        )

    @property
    def remedy_for_all(self) -> str:
        """The remedy with a name in capitals for each word that a finding fills in."""
        return re.sub(r"\{(\w+)\}", lambda word: word.group(1).upper(), self.remedy)


def well(found: str) -> Finding:
    """A finding that all is well."""
    return Finding(Level.OK, "", one_line(found))


def one_line(text: str) -> str:
    """The last line that says something: of a traceback, the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing was said"
