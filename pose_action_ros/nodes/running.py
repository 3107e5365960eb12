"""From a node class to a process: start, spin, end with the right exit code."""

from __future__ import annotations

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
from pose_action_ros.nodes.logs import forwarded

_STOPS = signal.SIGINT, signal.SIGTERM


def run(make_node: Callable[[], ManagedNode[Any]]) -> int:
    """Run one node until it is told to stop.

    Returns:
        0 after Ctrl-C, SIGTERM or when there is nothing more to do; 1, and one line on stderr,
        when it could not start.
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
        if started and not rclpy.ok():  # told to stop before there was a node
            return 0
        if type(error).__module__.startswith(("rclpy", "_rclpy")):  # bad --ros-args, bad YAML
            return _refuse(str(error).splitlines()[0])
        raise
    with _restored():
        try:
            with forwarded(node.get_logger()):
                return _spin(node)
        finally:
            node.destroy_node()
            rclpy.try_shutdown()


@contextmanager
def _restored() -> Iterator[None]:
    """What signals do is afterwards as it was: not every caller ends with the node."""
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
    """One is enough: `ros2 launch` passes on the Ctrl-C that the terminal gave to all already."""
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
        return 0  # a signal came while something was being set up
    finally:
        _ignore_stops()
        executor.shutdown()
    return 0


def make_executor() -> Executor:
    """The executor all nodes use; they do their work in threads of their own."""
    return SingleThreadedExecutor()


def _refuse(reason: str) -> int:
    sys.stderr.write(f"cannot start: {reason}\n")
    rclpy.try_shutdown()
    return 1
