"""The linters, which run side by side, and beside pytest."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

COMMANDS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports",),
    ("mypy",),
)


GRACE = 60.0
"""Time [s] for an interrupted command to end, before it is terminated."""


@dataclass
class Linter:
    """A running linter, its name and the file with its output."""

    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    @property
    def failed(self) -> bool:
        """True if it has ended with an error."""
        return bool(self.process.poll())

    def report(self) -> str:
        """Its name and output, once it has ended."""
        self.process.wait()
        self.output.seek(0)
        text = self.output.read().decode(errors="replace")
        return f"» {self.name}\n{text}"


def start_linters(
    commands: Sequence[Sequence[str]], env: dict[str, str], folder: Path
) -> list[Linter]:
    """Start linters in a folder."""
    linters = []
    for words in commands:
        output = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the linter
        process = subprocess.Popen(
            words, env=env, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
        linters.append(Linter(" ".join(words), process, output))
    return linters


def finish(linters: Sequence[Linter]) -> int:
    """Wait for the linters and print their reports; returns the exit code of the first failure."""
    for linter in linters:
        print(linter.report(), end="", flush=True)
    return next((linter.process.returncode for linter in linters if linter.failed), 0)


def beside(linters: Sequence[Linter], command: Sequence[str], env: dict[str, str]) -> int:
    """Run a command beside the linters; their first failure interrupts it.

    Reports are printed of linters that fail only, so that the command's last line is the last.

    Returns:
        Exit code of a linter that failed, else of the command.
    """
    process = subprocess.Popen(command, env=env)
    try:
        while process.poll() is None and not any(linter.failed for linter in linters):
            time.sleep(0.2)
        interrupt(process)
        return finish([it for it in linters if it.process.wait()]) or process.returncode
    except KeyboardInterrupt:
        for each in (process, *(linter.process for linter in linters)):
            each.send_signal(signal.SIGINT)
            each.wait()
        return 130


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """End a command; a background job ignores SIGINT until it sets its own handler."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
