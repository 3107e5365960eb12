"""What is read from a ROS 2 bag: which topic has the images, its messages, and the camera."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.serde import SerdeError
from rosbags.typesys import Stores, get_typestore

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.messages.camera_info import intrinsics_from, scaled, unsupported_lens
from pose_action_ros.messages.pictures import decoded_picture, raw_picture
from pose_action_ros.sources.bag_salvage import BagReader, Salvaged
from pose_action_ros.sources.base import Image
from pose_action_ros.sources.cut_sqlite import has_log
from pose_action_ros.sources.kinds import bag_files

_LOG = logging.getLogger(__name__)
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
_CAMERA = "sensor_msgs/msg/CameraInfo"

# Not the definitions in the bag: these messages are the same in all distributions of ROS 2, and the
# bags of old ones have no definitions.
_TYPES = get_typestore(Stores.LATEST)


@contextmanager
def opened(path: Path) -> Iterator[BagReader]:
    """A reader of the bag, or of what is left of it: then damage_of says what is lost.

    Raises:
        SourceError: not a bag, or nothing of it can be read.
    """
    reader = _reader(path)
    try:
        yield reader
    finally:
        reader.close()


def _reader(path: Path) -> BagReader:
    if path.is_dir() and not (path / "metadata.yaml").is_file():
        return Salvaged(path, "metadata.yaml is missing, its recorder was killed")
    files = bag_files(path) if path.is_dir() else [path]
    if any(has_log(file) for file in files):
        return Salvaged(path, "its recorder was killed")
    try:
        reader = Reader(path)
        reader.open()
    except Exception as error:  # noqa: BLE001 - a damaged bag raises anything
        return Salvaged(path, str(error).rstrip(".") or type(error).__name__)
    return reader


def damage_of(reader: BagReader) -> str:
    """What of a bag is lost, as far as is known by now; empty for nothing."""
    return reader.damage if isinstance(reader, Salvaged) else ""


def image_connections(path: Path, reader: BagReader, topic: str) -> list[Connection]:
    """The connections of the topic named, or of the only one that has images.

    Raises:
        SourceError: there is none, or more than one; lists what there is.
    """
    images = [item for item in reader.connections if item.msgtype in (_RAW, _COMPRESSED)]
    counts: Counter[str] = Counter()
    for item in images:
        counts[item.topic] += item.msgcount
    wanted = [topic] if topic else [name for name, count in counts.items() if count]
    if len(wanted) == 1 and counts[wanted[0]]:
        return [item for item in images if item.topic == wanted[0]]
    there = ", ".join(f"{name} ({count} images)" for name, count in sorted(counts.items()))
    if not there:
        others = ", ".join(sorted({item.topic for item in reader.connections})) or "nothing at all"
        raise SourceError(f"bag {path} has no images; it has {others}")
    if topic or not wanted:
        raise SourceError(f"bag {path} has no images on {topic!r}; it has {there}")
    raise SourceError(
        f"bag {path} has several topics with images, choose one by `image_topic`: {there}"
    )


def message_in(connection: Connection, data: bytes) -> Any:
    """A message of sensor_msgs.

    Raises:
        InputError: it is cut off.
    """
    try:
        return _TYPES.deserialize_cdr(data, connection.msgtype)
    except (SerdeError, ValueError, IndexError, AssertionError) as error:
        raise InputError(f"a {connection.msgtype} that cannot be decoded: {error}") from error


def picture_in(connection: Connection, message: Any) -> Image:
    """The picture in a message on one of image_connections; see raw_picture, decoded_picture."""
    return decoded_picture(message) if connection.msgtype == _COMPRESSED else raw_picture(message)


def camera_of(reader: BagReader, topic: str, size: tuple[int, int]) -> Intrinsics | None:
    """The camera of the images on a topic, from the first camera_info beside it.

    Args:
        reader: of the bag.
        topic: of the images; when its last word begins with image_rect, they have no distortion.
        size: width and height of the images [px].

    Returns:
        None when the bag has none that can be used; why, is logged.
    """
    folder, _, name = topic.removesuffix("/compressed").rpartition("/")
    beside = [
        item
        for item in reader.connections
        if item.msgtype == _CAMERA and item.topic == f"{folder}/camera_info" and item.msgcount
    ]
    try:
        return _first_camera(reader, beside, size, rectified=name.startswith("image_rect"))
    except Exception as error:  # noqa: BLE001 - a damaged bag raises anything; images may be left
        _LOG.warning("%s/camera_info is not used: %s", folder, error)
        return None


def _first_camera(
    reader: BagReader, beside: Sequence[Connection], size: tuple[int, int], *, rectified: bool
) -> Intrinsics | None:
    if not beside:
        return None
    connection, _, data = next(reader.messages(beside))
    message = message_in(connection, data)
    camera = intrinsics_from(message, rectified=rectified)
    problem = None if rectified else unsupported_lens(message)
    if problem:
        _LOG.warning("%s", problem)
    return scaled(camera, *size) if camera else None
