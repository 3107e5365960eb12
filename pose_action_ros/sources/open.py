"""From what the user names to the source that reads it."""

from __future__ import annotations

import re
from pathlib import Path

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Source
from pose_action_ros.sources.extent import Extent
from pose_action_ros.sources.settings import SourceSettings

SIMULATION = "simulation"
_DEVICE = re.compile(r"(?:/dev/video)?(\d+)")


def open_source(settings: SourceSettings) -> Source:
    """Open what `settings.source` names; looped and ended as the settings say.

    Raises:
        SourceError: there is no such source or it cannot be read; names it and says why.
    """
    return Extent(_open(settings), settings.loop, settings.seconds)


def _open(settings: SourceSettings) -> Source:
    """The source itself; each kind is imported only when used."""
    name = settings.source
    if name == SIMULATION:
        from pose_action_ros.sources.simulation import SimulatedSource  # noqa: PLC0415

        return SimulatedSource(settings)
    device = _DEVICE.fullmatch(name)
    if device or "://" in name:
        from pose_action_ros.sources.live import LiveSource  # noqa: PLC0415

        size = (settings.image_width, settings.image_height)
        return LiveSource(int(device[1]) if device else name, size)
    path = Path(name).expanduser()
    if path.is_dir():
        from pose_action_ros.sources.folder import FolderSource  # noqa: PLC0415

        return FolderSource(path, settings.rate)
    if path.is_file():
        from pose_action_ros.sources.video import VideoSource  # noqa: PLC0415

        return VideoSource(path)
    raise SourceError(
        f"no source {name!r}: expected {SIMULATION!r}, a video file, a folder of images, "
        "a webcam (0 or /dev/video0) or the address of a stream"
    )
