"""ROS 2 bags, read without ROS: folders, or single .mcap and .db3 files."""

from __future__ import annotations

import logging
import re
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
from pose_action_ros.messages.camera_info import RECTIFIED, calibration, is_rectified
from pose_action_ros.messages.compressed import bgr_from_compressed, raw_encoding
from pose_action_ros.messages.images import bgr_from_image, depth_warning
from pose_action_ros.sources.bag_clock import DEFAULT_RATE, BagClock
from pose_action_ros.sources.base import Header, Image, SourceFrame
from pose_action_ros.sources.damaged_bag import BagReader, DamagedBag, damage_of
from pose_action_ros.sources.kinds import bag_files
from pose_action_ros.sources.written_order import WrittenOrder
from pose_action_ros.stamp_order import NANOSECONDS

_LOG = logging.getLogger(__name__)
_RATE_IMAGES = 10
"""Number of images that the rate of a bag is estimated from."""
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
_CAMERA = "sensor_msgs/msg/CameraInfo"
_RESULT = re.compile(r"(^|/)(\w+_node|pipeline)/(overlay|spmf)(/compressed)?$")
"""Topics of images that this package draws; they are read only by name."""

# Not the definitions in the bag: these messages are the same in all distributions of ROS 2, and the
# bags of old ones have no definitions.
_TYPES = get_typestore(Stores.LATEST)


class BagSource:
    """The images on one topic of a bag, with the timestamps of their headers; see Source.

    Images that cannot be read are counted and skipped, late ones are counted and dropped, see
    StampOrder. Images without a stamp have the time of recording. Where the clock jumps back,
    another part begins, and its stamps continue those before. Damaged bags are read as far as
    possible.

    Args:
        path: folder of the bag, or one of its files.
        topic: of the images; may be empty if only one topic has images.

    Raises:
        SourceError: not a bag, damaged, no such topic, or none of its images can be read.
    """

    def __init__(self, path: Path, topic: str = "") -> None:
        self._path, self._clock = path, BagClock()
        self.skipped, self.damage = 0, ""
        self._warned = False  # of depth
        with open_bag(path, written=True) as reader:
            connections = _image_connections(path, reader, topic)
            self._topic = connections[0].topic
            self.length = sum(item.msgcount for item in connections)
            first = list(islice(self, _RATE_IMAGES))
            height, width = first[0].image.shape[:2]
            self.intrinsics, self.uncalibrated = _camera_of(reader, self._topic, (width, height))
        steps = np.diff([frame.stamp for frame in first])
        self.rate = 1 / float(np.median(steps)) if len(steps) else DEFAULT_RATE

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, from the first.

        Raises:
            SourceError: the bag cannot be opened again, or none of its images can be read.
        """
        self.skipped, self.damage, clock, problem, index = 0, "", BagClock(), "", -1
        self._clock = clock
        with open_bag(self._path, written=True) as reader:
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
                    image, header = self._decoded(connection, received, data)
                except InputError as error:
                    self.skipped, problem = self.skipped + 1, str(error)
                    continue
                if (stamp := clock.read(header)) is not None:
                    yield SourceFrame(index, stamp, image, header=clock.header, part=clock.part)
            if isinstance(reader, DamagedBag):
                self.damage = self.damage or reader.damage
        self._note_missing(index + 1, problem)
        for text in clock.notes():
            _LOG.warning("bag %s: %s", self._path, text)

    @property
    def late(self) -> int:
        """See Source."""
        return self._clock.order.late

    def _decoded(self, connection: Connection, received: int, data: bytes) -> tuple[Image, Header]:
        """Decode an image and its header; InputError if that is impossible."""
        message = _decode(connection, data)
        compressed = connection.msgtype == _COMPRESSED
        self._warn_of_depth(raw_encoding(message.format) if compressed else message.encoding)
        image: Image = bgr_from_compressed(message) if compressed else bgr_from_image(message)
        stamp = message.header.stamp
        time = int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
        return image, Header(time, message.header.frame_id, received)

    def _warn_of_depth(self, encoding: str) -> None:
        """Log once that the images are probably depth."""
        warning = depth_warning(encoding)
        if warning and not self._warned:
            self._warned = True
            _LOG.warning("bag %s, %s: %s", self._path, self._topic, warning)

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


@contextmanager
def open_bag(path: Path, *, written: bool = False) -> Iterator[BagReader]:
    """Open a reader of a bag, a DamagedBag if it is not intact.

    Args:
        path: folder of the bag, or one of its files.
        written: messages in the order of writing, as in damaged bags; else by time of recording.

    Raises:
        SourceError: not a bag, or nothing of it can be read.
    """
    reader = _reader(path, written=written)
    try:
        yield reader
    finally:
        reader.close()


def _reader(path: Path, *, written: bool) -> BagReader:
    if path.is_dir() and not (path / "metadata.yaml").is_file():
        return DamagedBag(path, "metadata.yaml is missing, its recorder was killed")
    files = bag_files(path) if path.is_dir() else [path]
    damage = next(filter(None, map(damage_of, files)), "")
    if damage:
        return DamagedBag(path, damage)
    try:
        reader = WrittenOrder(path) if written else Reader(path)
        reader.open()
    except Exception as error:  # noqa: BLE001 - a damaged bag raises anything
        return DamagedBag(path, str(error).rstrip(".") or type(error).__name__)
    return reader


def _image_connections(path: Path, reader: BagReader, topic: str) -> list[Connection]:
    """Connections of the topic, or of the only one that has images of a camera.

    Raises:
        SourceError: there is none, or more than one; lists the topics.
    """
    images = [item for item in reader.connections if item.msgtype in (_RAW, _COMPRESSED)]
    counts: Counter[str] = Counter()
    for item in images:
        counts[item.topic] += item.msgcount
    cameras = [name for name, count in counts.items() if count and not _RESULT.search(name)]
    chosen = [topic] if topic else cameras
    if len(chosen) == 1 and counts[chosen[0]]:
        return [item for item in images if item.topic == chosen[0]]
    there = ", ".join(f"{name} ({count} images)" for name, count in sorted(counts.items()))
    if not there:
        others = ", ".join(sorted({item.topic for item in reader.connections})) or "nothing at all"
        raise SourceError(f"bag {path} has no images; it has {others}")
    if topic:
        raise SourceError(f"bag {path} has no images on {topic!r}; it has {there}")
    if not chosen:
        raise SourceError(
            f"bag {path} has no images of a camera, only {there}; choose one by `image_topic`"
        )
    raise SourceError(
        f"bag {path} has several topics with images, choose one by `image_topic`: {there}"
    )


def _decode(connection: Connection, data: bytes) -> Any:
    """Decode a message of sensor_msgs; InputError if it is truncated."""
    try:
        return _TYPES.deserialize_cdr(data, connection.msgtype)
    except (SerdeError, ValueError, IndexError, AssertionError) as error:
        raise InputError(f"a {connection.msgtype} that cannot be decoded: {error}") from error


def _camera_of(
    reader: BagReader, topic: str, size: tuple[int, int]
) -> tuple[Intrinsics | None, str]:
    """Intrinsics of the images on a topic, from the first usable camera_info beside it.

    Args:
        reader: of the bag.
        topic: of the images; if its name has the part rect, they have no distortion, and
            camera_info_rect is preferred.
        size: width and height of the images [px].

    Returns:
        The intrinsics, or None and the reason.
    """
    folder, _, name = topic.removesuffix("/compressed").rpartition("/")
    rectified, beside = is_rectified(name), f"{folder}/camera_info"
    reasons = []
    for info in (beside + RECTIFIED, beside) if rectified else (beside,):
        connections = [
            item for item in reader.connections if (item.topic, item.msgtype) == (info, _CAMERA)
        ]
        try:
            for message in _messages(reader, connections):
                found = calibration(message, size, rectified=rectified)
                if found.intrinsics is not None:
                    for problem in found.problems:
                        _LOG.warning("%s %s", info, problem)
                    return found.intrinsics, ""
                reasons += [f"{info} {problem}" for problem in found.problems]
        except Exception as error:  # noqa: BLE001 - a damaged bag raises anything; images may be left
            reasons.append(f"{info} cannot be read: {error}")
    if reasons:
        return None, reasons[0]
    others = ", ".join(
        sorted({item.topic for item in reader.connections if item.msgtype == _CAMERA})
    )
    return None, f"no camera_info on {beside}" + (f", the bag has {others}" if others else "")


def _messages(reader: BagReader, connections: Sequence[Connection]) -> Iterator[Any]:
    """Decode the messages of some connections; none without connections."""
    for connection, _, data in reader.messages(connections) if connections else ():
        yield _decode(connection, data)
