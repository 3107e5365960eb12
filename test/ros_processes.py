"""Nodes as processes of their own, as on a robot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from waiting import end_of

Launch = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start node processes: `launch("camera_node", parameter=value, ...)`; end them all."""
    running: list[subprocess.Popen[str]] = []
    files: list[IO[str]] = []

    def start(module: str, **parameters: object) -> subprocess.Popen[str]:
        files.append((tmp_path / f"{len(files)}_{module}.log").open("w", encoding="utf-8"))
        process = subprocess.Popen(
            command(module, parameters),
            stdout=files[-1],
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ},
        )
        running.append(process)
        return process

    yield start
    codes = [stop(process) for process in reversed(running)]
    for file in files:
        file.close()
    logs = "\n".join(path.read_text(encoding="utf-8") for path in sorted(tmp_path.glob("*.log")))
    assert set(codes) <= {0}, f"exit codes {codes}:\n{logs}"


def command(module: str, parameters: dict[str, Any]) -> list[str]:
    """The command line of a node."""
    words = [f"{name}:={_yaml(value)}" for name, value in parameters.items()]
    given = [word for pair in words for word in ("-p", pair)]
    return [sys.executable, "-m", f"pose_action_ros.nodes.{module}", "--ros-args", *given]


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def stop(process: subprocess.Popen[str]) -> int:
    """Ask a process to end; its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    return end_of(process)
