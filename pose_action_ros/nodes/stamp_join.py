"""Messages with the stamp of one image: the image, its keypoints and its poses, joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from std_msgs.msg import Header

from pose_action_ros.msg import Keypoints, Poses
from pose_action_ros.nodes.stamps import nanoseconds_of

MEMORY = 128 * 1024 * 1024
"""Most memory [bytes] of images that wait for their keypoints and poses."""
MOST = 300
"""Most stamps of which a message is missing: ten seconds of a usual camera."""


@dataclass
class Joined:
    """The messages of one image.

    Attributes:
        keypoints, poses: with the stamp of the image.
        arrival: time at which the poses arrived [ns].
        image: Image or CompressedImage; None if it did not arrive.
    """

    keypoints: Keypoints
    poses: Poses
    arrival: int
    image: Any = None

    @property
    def header(self) -> Header:
        """Header of the image."""
        header: Header = self.poses.header
        return header


@dataclass
class _Parts:
    """Messages of one stamp so far."""

    image: Any = None
    keypoints: Keypoints | None = None
    poses: Poses | None = None
    arrival: int = 0


class StampJoin:
    """Joins messages by their stamps; memory is bounded.

    Images without keypoints are dropped: their detector was busy. Keypoints and poses without
    their image are complete as soon as newer keypoints and poses have arrived.

    Args:
        take: called with the messages of each image, in the order of the stamps.
        now: the present time [ns].
        memory: most memory of waiting images [bytes].
    """

    def __init__(
        self, take: Callable[[Joined], None], now: Callable[[], int], memory: int = MEMORY
    ) -> None:
        self._take, self._now, self._memory = take, now, memory
        self._waiting: dict[int, _Parts] = {}  # by stamp [ns], in order of arrival
        self._bytes = 0

    def add_image(self, message: Any) -> None:
        """Add an Image or CompressedImage."""
        parts = self._parts(message)
        self._bytes += _size(message) - _size(parts.image)
        parts.image = message
        self._join(message)

    def add_keypoints(self, message: Keypoints) -> None:
        """Add the keypoints of an image."""
        self._parts(message).keypoints = message
        self._join(message)

    def add_poses(self, message: Poses) -> None:
        """Add the poses of an image."""
        parts = self._parts(message)
        parts.poses, parts.arrival = message, self._now()
        self._join(message)

    def _parts(self, message: Any) -> _Parts:
        return self._waiting.setdefault(nanoseconds_of(message.header.stamp), _Parts())

    def _join(self, message: Any) -> None:
        stamp = nanoseconds_of(message.header.stamp)
        parts = self._waiting[stamp]
        if parts.keypoints is not None and parts.poses is not None:
            for older in sorted(one for one in self._waiting if one < stamp):
                self._finish(older)
            if parts.image is not None:
                self._finish(stamp)
        while self._bytes > self._memory or len(self._waiting) > MOST:
            self._finish(next(iter(self._waiting)))

    def _finish(self, stamp: int) -> None:
        """Pass on the messages of a stamp, or drop them if keypoints or poses are missing."""
        parts = self._waiting.pop(stamp)
        self._bytes -= _size(parts.image)
        if parts.keypoints is not None and parts.poses is not None:
            self._take(Joined(parts.keypoints, parts.poses, parts.arrival, parts.image))


def _size(image: Any) -> int:
    """Memory of an image [bytes]."""
    return 0 if image is None else len(image.data)
