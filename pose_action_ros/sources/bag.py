"""ROS 2 bags, read without ROS: folders, or single .mcap and .db3 files."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.serde import SerdeError
from rosbags.typesys import Stores, get_typestore

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.messages.camera_info import intrinsics_from, scaled, unsupported_lens
from pose_action_ros.messages.images import bgr_from_compressed, bgr_from_image
from pose_action_ros.sources.base import Header, Image, SourceFrame
from pose_action_ros.sources.damaged_bag import BagReader, DamagedBag, has_log
from pose_action_ros.sources.kinds import bag_files

_LOG = logging.getLogger(__name__)
_DEFAULT_RATE = 30.0
_RATE_IMAGES = 10
"""Number of images that the rate of a bag is estimated from."""
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
_CAMERA = "sensor_msgs/msg/CameraInfo"

# Not the definitions in the bag: these messages are the same in all distributions of ROS 2, and the
# bags of old ones have no definitions.
_TYPES = get_typestore(Stores.LATEST)


class BagSource:
    """The images on one topic of a bag, with the timestamps of their headers; see Source.

    Images that cannot be read, or are not newer than the one before, are counted and skipped.
    Damaged bags are read as far as possible.

    Args:
        path: folder of the bag, or one of its files.
        topic: of the images; may be empty if only one topic has images.

    Raises:
        SourceError: not a bag, damaged, no such topic, or none of its images can be read.
    """

    def __init__(self, path: Path, topic: str = "") -> None:
        self._path = path
        self.skipped = 0
        self.damage = ""
        with open_bag(path) as reader:
            connections = _image_connections(path, reader, topic)
            self._topic = connections[0].topic
            self.length = sum(item.msgcount for item in connections)
            first = list(islice(self, _RATE_IMAGES))
            height, width = first[0].image.shape[:2]
            self.intrinsics = _camera_of(reader, self._topic, (width, height))
        steps = np.diff([frame.stamp for frame in first])
        self.rate = 1 / float(np.median(steps)) if len(steps) else _DEFAULT_RATE

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, from the first.

        Raises:
            SourceError: the bag cannot be opened again, or none of its images can be read.
        """
        self.skipped, self.damage, clock, problem, index = 0, "", _Clock(), "", -1
        with open_bag(self._path) as reader:
            messages = reader.messages(_image_connections(self._path, reader, self._topic))
            while True:
                try:
                    connection, received, data = next(messages)
                except StopIteration:
                    break
                except Exception as error:  # noqa: BLE001 - a damaged bag raises anything
                    self.damage = str(error) or type(error).__name__
                    break
                index += 1
                try:
                    frame = _frame(index, clock, connection, received, data)
                except InputError as error:
                    self.skipped, problem = self.skipped + 1, str(error)
                    continue
                yield frame
            if isinstance(reader, DamagedBag):
                self.damage = self.damage or reader.damage
        self._note_missing(index + 1, problem)

    def _note_missing(self, count: int, problem: str) -> None:
        """Compare with the promised number of images; SourceError if none could be read."""
        missing = max(self.length - count, 0)
        self.skipped += missing
        if missing and not self.damage:
            self.damage = "the bag is truncated"
        if not self.skipped and not self.damage:
            return
        left = self.length - self.skipped
        reasons = "; ".join(filter(None, (self.damage, problem)))
        few = f"only {left} of {self.length}" if self.skipped else f"{left}"
        report = f"bag {self._path}: {few} images on {self._topic} could be read: {reasons}"
        if not left:
            raise SourceError(report)
        self.damage = report if self.damage else ""
        _LOG.warning("%s", report)

    def skip_until(self, _stamp: float) -> bool:
        """See Source; no image is skipped."""
        return False

    def close(self) -> None:
        """See Source; the bag is open only during an iteration."""


def _frame(
    index: int, clock: _Clock, connection: Connection, received: int, data: bytes
) -> SourceFrame:
    """Decode the next frame; InputError if the message cannot be decoded or is not newer."""
    message = _decode(connection, data)
    compressed = connection.msgtype == _COMPRESSED
    image: Image = bgr_from_compressed(message) if compressed else bgr_from_image(message)
    stamp = message.header.stamp
    header = Header(int(stamp.sec * 10**9 + stamp.nanosec), message.header.frame_id, received)
    return SourceFrame(index, clock.read(header), image, header=header)


class _Clock:
    """Seconds since the first image: by header, or by arrival if the first header has no stamp."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._by_header = True
        self._last = -1

    def read(self, header: Header) -> float:
        """Timestamp [s] of the next image; InputError if it is not newer than the one before."""
        if self._first is None:
            self._by_header = header.stamp != 0
        now = header.stamp if self._by_header else header.received
        self._first = now if self._first is None else self._first
        if now - self._first <= self._last:
            raise InputError("an image that is not newer than the one before")
        self._last = now - self._first
        return self._last / 1e9


@contextmanager
def open_bag(path: Path) -> Iterator[BagReader]:
    """Open a reader of a bag, a DamagedBag if it is not intact.

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
        return DamagedBag(path, "metadata.yaml is missing, its recorder was killed")
    files = bag_files(path) if path.is_dir() else [path]
    if any(has_log(file) for file in files):
        return DamagedBag(path, "its recorder was killed")
    try:
        reader = Reader(path)
        reader.open()
    except Exception as error:  # noqa: BLE001 - a damaged bag raises anything
        return DamagedBag(path, str(error).rstrip(".") or type(error).__name__)
    return reader


def _image_connections(path: Path, reader: BagReader, topic: str) -> list[Connection]:
    """Connections of the topic, or of the only one that has images.

    Raises:
        SourceError: there is none, or more than one; lists the topics.
    """
    images = [item for item in reader.connections if item.msgtype in (_RAW, _COMPRESSED)]
    counts: Counter[str] = Counter()
    for item in images:
        counts[item.topic] += item.msgcount
    chosen = [topic] if topic else [name for name, count in counts.items() if count]
    if len(chosen) == 1 and counts[chosen[0]]:
        return [item for item in images if item.topic == chosen[0]]
    there = ", ".join(f"{name} ({count} images)" for name, count in sorted(counts.items()))
    if not there:
        others = ", ".join(sorted({item.topic for item in reader.connections})) or "nothing at all"
        raise SourceError(f"bag {path} has no images; it has {others}")
    if topic or not chosen:
        raise SourceError(f"bag {path} has no images on {topic!r}; it has {there}")
    raise SourceError(
        f"bag {path} has several topics with images, choose one by `image_topic`: {there}"
    )


def _decode(connection: Connection, data: bytes) -> Any:
    """Decode a message of sensor_msgs; InputError if it is truncated."""
    try:
        return _TYPES.deserialize_cdr(data, connection.msgtype)
    except (SerdeError, ValueError, IndexError, AssertionError) as error:
        raise InputError(f"a {connection.msgtype} that cannot be decoded: {error}") from error


def _camera_of(reader: BagReader, topic: str, size: tuple[int, int]) -> Intrinsics | None:
    """Intrinsics of the images on a topic, from the first camera_info beside it.

    Args:
        reader: of the bag.
        topic: of the images; if its last part begins with image_rect, they have no distortion.
        size: width and height of the images [px].

    Returns:
        None if the bag has no usable camera_info; the reason is logged.
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
    message = _decode(connection, data)
    camera = intrinsics_from(message, rectified=rectified)
    problem = None if rectified else unsupported_lens(message)
    if problem:
        _LOG.warning("%s", problem)
    return scaled(camera, *size) if camera else None
