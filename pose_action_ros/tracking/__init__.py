"""People over time: ids that stay, and smooth joints."""

from pose_action_ros.tracking.settings import TrackerSettings
from pose_action_ros.tracking.tracker import Tracker

__all__ = ["Tracker", "TrackerSettings"]
