"""The camera driver of the faults: plays clips from a thread, with whatever shall be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from benchmarks.clips import Clip
from pose_action_ros.camera import OPTICAL_FRAME
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.images import compressed_message, image_message
from pose_action_ros.nodes.topics import reliable

RATE = 15.0
"""Images per second while nothing is wrong."""

Alter = Callable[[Any], Any]


def _same(message: Any) -> Any:
    return message


@dataclass
class Ways:
    """How the camera behaves; what is here at first is right.

    Attributes:
        clip: what it sees.
        rate: images per second.
        silent: it sends nothing.
        alter: from the Image or CompressedImage to what is sent instead, None for nothing.
        alter_info: the same for camera_info.
        stamp: from the time of an image [ns] to its stamp.
    """

    clip: Clip
    rate: float = RATE
    silent: bool = False
    alter: Alter = _same
    alter_info: Alter = _same
    stamp: Callable[[int], int] = field(default=lambda now: now)


class Camera:
    """Publishes image or image/compressed, and camera_info.

    Args:
        node: that publishes.
        clip: seen at first.
        compressed: send JPEGs.
    """

    def __init__(self, node: Node, clip: Clip, *, compressed: bool) -> None:
        self.ways = Ways(clip)
        self.sent = 0
        self._node, self._compressed = node, compressed
        self._publishers: tuple[Publisher[Any], Publisher[Any]] | None = None
        self._stopping = Event()
        self.plug_in()
        self._thread = Thread(target=self._play, name="camera", daemon=True)
        self._thread.start()

    def behave(self, clip: Clip) -> None:
        """As a camera should, from now on."""
        self.ways = Ways(clip)

    def plug_in(self) -> None:
        """Offer the topics."""
        kind, topic = (
            (CompressedImage, "image/compressed") if self._compressed else (Image, "image")
        )
        self._publishers = (
            self._node.create_publisher(kind, topic, reliable(2)),
            self._node.create_publisher(CameraInfo, "camera_info", reliable(2)),
        )

    def pull_out(self) -> None:
        """Take the topics off the network."""
        gone, self._publishers = self._publishers, None
        for publisher in gone or ():
            self._node.destroy_publisher(publisher)

    def close(self) -> None:
        """Stop."""
        self._stopping.set()
        self._thread.join()

    def _play(self) -> None:
        due = begin = monotonic()
        while not self._stopping.wait(max(due - monotonic(), 0.0)):
            ways, publishers = self.ways, self._publishers
            if publishers is not None and not ways.silent:
                self._send(ways, publishers, monotonic() - begin)
            due = max(due + 1 / ways.rate, monotonic() - 0.1)

    def _send(
        self, ways: Ways, publishers: tuple[Publisher[Any], Publisher[Any]], seconds: float
    ) -> None:
        now = ways.stamp(self._node.get_clock().now().nanoseconds)
        header = Header(stamp=Time(nanoseconds=now).to_msg(), frame_id=OPTICAL_FRAME)
        make = compressed_message if self._compressed else image_message
        message = ways.alter(make(ways.clip.at(seconds), header))
        info = ways.alter_info(camera_info_message(ways.clip.camera, header))
        for publisher, what in zip(publishers, (message, info), strict=True):
            if what is not None:
                publisher.publish(what)
                self.sent += 1
