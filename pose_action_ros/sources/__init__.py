"""Sources of images: videos, images, bags, webcams, streams and the simulation."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer
from pose_action_ros.sources.settings import SourceSettings

if TYPE_CHECKING:
    from pose_action_ros.sources.base import Header, Source, SourceFrame
    from pose_action_ros.sources.keypoint_files import open_keypoints
    from pose_action_ros.sources.open import open_source

__all__ = ["Header", "Source", "SourceFrame", "SourceSettings", "open_keypoints", "open_source"]
__getattr__ = importer(
    __name__,
    {
        "Header": "base",
        "Source": "base",
        "SourceFrame": "base",
        "open_keypoints": "keypoint_files",
        "open_source": "open",
    },
)
