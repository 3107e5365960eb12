"""From what the user names to the source that reads it."""

from __future__ import annotations

from pathlib import Path

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Source
from pose_action_ros.sources.extent import Extent
from pose_action_ros.sources.kinds import SIMULATION, device_number, is_bag, is_live
from pose_action_ros.sources.settings import SourceSettings

ROS_1_BAG = ".bag"


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
    if is_live(name):
        from pose_action_ros.sources.live import LiveSource  # noqa: PLC0415

        size = (settings.image_width, settings.image_height)
        device = device_number(name)
        return LiveSource(name if device is None else device, size)
    return _open_files(Path(name).expanduser(), settings)


def _open_files(path: Path, settings: SourceSettings) -> Source:
    """The source in a file or folder."""
    if path.exists() and is_bag(path):
        return _open_bag(path, settings.image_topic)
    if path.is_dir():
        from pose_action_ros.sources.folder import FolderSource  # noqa: PLC0415

        return FolderSource(path, settings.rate)
    if path.is_file():
        from pose_action_ros.sources.video import VideoSource  # noqa: PLC0415

        if path.suffix == ROS_1_BAG:
            raise SourceError(
                f"{path} is a bag of ROS 1; make one of ROS 2 of it with: rosbags-convert --src "
                f"{path} --dst {path.with_suffix('')}"
            )
        return VideoSource(path)
    raise SourceError(
        f"no source {settings.source!r}: expected {SIMULATION!r}, a video file, a folder of "
        "images, a ROS 2 bag, a webcam (0 or /dev/video0) or the address of a stream"
    )


def _open_bag(path: Path, topic: str) -> Source:
    try:
        from pose_action_ros.sources.bag import BagSource  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SourceError(
            f"reading bag {path} needs rosbags ({error}); run: pip install rosbags"
        ) from error
    return BagSource(path, topic)
