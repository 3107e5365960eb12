"""A job for workers, and a stand-in for Ray."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pose_action_ros.errors import PoseActionError, SourceError


def halved(number: int) -> int:
    """Half of an odd number that is not negative."""
    if number < 0:
        raise SourceError(f"got {number}")
    if not number % 2:
        os._exit(1)
    return number // 2


class RayError(Exception):
    def __init__(self, cause: Exception) -> None:
        super().__init__("a long trace of another machine")
        self.cause = cause


class StandIn:
    """Stand-in for Ray in one process: the newest task is done first."""

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.options: dict[str, Any] = {}
        self.open = False

    def init(self, *, address: str) -> None:
        if address == "nowhere:1":
            raise ConnectionError("no route")
        self.addresses.append(address)
        self.open = True

    def remote(self, **options: Any) -> Callable[[Callable[[Any], Any]], Any]:
        self.options = options
        return lambda work: SimpleNamespace(remote=lambda job: (work, job))

    def wait(self, left: list[Any], *, num_returns: int) -> tuple[list[Any], list[Any]]:
        return left[-num_returns:], left[:-num_returns]

    def get(self, task: tuple[Callable[[Any], Any], Any]) -> Any:
        work, job = task
        try:
            return work(job)
        except PoseActionError as error:
            raise RayError(error) from error

    def shutdown(self) -> None:
        self.open = False


def endless(folder: str) -> None:
    """Write the process into a file of a folder until it is interrupted; then close the file."""
    if not folder:
        return
    path = Path(folder) / "job"
    path.write_text(str(os.getpid()))
    try:
        while True:
            time.sleep(0.01)
    finally:
        path.rename(path.with_name("closed"))
