"""How soon and how steadily actions are recognised, and what idle people are taken for.

Rules:
    An action is recognised in time when its label is said at least once from its start to LATEST
        later; it holds when that is still what is said then; its later answers are those from
        then to its end. "unknown" is never right.
    A false alarm is a change to a label that is neither idle nor "unknown" while somebody is idle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.recognition.settings import UNKNOWN

LATEST = 1.5
"""[s] after the start of an action."""

Said = tuple[float, str]
"""When [s] which label was said."""


@dataclass(frozen=True)
class Acted:
    """One action of one person.

    Attributes:
        label: the true one.
        start, end: when [s]; the start is the middle of the transition into it.
        said: all answers about the person, in order.
    """

    label: str
    start: float
    end: float
    said: Sequence[Said]

    @property
    def delay(self) -> float | None:
        """From the start to the first right answer [s]; None without any."""
        right = [
            stamp
            for stamp, label in self.said
            if self.start <= stamp <= self.end and label == self.label
        ]
        return right[0] - self.start if right else None

    @property
    def in_time(self) -> bool:
        """Whether it was recognised in time."""
        return self.delay is not None and self.delay <= LATEST

    @property
    def held(self) -> bool:
        """Whether the newest answer LATEST after the start is right."""
        before = [label for stamp, label in self.said if stamp <= self.start + LATEST]
        return bool(before) and before[-1] == self.label

    @property
    def later(self) -> list[str]:
        """The answers from LATEST after the start to the end."""
        return [label for stamp, label in self.said if self.start + LATEST <= stamp <= self.end]


@dataclass
class ReactionReport:
    """What was measured; grows by `add` and `add_idle`."""

    actions: list[Acted] = field(default_factory=list)
    idle_seconds: float = 0.0
    alarms: Counter[str] = field(default_factory=Counter)

    def add(self, acted: Iterable[Acted]) -> None:
        """Count actions."""
        self.actions.extend(acted)

    def add_idle(self, seconds: float, labels: Sequence[str], idle: str) -> None:
        """Count somebody who was idle for so long, and was said to do this."""
        self.idle_seconds += seconds
        before = idle
        for label in labels:
            if label not in {before, idle, UNKNOWN}:
                self.alarms[label] += 1
            before = label

    @property
    def in_time(self) -> float:
        """Part of the actions that were recognised in time."""
        return _part(acted.in_time for acted in self.actions)

    @property
    def held(self) -> float:
        """Part of the actions whose label was said at the latest moment."""
        return _part(acted.held for acted in self.actions)

    @property
    def steady(self) -> float:
        """Part of the later answers that are right."""
        return _part(label == acted.label for acted in self.actions for label in acted.later)

    @property
    def alarms_per_minute(self) -> float:
        """False alarms about idle people."""
        return 60 * sum(self.alarms.values()) / self.idle_seconds if self.idle_seconds else 0.0


def _part(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else float("nan")


def reaction_table(report: ReactionReport) -> Table:
    """Every action and all together."""
    rows = []
    for label in sorted({acted.label for acted in report.actions}):
        own = [acted for acted in report.actions if acted.label == label]
        rows.append(_row(label, ReactionReport(own)))
    rows.append(_row("all", report))
    header = ("action", "times", "in time %", "held %", "later answers %", "wrong answers")
    return Table(f"Recognised within {LATEST} s of the start", header, rows)


def _row(name: str, report: ReactionReport) -> tuple[str, ...]:
    wrong = Counter(
        label for acted in report.actions for label in acted.later if label != acted.label
    )
    common = ", ".join(f"{label} {count}" for label, count in wrong.most_common(2))
    parts = (report.in_time, report.held, report.steady)
    numbers = (f"{100 * part:.1f}" for part in parts)
    return (name, str(len(report.actions)), *numbers, common if name != "all" else "")
