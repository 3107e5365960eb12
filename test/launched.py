"""`ros2 launch` as a user runs it: a process group, with all that is said in a file."""

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

from waiting import PATIENCE, wait_until

_STARTED = re.compile(r"\[(\w+)-\d+\]: process started with pid \[(\d+)\]")


@dataclass
class Launched:
    """A launch file that runs.

    Attributes:
        process: `ros2 launch`.
        log: what it and the nodes say.
    """

    process: subprocess.Popen[str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def pids(self, name: str) -> list[int]:
        """Of an executable's processes, the newest last."""
        return [int(pid) for found, pid in _STARTED.findall(self.said) if found == name]

    def living(self) -> list[int]:
        """Which of the processes it started still run."""
        return [int(pid) for _, pid in _STARTED.findall(self.said) if _lives(int(pid))]

    def ctrl_c(self) -> float:
        """As a terminal does it: SIGINT to all of the group; time [s] until all have ended."""
        begin = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)
        wait_until(lambda: not self.living())
        return time.monotonic() - begin


Launching = Callable[..., Launched]


@contextmanager
def launching(folder: Path) -> Iterator[Launching]:
    """Starts launch files of the package: `start("demo", people=2, ...)`; ends them all."""
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
    """Whether a process is there and more than an entry in a table."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] != "Z"
    return False
