"""The watch: reports of /diagnostics of each node, and labels of action_node."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from pose_action_ros.msg import Action
from rclpy.node import Node

from pose_action_ros.nodes.topics import subscribe

_CAPACITY = 2000
"""Number of stored reports and answers: some minutes."""
STEADY = 1.5
"""Time in which most labels must be correct for a recovery [s]."""
MOST = 0.8
"""Least fraction of correct labels for a recovery."""
_FEWEST = 3
"""Least number of labels for a recovery."""


@dataclass(frozen=True)
class StatusReport:
    """One report of one node; `when` is on the monotonic clock [s]."""

    when: float
    node: str
    level: int
    text: str
    values: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """One label, with its time on the monotonic clock [s]."""

    when: float
    label: str


class Watch(Node):
    """Node that stores reports and labels."""

    def __init__(self) -> None:
        super().__init__("faults")
        self.reports: deque[StatusReport] = deque(maxlen=_CAPACITY)
        self.answers: deque[Answer] = deque(maxlen=_CAPACITY)
        subscribe(self, DiagnosticArray, "/diagnostics", self._on_report, depth=30)
        subscribe(self, Action, "action", self._on_action, depth=30)

    def _on_report(self, message: Any) -> None:
        for status in message.status:
            values = {item.key: item.value for item in status.values}
            node = str(status.name).partition(":")[0]
            self.reports.append(
                StatusReport(monotonic(), node, status.level[0], str(status.message), values)
            )

    def _on_action(self, message: Any) -> None:
        self.answers.append(Answer(monotonic(), str(message.label)))

    def reports_of(
        self, node: str, since: float, until: float = float("inf")
    ) -> list[StatusReport]:
        """Reports of a node in a period."""
        return [
            one for one in list(self.reports) if one.node == node and since <= one.when <= until
        ]

    def find(
        self, node: str, pattern: str, level: int, since: float, until: float
    ) -> StatusReport | None:
        """First report with at least this level and a matching text."""
        for one in self.reports_of(node, since, until):
            if one.level >= level and re.search(pattern, one.text):
                return one
        return None

    def errors(self, node: str) -> int:
        """Number of messages that a node could not process, by its newest report."""
        reports = self.reports_of(node, 0.0)
        return int(reports[-1].values["errors"]) if reports else 0

    def recovery(self, label: str, since: float) -> float | None:
        """Time from `since` to correct labels [s]; None without recovery."""
        return recovery_time([one for one in list(self.answers) if one.when >= since], label, since)

    def share(self, label: str, since: float, until: float) -> float:
        """Fraction of correct labels in a period; 0 without labels."""
        labels = [one.label for one in list(self.answers) if since <= one.when <= until]
        return labels.count(label) / len(labels) if labels else 0.0


def recovery_time(answers: Sequence[Answer], label: str, since: float) -> float | None:
    """See Watch.recovery; `answers` in order, `since` on their clock [s]."""
    for place, first in enumerate(answers):
        soon = [one.label for one in answers[place:] if one.when <= first.when + STEADY]
        share = soon.count(label) / len(soon)
        if first.label == label and len(soon) >= _FEWEST and share >= MOST:
            return first.when - since
    return None
