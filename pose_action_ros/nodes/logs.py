"""The package's log in ROS: everything below nodes/ knows only Python's logging."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

PACKAGE = "pose_action_ros"


class RosHandler(logging.Handler):
    """Hands log records to a ROS logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Log in ROS with the record's level."""
        text = self.format(record)
        # rclpy ties a line of code to one severity, hence one line for each.
        if record.levelno >= logging.CRITICAL:
            self._logger.fatal(text)
        elif record.levelno >= logging.ERROR:
            self._logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text)
        elif record.levelno >= logging.INFO:
            self._logger.info(text)
        else:
            self._logger.debug(text)


@contextmanager
def forwarded(logger: Any) -> Iterator[None]:
    """While inside, the package's log goes to this ROS logger and nowhere else."""
    package, handler = logging.getLogger(PACKAGE), RosHandler(logger)
    level, propagate = package.level, package.propagate
    package.addHandler(handler)
    package.setLevel(logging.DEBUG)  # ROS decides what is shown
    package.propagate = False
    try:
        yield
    finally:
        package.removeHandler(handler)
        package.setLevel(level)
        package.propagate = propagate


class Throttle:
    """Lets one event through per period and counts the others."""

    def __init__(self, period: float = 5.0) -> None:
        self._period = period
        self._next = -float("inf")
        self._held = 0

    def passes(self) -> int | None:
        """How many events were held back since the last that passed; None to hold this one."""
        now = monotonic()
        if now < self._next:
            self._held += 1
            return None
        held, self._held = self._held, 0
        self._next = now + self._period
        return held
