"""The three nodes as processes that are killed, started anew, and looked at."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from benchmarks.measuring import own_memory_of
from pose_action_ros.demo.command import STAGES
from pose_action_ros.demo.processes import ProcessError, Processes

RESPAWN_DELAY = 2.0
"""Time until a node that ended is started again, as in the launch file [s]."""
_END_LIMIT = 20.0
"""Time a node has to end when it is asked to [s]."""


@dataclass
class Life:
    """One process of a node, from its start until it ends.

    Attributes:
        born: when, on a clock that never jumps [s].
        memory: (s since then, MB resident and not shared) in calm phases.
    """

    node: str
    processes: Processes
    born: float
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def process(self) -> int:
        """Its process id."""
        return self.processes.ids()[self.node]


class Nodes:
    """Starts all nodes.

    Args:
        folder: for what they write.
        parameters: of each.
    """

    def __init__(self, folder: Path, parameters: Mapping[str, Mapping[str, object]]) -> None:
        self._folder, self._parameters = folder, parameters
        self.lives: list[Life] = []
        self.ended: list[str] = []
        for node in STAGES:
            self._start(node)

    def _start(self, node: str) -> None:
        processes = Processes(self._folder / f"{len(self.lives):02d}")
        processes.start(node, self._parameters.get(node, {}))
        self.lives.append(Life(node, processes, monotonic()))

    def now(self, node: str) -> Life:
        """The process that a node is now."""
        return next(life for life in reversed(self.lives) if life.node == node)

    def kill(self, node: str) -> None:
        """SIGKILL, and a new one after a while."""
        os.kill(self.now(node).process, signal.SIGKILL)
        sleep(RESPAWN_DELAY)
        self._start(node)

    def check(self) -> None:
        """Note what ended by itself, and start it again."""
        for life in map(self.now, STAGES):
            if wrong := _complaint(partial(life.processes.check, life.node)):
                self.ended.append(wrong)
                self._start(life.node)

    def measure(self) -> None:
        """Note the memory of all."""
        for life in map(self.now, STAGES):
            life.memory.append((monotonic() - life.born, own_memory_of(life.process)))

    def stop(self) -> list[str]:
        """Ask all to end; what was wrong with that, with what ended before, and with the logs."""
        wrong = list(self.ended)
        for life in map(self.now, STAGES):
            os.kill(life.process, signal.SIGTERM)
        wrong += [_complaint(partial(_await_end, self.now(node))) for node in STAGES]
        for life in self.lives:
            life.processes.close()
        return [
            *filter(None, wrong),
            *(
                f"{path.parent.name}/{path.name} has a traceback"
                for path in sorted(self._folder.rglob("*.log"))
                if "Traceback" in path.read_text(encoding="utf-8", errors="replace")
            ),
        ]


def _complaint(check: Callable[[], object]) -> str:
    """What a check of a process complains of; nothing when it does not."""
    try:
        check()
    except ProcessError as error:
        return str(error)
    return ""


def _await_end(life: Life) -> None:
    """ProcessError unless the process ends as it should."""
    limit = monotonic() + _END_LIMIT
    while not life.processes.ended(life.node):
        if monotonic() > limit:
            raise ProcessError(f"{life.node} did not end within {_END_LIMIT:.0f} s of SIGTERM")
        sleep(0.05)
