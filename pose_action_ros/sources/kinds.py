"""Kinds of sources, from their names and the bytes of their files.

This module imports neither NumPy nor OpenCV: wrong names are refused before anything is loaded.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path

from pose_action_ros.errors import SourceError
from pose_action_ros.folders import COMPANION, files_in
from pose_action_ros.sources.contents import is_image, is_video, other_content, start_of

SIMULATION = "simulation"
BAG_FILES = (".mcap", ".db3")
VIDEO_FILES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv")
"""Endings of the videos in a folder; a single video file may have any ending."""
IMAGE_FILES = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
_ROS_1_BAG = ".bag"
_EXPECTED = (
    f"expected {SIMULATION!r}, a video file, an image, a folder of images, a ROS 2 bag, a webcam "
    "(0 or /dev/video0) or the address of a stream"
)
_DEVICE = re.compile(r"(?:/dev/video)?(\d+)")
_VIDEO4LINUX = 81
"""Major number of the devices of Video4Linux, however udev names them."""
_DEVICES = "`ls /dev/video* /dev/v4l/by-id` lists the devices of cameras"
_SPECIAL: Mapping[int, str] = {
    stat.S_IFCHR: f"a device but no camera: {_DEVICES}",
    stat.S_IFBLK: "a drive; mount it and name a file on it",
    stat.S_IFIFO: "a pipe, which cannot be read twice; write it to a file, or stream it",
    stat.S_IFSOCK: "a socket; name the address of its stream",
}
_ALMOST_ADDRESS = re.compile(r"www\.|(?:rtsps?|https?|rtmp|rtp|udp|tcp|srt):", re.IGNORECASE)
_PART = re.compile(r"(.+)_\d+(\.\w+)")
"""Name of a part of a bag, as ROS 2 numbers them."""


class Kind(Enum):
    """Kinds of sources."""

    SIMULATION = auto()
    LIVE = auto()
    BAG = auto()
    IMAGES = auto()
    IMAGE = auto()
    VIDEO = auto()


def kind_of(name: str) -> Kind:
    """Return the kind of a source.

    Raises:
        SourceError: there is no such source, or the file is none.
    """
    path = Path(name).expanduser()
    if name == SIMULATION:
        return Kind.SIMULATION
    if name.lower().startswith("file://"):
        raise SourceError(f"{name} is the address of a file; name its path, which begins with /")
    if is_live(name):
        return Kind.LIVE
    mode = _mode(name)
    if is_bag(path) and not path.name.startswith(COMPANION):
        return Kind.BAG
    if stat.S_ISDIR(mode):
        return Kind.IMAGES
    if not stat.S_ISREG(mode):
        raise SourceError(f"{path} is {_SPECIAL.get(stat.S_IFMT(mode), 'no file')}; {_EXPECTED}")
    return _kind_of_file(path)


def _mode(name: str) -> int:
    """Mode of the file of a source; SourceError if there is none or it is out of reach."""
    path = Path(name).expanduser()
    try:
        if name:
            return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # also a name with a null byte
        pass
    except OSError as error:
        raise SourceError(f"{name!r} cannot be read: {error.strerror}") from error
    if path.is_symlink():
        raise SourceError(f"{path} is a link to {path.readlink()}, which does not exist")
    if path.is_relative_to("/dev"):
        raise SourceError(f"no device {path}: is the camera connected? {_DEVICES}")
    if _ALMOST_ADDRESS.match(name):
        raise SourceError(
            f"no source {name!r}: an address has a protocol, such as rtsp://HOST/PATH"
        )
    raise SourceError(f"no source {name!r}: {_EXPECTED}")


def _kind_of_file(path: Path) -> Kind:
    """Tell images and videos from other files; the first bytes decide, not the ending alone."""
    if path.suffix == _ROS_1_BAG:
        raise SourceError(
            f"{path} is a bag of ROS 1; convert it to ROS 2 with: rosbags-convert --src {path} "
            f"--dst {path.with_suffix('')}"
        )
    try:
        start = start_of(path)
        other = other_content(path, start)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if is_image(start) or (path.suffix.lower() in IMAGE_FILES and not other):
        return Kind.IMAGE
    if not other and (is_video(start) or path.suffix.lower() in VIDEO_FILES):
        return Kind.VIDEO
    raise SourceError(f"not a video: {path} is {other or 'of an unknown format'}; {_EXPECTED}")


def device_of(name: str) -> int | str | None:
    """Webcam with this name: its number (0, /dev/video0), or its path (by udev, or a link).

    None for other sources.
    """
    number = _DEVICE.fullmatch(name)
    if number:
        return int(number[1])
    path = Path(name).expanduser()
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    is_camera = stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == _VIDEO4LINUX
    return str(path.absolute()) if is_camera else None


def is_live(name: str) -> bool:
    """True for webcams and streams: images come by themselves and there is no end."""
    return "://" in name or device_of(name) is not None


def is_bag(path: Path) -> bool:
    """True for a ROS 2 bag: one of its files, or its folder."""
    if not path.is_dir():
        return path.suffix.lower() in BAG_FILES
    return (path / "metadata.yaml").is_file() or _is_one_bag(path)


def _is_one_bag(folder: Path) -> bool:
    """True if a folder without metadata.yaml has the parts of one bag and nothing else."""
    names = {_PART.sub(r"\1\2", file.name) for file in bag_files(folder)}
    return len(names) == 1 and not any(
        file.suffix.lower() in (*VIDEO_FILES, *IMAGE_FILES) or (file / "metadata.yaml").is_file()
        for file in files_in(folder)
    )


def bag_files(folder: Path) -> list[Path]:
    """List the message files of a bag, without those compressed as a whole."""
    return files_in(folder, *BAG_FILES)


def title_of(name: str) -> str:
    """Name of a source without folders; `stream` for an address, which may hold a password."""
    if "://" in name:
        return "stream"
    if is_live(name):
        return f"webcam_{Path(name).name.removeprefix('video')}"
    return Path(name).expanduser().resolve().name


def stem_of(name: str) -> str:
    """Name for files about a source: its own without folders and ending."""
    title = title_of(name)
    whole = is_live(name) or Path(name).expanduser().is_dir()
    return title if whole else Path(title).stem


def sources_in(name: str) -> list[str]:
    """List the videos and bags of a folder that has more of them than images; else the source."""
    path = Path(name).expanduser()
    if is_live(name) or not path.is_dir() or is_bag(path):
        return [name]
    inside = files_in(path)
    found = [file for file in inside if file.suffix.lower() in VIDEO_FILES or is_bag(file)]
    images = [file for file in inside if file.suffix.lower() in IMAGE_FILES]
    return [str(file) for file in found] if len(found) > len(images) else [name]
