"""Waiting for events, without a limit that a slow machine reaches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE = 300.0
"""Time [s] after which an event counts as missing; for tests that are stuck, not for slow ones."""


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return as soon as a condition holds.

    Raises:
        AssertionError: the condition does not hold within the time [s].
    """
    assert within(seconds, condition), f"the condition did not hold within {seconds:.0f} s"


def within(seconds: float, condition: Callable[[], object]) -> bool:
    """True as soon as a condition holds; False if it does not hold within the time [s]."""
    end = time.monotonic() + seconds
    while not (holds := bool(condition())) and time.monotonic() < end:
        time.sleep(0.01)
    return holds


def eventually(check: Callable[[], Value]) -> Value:
    """Repeat a check until it passes: what one look at a network misses, another shows.

    Raises:
        AssertionError, ValueError: of the check, when it still fails after `PATIENCE`.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return check()
        except (AssertionError, ValueError):  # noqa: PERF203 - the next look is the purpose
            if time.monotonic() > end:
                raise
