"""From a node class to a process: start, spin, log, end with the right exit code."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor

from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.base import ManagedNode

PACKAGE = "pose_action_ros"
_STOPS = signal.SIGINT, signal.SIGTERM


def run(make_node: Callable[[], ManagedNode[Any]]) -> int:
    """Run one node until a signal or the node ends it.

    Returns:
        0 after Ctrl-C, SIGTERM or when the node has finished; 1, and one line on stderr, if it
        could not start.
    """
    started = False
    try:
        rclpy.init()
        started = True
        node = make_node()
    except KeyboardInterrupt:
        return 0
    except PoseActionError as error:
        return _refuse(str(error))
    except Exception as error:
        if started and not rclpy.ok():  # a signal came before the node was complete
            return 0
        if type(error).__module__.startswith(("rclpy", "_rclpy")):  # bad --ros-args, bad YAML
            return _refuse(str(error).splitlines()[0])
        raise
    with _restored_signals():
        try:
            with forwarded(node.get_logger()):
                return _spin(node)
        finally:
            node.destroy_node()
            rclpy.try_shutdown()


@contextmanager
def _restored_signals() -> Iterator[None]:
    """Restore the signal handlers afterwards, since some callers continue after the node."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_stops() -> None:
    """Ignore further signals: `ros2 launch` repeats the Ctrl-C that the terminal sent to all."""
    if current_thread() is main_thread():
        for number in _STOPS:
            signal.signal(number, signal.SIG_IGN)


def _spin(node: ManagedNode[Any]) -> int:
    executor = make_executor()
    executor.add_node(node)
    try:
        node.start()
        executor.spin_until_future_complete(node.finished)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    except PoseActionError as error:
        return _refuse(str(error))
    except Exception:
        if rclpy.ok():
            raise
        return 0  # a signal came during the start
    finally:
        _ignore_stops()
        executor.shutdown()
    return 0


def make_executor() -> Executor:
    """The executor of all nodes; they do long work in threads of their own."""
    return SingleThreadedExecutor()


def _refuse(reason: str) -> int:
    sys.stderr.write(f"cannot start: {reason}\n")
    rclpy.try_shutdown()
    return 1


class RosHandler(logging.Handler):
    """Handler that passes log records to a ROS logger."""

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
    """Send the package's log to this ROS logger alone while inside."""
    package, handler = logging.getLogger(PACKAGE), RosHandler(logger)
    level, propagate = package.level, package.propagate
    package.addHandler(handler)
    package.setLevel(logging.DEBUG)  # ROS decides which records are shown
    package.propagate = False
    try:
        yield
    finally:
        package.removeHandler(handler)
        package.setLevel(level)
        package.propagate = propagate
