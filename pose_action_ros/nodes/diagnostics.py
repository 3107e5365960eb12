"""A node's health on /diagnostics, once a second; by diagnostic_updater where it is installed."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined] # the place of all versions
from rclpy.node import Node

from pose_action_ros.nodes.health import Report, Statistics

PERIOD = 1.0
"""Time between reports [s]."""
HARDWARE_ID = "none"


def publish_diagnostics(node: Node, statistics: Statistics) -> object:
    """Report on a node once a second from now on; keep what is returned."""
    try:
        from diagnostic_updater import Updater  # noqa: PLC0415 - absent on many machines
    except ImportError:
        return _OwnUpdater(node, statistics)
    updater = Updater(node, PERIOD)
    updater.setHardwareID(HARDWARE_ID)
    updater.add(_task_name(statistics), lambda status: _fill(status, statistics.report()))
    return updater


def _task_name(statistics: Statistics) -> str:
    return f"{statistics.noun} stream"


def _fill(status: Any, report: Report) -> Any:
    """Fill in a DiagnosticStatusWrapper."""
    status.summary(bytes([report.level]), report.message)
    for key, value in report.values.items():
        status.add(key, value)
    return status


class _OwnUpdater:
    """Publishes what diagnostic_updater would."""

    def __init__(self, node: Node, statistics: Statistics) -> None:
        self._node = node
        self._statistics = statistics
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 1)
        # Simulated time may stand still or be far away; health is of the real world.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(PERIOD, self._publish, clock=steady)

    def _publish(self) -> None:
        report = self._statistics.report()
        status = DiagnosticStatus(
            level=bytes([report.level]),
            name=f"{self._node.get_name()}: {_task_name(self._statistics)}",
            message=report.message,
            hardware_id=HARDWARE_ID,
            values=[KeyValue(key=key, value=value) for key, value in report.values.items()],
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
