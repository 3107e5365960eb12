"""Who listens: what /diagnostics says of each node, and what action_node says people do."""

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

_KEPT = 2000
"""Reports and answers remembered: minutes."""
STEADY = 1.5
"""Labels are right from when most of those said in the next so many seconds are [s]."""
MOST = 0.8
"""The part of the labels that must be right."""
_FEWEST = 3
"""Labels in that time that say something."""


@dataclass(frozen=True)
class Said:
    """One report of one node; `when` is on a clock that never jumps [s]."""

    when: float
    node: str
    level: int
    text: str
    values: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """One label."""

    when: float
    label: str


class Watch(Node):
    """Remembers the reports and the labels."""

    def __init__(self) -> None:
        super().__init__("faults")
        self.reports: deque[Said] = deque(maxlen=_KEPT)
        self.answers: deque[Answer] = deque(maxlen=_KEPT)
        subscribe(self, DiagnosticArray, "/diagnostics", self._on_report, depth=30)
        subscribe(self, Action, "action", self._on_action, depth=30)

    def _on_report(self, message: Any) -> None:
        for status in message.status:
            values = {item.key: item.value for item in status.values}
            node = str(status.name).partition(":")[0]
            self.reports.append(
                Said(monotonic(), node, status.level[0], str(status.message), values)
            )

    def _on_action(self, message: Any) -> None:
        self.answers.append(Answer(monotonic(), str(message.label)))

    def said(self, node: str, since: float, until: float = float("inf")) -> list[Said]:
        """A node's reports of some time."""
        return [
            one for one in list(self.reports) if one.node == node and since <= one.when <= until
        ]

    def told(self, node: str, pattern: str, level: int, since: float, until: float) -> Said | None:
        """The first report of at least a level whose text matches."""
        for one in self.said(node, since, until):
            if one.level >= level and re.search(pattern, one.text):
                return one
        return None

    def errors(self, node: str) -> int:
        """How much the node could not process, by its newest report."""
        reports = self.said(node, 0.0)
        return int(reports[-1].values["errors"]) if reports else 0

    def right_from(self, label: str, since: float) -> float | None:
        """How long after a time the labels were right [s], None when they never were."""
        return right_from([one for one in list(self.answers) if one.when >= since], label, since)

    def share(self, label: str, since: float, until: float) -> float:
        """Which part of the labels said in some time was right, 0 when none was said."""
        said = [one.label for one in list(self.answers) if since <= one.when <= until]
        return said.count(label) / len(said) if said else 0.0


def right_from(answers: Sequence[Answer], label: str, since: float) -> float | None:
    """See Watch.right_from; `answers` in their order, `since` on their clock [s]."""
    for place, first in enumerate(answers):
        soon = [one.label for one in answers[place:] if one.when <= first.when + STEADY]
        right = soon.count(label) / len(soon)
        if first.label == label and len(soon) >= _FEWEST and right >= MOST:
            return first.when - since
    return None
