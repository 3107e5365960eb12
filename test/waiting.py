"""Waiting for events, without a limit that a slow or busy machine reaches."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

Value = TypeVar("Value")

PATIENCE = 300.0
"""Time [s] after which an event counts as missing, of a machine with a core for each process that
wants one; longer on a busier one. For tests that are stuck, not for slow ones."""
_SLOWEST = 100.0
"""Greatest factor by which the load of a machine makes limits longer."""


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return as soon as a condition holds.

    Raises:
        AssertionError: the condition does not hold within the time [s].
    """
    assert within(seconds, condition), f"the condition did not hold within {seconds:.0f} s"


def within(seconds: float, condition: Callable[[], object]) -> bool:
    """True as soon as a condition holds; False if it does not hold within the time [s]."""
    limit = Limit(seconds)
    while not (holds := bool(condition())) and not limit.reached():
        time.sleep(0.01)
    return holds


def eventually(check: Callable[[], Value]) -> Value:
    """Repeat a check until it passes: what one look at a network misses, another shows.

    Raises:
        AssertionError, ValueError: of the check, when it still fails after `PATIENCE`.
    """
    limit = Limit(PATIENCE)
    while True:
        try:
            return check()
        except (AssertionError, ValueError):  # noqa: PERF203 - the next look is the purpose
            if limit.reached():
                raise


def end_of(process: subprocess.Popen[Any]) -> int:
    """Exit code of a process, when it has ended.

    Raises:
        AssertionError: it does not end.
    """
    wait_until(lambda: process.poll() is not None)
    return int(process.returncode)


class Limit:
    """A time limit [s] that grows with the number of processes for each core of the machine.

    Where 20 processes share two cores, each event takes ten times as long, and so does the limit.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._now = time.monotonic()

    def reached(self) -> bool:
        """True if the time is over; to be called again and again."""
        before, self._now = self._now, time.monotonic()
        self._left -= (self._now - before) / crowding()
        return self._left <= 0


def crowding() -> float:
    """Processes that want to run for each core, at least 1."""
    return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), _SLOWEST)
