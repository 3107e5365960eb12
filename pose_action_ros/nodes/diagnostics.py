"""A node's health on /diagnostics, once a second; by diagnostic_updater where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined] # the place of all versions
from rclpy.node import Node

from pose_action_ros.nodes.health import Report

PERIOD = 1.0
"""Time between reports [s]."""
HARDWARE_ID = "none"


def publish_diagnostics(node: Node, noun: str, report: Callable[[], Report]) -> object:
    """Report on a node once a second from now on; keep what is returned.

    Args:
        node: reported on.
        noun: what it works on, for people.
        report: its health since the last call.
    """
    try:
        from diagnostic_updater import Updater  # noqa: PLC0415 - absent on many machines
    except ImportError:
        return _OwnUpdater(node, noun, report)
    updater = Updater(node, PERIOD)
    updater.setHardwareID(HARDWARE_ID)
    updater.add(task_name(node, noun), lambda status: _fill(status, report()))
    return updater


def task_name(node: Node, noun: str) -> str:
    """What a node's report is called after its name, which two namespaces may share."""
    namespace = node.get_namespace()
    return f"{noun} stream" + ("" if namespace == "/" else f" in {namespace}")


def _fill(status: Any, report: Report) -> Any:
    """Fill in a DiagnosticStatusWrapper."""
    status.summary(bytes([report.level]), report.message)
    for key, value in report.values.items():
        status.add(key, value)
    return status


class _OwnUpdater:
    """Publishes what diagnostic_updater would."""

    def __init__(self, node: Node, noun: str, report: Callable[[], Report]) -> None:
        self._node, self._noun, self._report = node, noun, report
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 1)
        # Simulated time may stand still or be far away; health is of the real world.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(PERIOD, self._publish, clock=steady)

    def _publish(self) -> None:
        report = self._report()
        status = DiagnosticStatus(
            level=bytes([report.level]),
            name=f"{self._node.get_name()}: {task_name(self._node, self._noun)}",
            message=report.message,
            hardware_id=HARDWARE_ID,
            values=[KeyValue(key=key, value=value) for key, value in report.values.items()],
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
