"""Images between ROS messages and arrays. cv_bridge does it where it can; else, the same here."""

from __future__ import annotations

import logging
import sys
from array import array
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.errors import InputError
from pose_action_ros.nodes.encodings import ENCODINGS, NV24_PLANES, Encoding

Image = npt.NDArray[np.uint8]

_LOG = logging.getLogger(__name__)
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"

_BAYER = ("bayer_rggb8", "bayer_bggr8", "bayer_gbrg8", "bayer_grbg8")
BRIDGED = frozenset(("rgb8", "bgra8", "rgba8", "mono8", "mono16", "yuv422", "yuv422_yuy2", *_BAYER))
"""What cv_bridge converts to bgr8 in every distribution from Humble on."""


def image_from(message: ImageMessage) -> Image:
    """The picture in an Image message.

    Returns:
        (H, W, 3) BGR; for bgr8 it shares the message's memory, so do not write into it.

    Raises:
        InputError: no pixels, unknown encoding, wrong step, or less data than the message says.
    """
    encoding = _checked(message)
    bridge = cv_bridge()
    try:
        if bridge is not None and _bridge_can(message, encoding):
            converted: Image = bridge.imgmsg_to_cv2(message, "bgr8")
            return converted
        return encoding.to_bgr(_pixels(message, encoding))
    except (cv2.error, TypeError) as error:  # CvBridgeError is a TypeError
        raise InputError(f"cannot convert {_named(message)} to BGR: {error}") from error


def _named(message: ImageMessage) -> str:
    return f"a {message.encoding!r} image of {message.width}x{message.height} px"


def _checked(message: ImageMessage) -> Encoding:
    """The encoding of an Image message whose sizes agree with each other."""
    encoding = ENCODINGS.get(message.encoding)
    if encoding is None:
        known = ", ".join(ENCODINGS)
        raise InputError(f"unknown image encoding {message.encoding!r}; known are {known}")
    width, height, step = message.width, message.height, message.step
    if not width or not height:
        raise InputError(f"got {_named(message)}, expected at least one pixel")
    if encoding.even and (width % 2 or (height % 2 and encoding.planes > 2)):
        raise InputError(f"got {_named(message)}, expected even width and height")
    least = width * encoding.channels * (2 if encoding.deep else 1)
    if step < least:
        raise InputError(f"got a step of {step} bytes for {_named(message)}, expected >= {least}")
    expected = step * (height * encoding.planes // 2)
    if len(message.data) < expected:
        raise InputError(
            f"got {len(message.data)} bytes for {_named(message)} with a step of {step}, "
            f"expected {expected}"
        )
    return encoding


def _pixels(message: ImageMessage, encoding: Encoding) -> npt.NDArray[Any]:
    """The message's memory: (rows, W) or (rows, W, channels), 16 bit ones in native order."""
    width = message.width
    rows = message.height * encoding.planes // 2
    flat = np.frombuffer(message.data, np.uint8, rows * message.step)
    lines = flat.reshape(rows, message.step)  # (rows, step)
    if encoding.planes == NV24_PLANES:
        return _side_by_side(lines, width)
    if encoding.deep:
        order = ">u2" if message.is_bigendian else "<u2"
        return np.ascontiguousarray(lines[:, : 2 * width]).view(order).astype(np.uint16)
    if encoding.channels == 1:
        return lines[:, :width]
    return lines[:, : width * encoding.channels].reshape(rows, width, encoding.channels)


def _side_by_side(lines: Image, width: int) -> Image:
    """The two planes of nv24 as rows of equal width; the second one's rows are twice as long."""
    height, step = len(lines) // 3, lines.shape[1]
    colour = lines[height:].reshape(height, 2 * step)[:, : 2 * width]
    return np.concatenate([lines[:height, :width], colour.reshape(2 * height, width)])


@lru_cache(maxsize=1)
def cv_bridge() -> Any:
    """A CvBridge that works, or None.

    One built for another NumPy is imported without complaint and fails when used: so it is tried.
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
    """Whether cv_bridge converts this message rightly.

    Its Python half rounds a step down to whole pixels, and NumPy 2 lacks what it swaps bytes with.
    """
    pixel = encoding.channels * (2 if encoding.deep else 1)
    native = not message.is_bigendian and sys.byteorder == "little"
    return message.encoding in BRIDGED and native and message.step % pixel == 0


def image_from_compressed(message: CompressedImage) -> Image:
    """The picture in a CompressedImage message (JPEG, PNG, ...), as the camera took it.

    Returns:
        (H, W, 3) BGR.

    Raises:
        InputError: no data, cut off, or not a picture.
    """
    data = np.frombuffer(message.data, np.uint8)
    if not data.size:
        raise InputError("got a compressed image without data")
    if data[:2].tobytes() == _JPEG_START and data.tobytes().rfind(_JPEG_END) < 0:
        raise InputError(f"got a JPEG of {data.size} bytes that is cut off: its end is missing")
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise InputError(f"cannot decode a compressed image: {error}") from error
    if image is None:
        raise InputError(
            f"cannot decode {data.size} bytes of format {message.format!r}; expected JPEG or PNG"
        )
    return image.astype(np.uint8, copy=False)


def image_message(image: Image, header: Header, encoding: str = "bgr8") -> ImageMessage:
    """An Image message with a copy of `image`, (H, W, 3) in the encoding named."""
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
    """As the one type that message fields take over without looking at each element."""
    result = array("B")
    result.frombytes(data.reshape(-1).view(np.uint8).data)
    return result


def picture_in(message: ImageMessage | CompressedImage) -> Image:
    """The picture in either kind of message; see image_from and image_from_compressed."""
    if isinstance(message, CompressedImage):
        return image_from_compressed(message)
    return image_from(message)
