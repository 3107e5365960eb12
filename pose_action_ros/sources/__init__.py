"""Where images come from: videos, image folders, bags, webcams, streams and the simulation."""

from __future__ import annotations

from pose_action_ros.sources.base import Header, Source, SourceFrame
from pose_action_ros.sources.open import open_source
from pose_action_ros.sources.open_keypoints import open_keypoints
from pose_action_ros.sources.settings import SourceSettings

__all__ = ["Header", "Source", "SourceFrame", "SourceSettings", "open_keypoints", "open_source"]
