"""Tracking: ids that stay over time, and smooth joints."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer
from pose_action_ros.tracking.settings import TrackerSettings

if TYPE_CHECKING:
    from pose_action_ros.tracking.tracker import Tracker

__all__ = ["Tracker", "TrackerSettings"]
__getattr__ = importer(__name__, {"Tracker": "tracker"})
