"""`ros2 launch` as a user runs it: a process group, with its output in a file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from waiting import end_of, wait_until

_STARTED = re.compile(r"\[(\w+)-\d+\]: process started with pid \[(\d+)\]")


@dataclass
class Launched:
    """A running launch file.

    Attributes:
        process: `ros2 launch`.
        log: file with its output and that of the nodes.
    """

    process: subprocess.Popen[str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def pids(self, name: str) -> list[int]:
        """Processes of an executable, the newest last."""
        return [int(pid) for found, pid in _STARTED.findall(self.said) if found == name]

    def living(self) -> list[int]:
        """Its processes that still run."""
        return [int(pid) for _, pid in _STARTED.findall(self.said) if _lives(int(pid))]

    def ctrl_c(self) -> float:
        """Send SIGINT to the group, as a terminal does; returns the time to the end of all [s]."""
        begin = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        end_of(self.process)
        wait_until(lambda: not self.living())
        return time.monotonic() - begin


Launching = Callable[..., Launched]


@contextmanager
def launching(folder: Path) -> Iterator[Launching]:
    """Start launch files of the package with `start("demo", people=2, ...)`; end them all."""
    running: list[Launched] = []
    numbers = count()

    def start(name: str, **arguments: object) -> Launched:
        log = folder / f"{next(numbers)}_{name}.log"
        words = [f"{key}:={value}" for key, value in arguments.items()]
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                ["ros2", "launch", "pose_action_ros", f"{name}.launch.py", *words],
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - a shell's background jobs ignore SIGINT
            )
        running.append(Launched(process, log))
        return running[-1]

    try:
        yield start
    finally:
        for launched in running:
            if launched.process.poll() is None:
                launched.ctrl_c()


def _lives(pid: int) -> bool:
    """True if a process exists and is no zombie."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] != "Z"
    return False
