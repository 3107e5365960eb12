"""Quality of service: sensor data in, reliable out; both can be overridden by parameters."""

from __future__ import annotations

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

OVERRIDABLE = QoSOverridingOptions.with_default_policies()


def newest(depth: int = 5) -> QoSProfile:
    """For subscriptions: best effort, which every publisher serves."""
    return QoSProfile(
        depth=depth, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.BEST_EFFORT
    )


def reliable(depth: int = 10) -> QoSProfile:
    """For publishers: serves reliable and best-effort subscriptions."""
    return QoSProfile(
        depth=depth, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.RELIABLE
    )
