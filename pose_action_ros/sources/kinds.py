"""What a source's name says about it."""

from __future__ import annotations

import re
from pathlib import Path

SIMULATION = "simulation"
BAG_FILES = (".mcap", ".db3")
VIDEO_FILES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv")
"""Endings of the videos in a folder of them; a file named on its own may have any."""
_DEVICE = re.compile(r"(?:/dev/video)?(\d+)")


def device_number(name: str) -> int | None:
    """Of a webcam, named 0 or /dev/video0; None for anything else."""
    device = _DEVICE.fullmatch(name)
    return int(device[1]) if device else None


def is_live(name: str) -> bool:
    """Whether it is a webcam or a stream: images come by themselves and there is no end."""
    return device_number(name) is not None or "://" in name


def is_bag(path: Path) -> bool:
    """Whether it is a ROS 2 bag: one of its files, or the folder with them."""
    if path.is_dir():
        return (path / "metadata.yaml").is_file() or bool(bag_files(path))
    return path.suffix.lower() in BAG_FILES


def bag_files(folder: Path) -> list[Path]:
    """The files with the messages of a bag, without those that are compressed as a whole."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in BAG_FILES)


def title_of(name: str) -> str:
    """A source's name without folders; of a stream nothing, its address may hold a password."""
    if is_live(name):
        return "stream" if "://" in name else f"webcam_{name.removeprefix('/dev/video')}"
    return Path(name).expanduser().resolve().name


def stem_of(name: str) -> str:
    """What files about a source are called: its name without folders and ending."""
    title = title_of(name)
    return title if Path(name).expanduser().is_dir() else Path(title).stem
