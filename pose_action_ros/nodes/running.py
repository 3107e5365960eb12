"""From a node class to a process: start, spin, log, end with the right exit code."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import print_exc
from typing import Any, NoReturn

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.base import ManagedNode
from pose_action_ros.stopping import end_after, end_process, on_stop_signal

PACKAGE = "pose_action_ros"
STOP_LIMIT = 3.0
"""Time [s] from a signal, or from the end of the node's work, to the end of the process at the
latest: `ros2 launch` repeats its signal after 5 s and reports a node that ends by it as failed."""

_M_ARENA_MAX = -8  # glibc's malloc.h
ARENAS = 2
"""Memory arenas of a process."""


def run_process(make_node: Callable[[], ManagedNode[Any]]) -> NoReturn:
    """Run one node as this process, and end the process with the exit code of `run`.

    SIGINT and SIGTERM stop the node. Further ones are ignored until the process is gone: `ros2
    launch` repeats the Ctrl-C that the terminal sent to all.
    """
    share_arenas()
    stop: Future[None] = Future()

    def ask() -> None:
        end_after(STOP_LIMIT, 0)
        _finish(stop)

    on_stop_signal(ask)
    try:
        code = run(make_node, stop, stopping=lambda code: end_after(STOP_LIMIT, code))
    except BaseException:  # noqa: BLE001 - the process ends here, with the reason on stderr
        print_exc()
        code = 1
    gc.collect()  # the remains of the node hold the DDS participant, which takes its leave here
    end_process(code)


def share_arenas() -> None:
    """Let the threads of this process share two memory arenas, where the C library has them.

    Each configuration of a node starts a thread, which glibc gives an arena of its own; what the
    networks' libraries leave there would grow with every configuration.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)


def run(
    make_node: Callable[[], ManagedNode[Any]],
    stop: Future[None] | None = None,
    *,
    stopping: Callable[[int], object] = lambda _code: None,
) -> int:
    """Run one node until it has finished, or until `stop` is done.

    Args:
        make_node: called after the start of ROS.
        stop: may be done by another thread.
        stopping: called with the exit code before the node is destroyed.

    Returns:
        0 when the node has finished or was stopped; 1, and one line on stderr, if it could not
        start.
    """
    code = 1
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        node = make_node()
    except PoseActionError as error:
        return _refuse(str(error))
    except Exception as error:
        if type(error).__module__.startswith(("rclpy", "_rclpy")):  # bad --ros-args, bad YAML
            return _refuse(str(error).splitlines()[0])
        raise
    try:
        with forwarded(node.get_logger()):
            code = _spin(node, stop or Future())
    finally:
        stopping(code)
        node.destroy_node()
        rclpy.try_shutdown()
    return code


def _spin(node: ManagedNode[Any], stop: Future[None]) -> int:
    executor = make_executor()
    executor.add_node(node)
    node.finished.add_done_callback(lambda _: _finish(stop))
    try:
        if not stop.done():
            node.start()
        executor.spin_until_future_complete(stop)
    except ExternalShutdownException:
        return 0
    except PoseActionError as error:
        return _refuse(str(error))
    finally:
        executor.shutdown()
    return 0


def _finish(stop: Future[None]) -> None:
    if not stop.done():
        stop.set_result(None)


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
