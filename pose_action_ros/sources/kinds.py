"""What a source's name says about it."""

from __future__ import annotations

import re
from pathlib import Path

SIMULATION = "simulation"
BAG_FILES = (".mcap", ".db3")
VIDEO_FILES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv")
"""Endings of the videos in a folder of them; a file named on its own may have any."""
IMAGE_FILES = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
_DEVICE = re.compile(r"(?:/dev/video)?(\d+)")
_PART = re.compile(r"(.+)_\d+(\.\w+)")
"""Name of a part of a bag, as ROS 2 numbers them."""


def device_number(name: str) -> int | None:
    """Of a webcam, named 0 or /dev/video0; None for anything else."""
    device = _DEVICE.fullmatch(name)
    return int(device[1]) if device else None


def is_live(name: str) -> bool:
    """Whether it is a webcam or a stream: images come by themselves and there is no end."""
    return device_number(name) is not None or "://" in name


def is_bag(path: Path) -> bool:
    """Whether it is a ROS 2 bag: one of its files, or the folder with them."""
    if not path.is_dir():
        return path.suffix.lower() in BAG_FILES
    return (path / "metadata.yaml").is_file() or _is_one_bag(path)


def _is_one_bag(folder: Path) -> bool:
    """Whether files, of which nothing says more, are the parts of one bag and nothing is beside."""
    names = {_PART.sub(r"\1\2", file.name) for file in bag_files(folder)}
    return len(names) == 1 and not any(
        file.suffix.lower() in (*VIDEO_FILES, *IMAGE_FILES) or (file / "metadata.yaml").is_file()
        for file in folder.iterdir()
    )


def bag_files(folder: Path) -> list[Path]:
    """The files with the messages of a bag, without those that are compressed as a whole."""
    files = [file for file in folder.iterdir() if file.suffix.lower() in BAG_FILES]
    return sorted(files, key=natural_order)


def title_of(name: str) -> str:
    """A source's name without folders; of a stream nothing, its address may hold a password."""
    if is_live(name):
        return "stream" if "://" in name else f"webcam_{name.removeprefix('/dev/video')}"
    return Path(name).expanduser().resolve().name


def stem_of(name: str) -> str:
    """What files about a source are called: its name without folders and ending."""
    title = title_of(name)
    return title if Path(name).expanduser().is_dir() else Path(title).stem


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorting key by which frame9 comes before frame10."""
    parts = re.findall(r"(\d+)|(\D+)", path.name.lower())
    return [(0, int(number), "") if number else (1, 0, text) for number, text in parts]


def sources_in(name: str) -> list[str]:
    """The videos and bags in a folder that has more of them than images; else the source itself."""
    path = Path(name).expanduser()
    if is_live(name) or not path.is_dir() or is_bag(path):
        return [name]
    inside = sorted(path.iterdir(), key=natural_order)
    found = [file for file in inside if file.suffix.lower() in VIDEO_FILES or is_bag(file)]
    images = [file for file in inside if file.suffix.lower() in IMAGE_FILES]
    return [str(file) for file in found] if len(found) > len(images) else [name]
