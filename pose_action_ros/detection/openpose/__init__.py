"""OpenPose: people from a network's heat maps and part affinity fields."""

from pose_action_ros.detection.openpose.decode import DecodedPeople, decode
from pose_action_ros.detection.openpose.layout import (
    LAYOUTS,
    MapLayout,
    layout_named,
    layout_with_channels,
)
from pose_action_ros.detection.openpose.settings import DecodingSettings, default_settings

__all__ = [
    "LAYOUTS",
    "DecodedPeople",
    "DecodingSettings",
    "MapLayout",
    "decode",
    "default_settings",
    "layout_named",
    "layout_with_channels",
]
