"""Image topics: subscription, and conversion of messages to arrays and back.

cv_bridge converts where it is installed and works; else messages/images.py gives the same result.
"""

from __future__ import annotations

import logging
import sys
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.messages.compressed import bgr_from_compressed, raw_encoding
from pose_action_ros.messages.images import (
    Encoding,
    bgr_from_image,
    check_image,
    conversion_error,
    depth_warning,
)
from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.settings import Settings, setting

Image = npt.NDArray[np.uint8]

_LOG = logging.getLogger(__name__)

_BAYER = ("bayer_rggb8", "bayer_bggr8", "bayer_gbrg8", "bayer_grbg8")
BRIDGED = frozenset(("rgb8", "bgra8", "rgba8", "mono8", "mono16", "yuv422", "yuv422_yuy2", *_BAYER))
"""Encodings that cv_bridge converts to bgr8 in every distribution from Humble on."""


@dataclass(frozen=True)
class ImageInputSettings(Settings):
    """Subscription of images."""

    image_transport: str = setting(
        "raw",
        "raw subscribes to image, compressed to image/compressed",
        choices=("raw", "compressed"),
    )


def subscribe_image(
    node: Node,
    transport: str,
    callback: Callable[[Any], None],
    lost: Callable[[int], None] | None = None,
) -> Subscription[Any]:
    """Subscribe to `image`, or to the compressed topic of image_transport; see `subscribe`.

    The name of the compressed topic is made from the remapped name, as in image_transport.
    """
    if transport == "raw":
        return subscribe(node, ImageMessage, "image", callback, depth=5, lost=lost)
    topic = f"{node.resolve_topic_name('image')}/compressed"
    return subscribe(node, CompressedImage, topic, callback, depth=5, lost=lost)


class ImageReader:
    """Converts the messages of a transport to images, and names encodings of depth.

    Args:
        transport: see ImageInputSettings.
    """

    def __init__(self, transport: str) -> None:
        self._compressed = transport == "compressed"
        own = bgr_from_compressed if self._compressed else bgr_from_image
        self._convert = own if self._compressed or cv_bridge() is None else image_from
        self._depth = ""  # sentence about the newest message
        self._logged: set[str] = set()

    def __call__(self, message: Any) -> Image:
        """Convert a message to (H, W, 3) BGR; see image_from and bgr_from_compressed."""
        raw = raw_encoding(message.format) if self._compressed else message.encoding
        self._depth = depth_warning(raw)
        if self._depth and self._depth not in self._logged:
            self._logged.add(self._depth)
            _LOG.warning("%s", self._depth)
        return self._convert(message)

    def findings(self) -> list[Finding]:
        """Warn of depth while its images arrive."""
        return [Finding(Level.WARN, self._depth)] if self._depth else []


def picture_in(message: ImageMessage | CompressedImage) -> Image:
    """The picture in either kind of message; see image_from and bgr_from_compressed."""
    if isinstance(message, CompressedImage):
        return bgr_from_compressed(message)
    return image_from(message)


def image_from(message: ImageMessage) -> Image:
    """The picture in an Image message.

    Returns:
        (H, W, 3) BGR; for bgr8 it shares the message's memory, so do not write into it.

    Raises:
        InputError: no pixels, unknown encoding, wrong step, or less data than announced.
    """
    bridge = cv_bridge()
    if bridge is None or not _bridge_can(message, check_image(message)):
        return bgr_from_image(message)
    try:
        converted: Image = bridge.imgmsg_to_cv2(message, "bgr8")
    except (cv2.error, TypeError) as error:  # CvBridgeError is a TypeError
        raise conversion_error(message, error) from error
    return converted


@lru_cache(maxsize=1)
def cv_bridge() -> Any:
    """A CvBridge that works, or None.

    A build for another NumPy can be imported and fails when used, so it is tried.
    """
    try:
        from cv_bridge import CvBridge  # noqa: PLC0415 - absent on many machines

        bridge = CvBridge()
        bridge.encoding_to_dtype_with_channels("bgr8")
    except Exception as error:  # noqa: BLE001 - a broken build raises anything
        _LOG.debug("images are converted without cv_bridge: %s", error)
        return None
    return bridge


def _bridge_can(message: ImageMessage, encoding: Encoding) -> bool:
    """True if cv_bridge converts this message correctly.

    Its Python half rounds a step down to whole pixels, and swaps bytes by a function that NumPy 2
    lacks.
    """
    pixel = encoding.channels * (2 if encoding.deep else 1)
    native = not message.is_bigendian and sys.byteorder == "little"
    return message.encoding in BRIDGED and native and message.step % pixel == 0


def image_message(image: Image, header: Header, encoding: str = "bgr8") -> ImageMessage:
    """An Image message with a copy of `image`, (H, W, 3) in this encoding."""
    height, width = image.shape[:2]
    message = ImageMessage(header=header, height=height, width=width, encoding=encoding)
    message.step = 3 * width
    message.data = _bytes(np.ascontiguousarray(image))
    return message


def compressed_message(image: Image, header: Header, quality: int = 90) -> CompressedImage:
    """A CompressedImage message with `image`, (H, W, 3) BGR, as JPEG of quality 1 to 100."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    message = CompressedImage(header=header, format="bgr8; jpeg compressed bgr8")
    message.data = _bytes(data)
    return message


def _bytes(data: npt.NDArray[Any]) -> array[int]:
    """The data as the one type that message fields take without a check of each element."""
    result = array("B")
    result.frombytes(data.reshape(-1).view(np.uint8).data)
    return result
