"""From a folder of OpenPose's files, and perhaps their pictures, to the source that reads both."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.sources.base import Source
from pose_action_ros.sources.extent import Extent
from pose_action_ros.sources.keypoint_files import KeypointFiles
from pose_action_ros.sources.open import open_source
from pose_action_ros.sources.settings import SourceSettings

_SIZE = re.compile(r"([1-9]\d{0,5})x([1-9]\d{0,5})")


def open_keypoints(folder: str, settings: SourceSettings, size: str) -> Source:
    """The people of a folder of OpenPose's files, looped and ended as the settings say.

    Args:
        folder: with the files.
        settings: `source` names their pictures; empty for none, then `rate` is the files'.
        size: WIDTHxHEIGHT of the images where there are no pictures [px].

    Raises:
        SettingError: no pictures, and no size.
        SourceError: the files or their pictures cannot be read.
    """
    if settings.source:
        pictures = open_source(replace(settings, loop=False, seconds=0.0))
        shape = (0, 0)
    else:
        pictures, shape = None, _parsed(size)
    files = KeypointFiles(Path(folder).expanduser(), settings.rate, shape, pictures)
    return Extent(files, settings.loop, settings.seconds)


def _parsed(size: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(size)
    if not match:
        raise SettingError(
            f"parameter 'image_size': got {size!r}, expected WIDTHxHEIGHT such as 1920x1080: files "
            "of keypoints do not tell the size of their images; or name the video they are about"
        )
    return int(match[1]), int(match[2])
