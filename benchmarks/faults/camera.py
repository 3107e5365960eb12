"""The camera driver of the faults: plays clips in a thread, with faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

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
"""Images per second without faults."""

Alter = Callable[[Any], Any]
LENS: Final = (0.01, 0.0, 0.0, 0.0, 0.0)
"""Distortion of nearly nothing: lifter_node loads OpenCV for it at once, and not in a fault."""


def _same(message: Any) -> Any:
    return message


@dataclass
class Behaviour:
    """Behaviour of the camera; the defaults are correct.

    Attributes:
        clip: images that it sends.
        rate: images per second.
        silent: True to send nothing.
        alter: function from the Image or CompressedImage to the message sent, None for none.
        alter_info: the same for camera_info.
        stamp: function from the time of an image to its stamp [ns].
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
        node: for the publishers.
        clip: sent first.
        compressed: True to send JPEGs.
    """

    def __init__(self, node: Node, clip: Clip, *, compressed: bool) -> None:
        self.behaviour = Behaviour(clip)
        self.sent = 0
        self._node, self._compressed = node, compressed
        self._publishers: tuple[Publisher[Any], Publisher[Any]] | None = None
        self._stopping = Event()
        self.plug_in()
        self._thread = Thread(target=self._play, name="camera", daemon=True)
        self._thread.start()

    def restore(self, clip: Clip) -> None:
        """Behave correctly from now on, and send a clip."""
        self.behaviour = Behaviour(clip)

    def plug_in(self) -> None:
        """Create the publishers."""
        kind, topic = (
            (CompressedImage, "image/compressed") if self._compressed else (Image, "image")
        )
        self._publishers = (
            self._node.create_publisher(kind, topic, reliable(2)),
            self._node.create_publisher(CameraInfo, "camera_info", reliable(2)),
        )

    def pull_out(self) -> None:
        """Destroy the publishers."""
        publishers, self._publishers = self._publishers, None
        for publisher in publishers or ():
            self._node.destroy_publisher(publisher)

    def close(self) -> None:
        """Stop the thread."""
        self._stopping.set()
        self._thread.join()

    def _play(self) -> None:
        due = begin = monotonic()
        while not self._stopping.wait(max(due - monotonic(), 0.0)):
            behaviour, publishers = self.behaviour, self._publishers
            if publishers is not None and not behaviour.silent:
                self._send(behaviour, publishers, monotonic() - begin)
            due = max(due + 1 / behaviour.rate, monotonic() - 0.1)

    def _send(
        self,
        behaviour: Behaviour,
        publishers: tuple[Publisher[Any], Publisher[Any]],
        seconds: float,
    ) -> None:
        now = behaviour.stamp(self._node.get_clock().now().nanoseconds)
        header = Header(stamp=Time(nanoseconds=now).to_msg(), frame_id=OPTICAL_FRAME)
        make = compressed_message if self._compressed else image_message
        message = behaviour.alter(make(behaviour.clip.at(seconds), header))
        info = camera_info_message(behaviour.clip.camera, header)
        info.distortion_model, info.d = "plumb_bob", list(LENS)
        info = behaviour.alter_info(info)
        for publisher, what in zip(publishers, (message, info), strict=True):
            if what is not None:
                publisher.publish(what)
                self.sent += 1
