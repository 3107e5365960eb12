"""Kinds of sources, from their names and the first bytes of their files.

This module imports neither NumPy nor OpenCV: wrong names are refused before anything is loaded.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import Path

from pose_action_ros.errors import SourceError

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
_PART = re.compile(r"(.+)_\d+(\.\w+)")
"""Name of a part of a bag, as ROS 2 numbers them."""

_VIDEO = re.compile(
    rb"....(?:ftyp|moov|mdat|wide|free|skip|pnot)"  # MP4, QuickTime
    rb"|\x1a\x45\xdf\xa3|RIFF....AVI |\x30\x26\xb2\x75\x8e\x66\xcf\x11"  # Matroska, AVI, ASF
    rb"|\x00\x00\x01|\x00\x00\x00\x01|\x47.{187}\x47|.{4}\x47.{191}\x47"  # MPEG, H.264, MPEG-TS
    rb"|OggS|FLV|GIF8|YUV4MPEG2|DKIF|\.RMF|\x06\x0e\x2b\x34|\x1f\x07\x00",
    re.DOTALL,
)
_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF....WEBP|P[36]\s", re.DOTALL
)
_OTHERS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, as .npz files are",
    b"\x93NUMPY": "a NumPy array",
    b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file",
}


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
    if is_live(name):
        return Kind.LIVE
    if not name or not path.exists():
        raise SourceError(f"no source {name!r}: {_EXPECTED}")
    if is_bag(path):
        return Kind.BAG
    return Kind.IMAGES if path.is_dir() else _kind_of_file(path)


def _kind_of_file(path: Path) -> Kind:
    """Tell images and videos from other files; the first bytes decide, not the ending alone."""
    if path.suffix == _ROS_1_BAG:
        raise SourceError(
            f"{path} is a bag of ROS 1; convert it to ROS 2 with: rosbags-convert --src {path} "
            f"--dst {path.with_suffix('')}"
        )
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if path.suffix.lower() in IMAGE_FILES or _IMAGE.match(start):
        return Kind.IMAGE
    content = _content(start)
    if _VIDEO.match(start) or (path.suffix.lower() in VIDEO_FILES and not content):
        return Kind.VIDEO
    raise SourceError(f"not a video: {path} is {content or 'of an unknown format'}; {_EXPECTED}")


def _content(start: bytes) -> str:
    """Describe a file that is certainly no video, by its first bytes; empty if it may be one."""
    for signature, description in _OTHERS.items():
        if start.startswith(signature):
            return description
    if not start:
        return "an empty file"
    text = start.decode("utf-8", errors="ignore")  # the last character may be truncated
    readable = len(text.encode()) > len(start) - 4
    return "a text file" if readable and not re.search(r"[\x00-\x08\x0e-\x1f]", text) else ""


def device_number(name: str) -> int | None:
    """Number of a webcam named 0 or /dev/video0; None for other sources."""
    device = _DEVICE.fullmatch(name)
    return int(device[1]) if device else None


def is_live(name: str) -> bool:
    """True for webcams and streams: images come by themselves and there is no end."""
    return device_number(name) is not None or "://" in name


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
        for file in folder.iterdir()
    )


def bag_files(folder: Path) -> list[Path]:
    """List the message files of a bag, without those compressed as a whole."""
    files = [file for file in folder.iterdir() if file.suffix.lower() in BAG_FILES]
    return sorted(files, key=natural_order)


def title_of(name: str) -> str:
    """Name of a source without folders; `stream` for an address, which may hold a password."""
    if is_live(name):
        return "stream" if "://" in name else f"webcam_{name.removeprefix('/dev/video')}"
    return Path(name).expanduser().resolve().name


def stem_of(name: str) -> str:
    """Name for files about a source: its own without folders and ending."""
    title = title_of(name)
    return title if Path(name).expanduser().is_dir() else Path(title).stem


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorting key by which frame9 comes before frame10."""
    parts = re.findall(r"(\d+)|(\D+)", path.name.lower())
    return [(0, int(number), "") if number else (1, 0, text) for number, text in parts]


def sources_in(name: str) -> list[str]:
    """List the videos and bags of a folder that has more of them than images; else the source."""
    path = Path(name).expanduser()
    if is_live(name) or not path.is_dir() or is_bag(path):
        return [name]
    inside = sorted(path.iterdir(), key=natural_order)
    found = [file for file in inside if file.suffix.lower() in VIDEO_FILES or is_bag(file)]
    images = [file for file in inside if file.suffix.lower() in IMAGE_FILES]
    return [str(file) for file in found] if len(found) > len(images) else [name]
