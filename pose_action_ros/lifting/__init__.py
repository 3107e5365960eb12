"""Keypoints to poses: Pose2D [px] to Pose3D [m]."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer
from pose_action_ros.lifting.settings import LifterSettings

if TYPE_CHECKING:
    from pose_action_ros.lifting.lifter import Lifter

__all__ = ["Lifter", "LifterSettings"]
__getattr__ = importer(__name__, {"Lifter": "lifter"})
