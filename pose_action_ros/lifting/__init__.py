"""Keypoints to poses: Pose2D [px] to Pose3D [m]."""

from pose_action_ros.lifting.lifter import Lifter
from pose_action_ros.lifting.settings import LifterSettings

__all__ = ["Lifter", "LifterSettings"]
