"""Child processes of the demo: one for each node, monitored, and always ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pose_action_ros.doctor.profile import profile_variable
from pose_action_ros.errors import PoseActionError

SENDERS = ("camera_node", "keypoints_node")
"""Nodes that send images; only they use the DDS profile, which reserves memory in each process."""
_END_LIMIT = 5.0
"""Time limit [s] for a process to end after SIGTERM."""
_LAST_LINES = 8


class ProcessError(PoseActionError):
    """The process of a node failed or ended too early."""


class Processes:
    """Processes of nodes, with their output in log files of a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, node: str, parameters: Mapping[str, object]) -> None:
        """Start a node of this package with parameters."""
        command = [sys.executable, "-m", f"pose_action_ros.nodes.{node}", "--ros-args"]
        for name, value in parameters.items():
            # YAML: strings are quoted, so that "0" stays a string; True is true.
            text = f'"{value}"' if isinstance(value, str) else str(value).lower()
            command += ["-p", f"{name}:={text}"]
        with self._log(node).open("wb") as log:
            # In a new session, so that Ctrl-C reaches only the demo, which then ends its nodes.
            self._running[node] = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=_environment(node),
            )

    def _log(self, node: str) -> Path:
        return self._folder / f"{node}.log"

    def ended(self, node: str) -> bool:
        """True if a node has ended without error; ProcessError if it failed."""
        code = self._running[node].poll()
        if code:
            raise ProcessError(f"{node} ended with code {code}{self.last_lines(node)}")
        return code == 0

    def check(self, *nodes: str) -> None:
        """Raise ProcessError unless all these nodes are running."""
        for node in nodes:
            if self.ended(node):
                raise ProcessError(f"{node} ended too early{self.last_lines(node)}")

    def last_lines(self, node: str) -> str:
        """Last lines of the log of a node, indented, each after a line break."""
        lines = self._log(node).read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(f"\n    {line}" for line in lines[-_LAST_LINES:])

    def ids(self) -> dict[str, int]:
        """Process id of each node."""
        return {node: process.pid for node, process in self._running.items()}

    def close(self) -> None:
        """End all nodes with SIGTERM, and kill those that do not end."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            _await_end(process)
        self._running.clear()


def _environment(node: str) -> dict[str, str]:
    """Environment with the DDS profile of a node; a profile set by the user is kept."""
    name = profile_variable(os.environ)
    if name in os.environ:
        return dict(os.environ)
    from ament_index_python.packages import get_package_share_directory  # noqa: PLC0415

    folder = Path(get_package_share_directory("pose_action_ros")) / "config"
    file = "fastdds.xml" if node in SENDERS else "fastdds_small.xml"
    return {**os.environ, name: str(folder / file)}


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_END_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
