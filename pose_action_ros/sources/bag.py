"""ROS 2 bags, read without ROS: folders, or single .mcap and .db3 files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.interfaces import Connection

from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.sources.bag_reading import (
    camera_of,
    damage_of,
    image_connections,
    message_in,
    opened,
    picture_in,
)
from pose_action_ros.sources.base import Header, Image, SourceFrame

_LOG = logging.getLogger(__name__)
_USUAL_RATE = 30.0
_LOOKED_AT = 10
"""Images from which a bag's rate is told."""


class BagSource:
    """The images on one topic of a bag, with the stamps of their headers; see Source.

    An image that cannot be read, or is not newer than the one before, is counted and left out; of a
    bag that is damaged there is what can be read.

    Args:
        path: the bag's folder, or one of its files.
        topic: of the images; empty where only one topic has images.

    Raises:
        SourceError: not a bag, damaged, no such topic, or none of its images can be read.
    """

    def __init__(self, path: Path, topic: str = "") -> None:
        self._path = path
        self.skipped = 0
        self.damage = ""
        with opened(path) as reader:
            connections = image_connections(path, reader, topic)
            self._topic = connections[0].topic
            self.length = sum(item.msgcount for item in connections)
            first = list(islice(self, _LOOKED_AT))
            height, width = first[0].image.shape[:2]
            self.intrinsics = camera_of(reader, self._topic, (width, height))
        steps = np.diff([frame.stamp for frame in first])
        self.rate = 1 / float(np.median(steps)) if len(steps) else _USUAL_RATE

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames, from the first.

        Raises:
            SourceError: the bag cannot be opened again, or not one of its images can be read.
        """
        self.skipped, self.damage, clock, problem, index = 0, "", _Clock(), "", -1
        with opened(self._path) as reader:
            messages = reader.messages(image_connections(self._path, reader, self._topic))
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
            self.damage = self.damage or damage_of(reader)
        self._note_missing(index + 1, problem)

    def _note_missing(self, count: int, problem: str) -> None:
        """Say how much of what the bag promises was not to be had; SourceError when nothing was."""
        missing = max(self.length - count, 0)
        self.skipped += missing
        if missing and not self.damage:
            self.damage = "the bag ends before its end"
        if not self.skipped and not self.damage:
            return
        left = self.length - self.skipped
        why = "; ".join(filter(None, (self.damage, problem)))
        few = f"only {left} of {self.length}" if self.skipped else f"{left}"
        said = f"bag {self._path}: {few} images on {self._topic} could be read: {why}"
        if not left:
            raise SourceError(said)
        self.damage = said if self.damage else ""
        _LOG.warning("%s", said)

    def skip_until(self, _stamp: float) -> bool:
        """See Source; every image is wanted."""
        return False

    def close(self) -> None:
        """Nothing to give back: the bag is open only while it is read."""


def _frame(
    index: int, clock: _Clock, connection: Connection, received: int, data: bytes
) -> SourceFrame:
    """The next frame; InputError when there is none in the message."""
    message = message_in(connection, data)
    image: Image = picture_in(connection, message)
    header = Header(_stamp_in(message), message.header.frame_id, received)
    return SourceFrame(index, clock.read(header), image, header=header)


def _stamp_in(message: Any) -> int:
    """The stamp [ns] of a message with a header."""
    return int(message.header.stamp.sec * 10**9 + message.header.stamp.nanosec)


class _Clock:
    """Seconds since the first image, by the headers; by arrival when the first says nothing."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._by_header = True
        self._last = -1

    def read(self, header: Header) -> float:
        """The stamp [s] of the next image; InputError when it is not newer than the one before."""
        if self._first is None:
            self._by_header = header.stamp != 0
        now = header.stamp if self._by_header else header.received
        self._first = now if self._first is None else self._first
        if now - self._first <= self._last:
            raise InputError("an image that is not newer than the one before")
        self._last = now - self._first
        return self._last / 1e9
