"""Processes that are started to be stopped: exit codes, processes that are left, busy ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.measuring import dds_profile

LIMIT = 600.0
"""Time limit for a start, and for a stop [s]; for processes that are stuck, not for slow ones."""


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; a shell's background jobs ignore SIGINT."""
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - no shell, own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **dds_profile()},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )


def to_group(process: subprocess.Popen[bytes]) -> Callable[[int], object]:
    """Return a function that sends a signal to the process and its children."""
    return lambda number: os.killpg(process.pid, number)


def exit_code(process: subprocess.Popen[bytes]) -> int | str:
    """Exit code of a process that is to end; it is killed if it does not."""
    try:
        return process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "did not end"


def kill_processes(space: str, name: str) -> int:
    """Kill the processes of a namespace and of an executable; return their number."""
    processes = list(_processes_with(space, name))
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(processes)


def _processes_with(space: str, name: str) -> Iterator[int]:
    """Processes with a namespace, and the name of an executable, in their command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace")
            if space in words and name in words:
                yield int(folder.name)


@contextmanager
def busy(number: int) -> Iterator[None]:
    """Run processes that take a core each."""
    code = "while True: pass"
    processes = [
        subprocess.Popen([sys.executable, "-c", code])  # noqa: S603 - own code
        for _ in range(number)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
