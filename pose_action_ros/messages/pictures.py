"""Pictures in Image and CompressedImage messages, whoever made the message objects."""

from __future__ import annotations

from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.messages.encodings import ENCODINGS, NV24_PLANES, Encoding, Image

_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"


class RawPicture(Protocol):
    """A sensor_msgs/Image: of rclpy, or read from a bag."""

    encoding: str
    width: int
    height: int
    step: int
    is_bigendian: int
    data: Any


class CompressedPicture(Protocol):
    """A sensor_msgs/CompressedImage: of rclpy, or read from a bag."""

    format: str
    data: Any


def raw_picture(message: RawPicture) -> Image:
    """The picture in an Image message.

    Returns:
        (H, W, 3) BGR; for bgr8 it shares the message's memory, so do not write into it.

    Raises:
        InputError: no pixels, unknown encoding, wrong step, or less data than the message says.
    """
    encoding = checked(message)
    try:
        return encoding.to_bgr(pixels(message, encoding))
    except cv2.error as error:
        raise unconvertible(message, error) from error


def unconvertible(message: RawPicture, reason: Exception) -> InputError:
    """What to raise when a message that was checked cannot be converted all the same."""
    return InputError(f"cannot convert {_named(message)} to BGR: {reason}")


def _named(message: RawPicture) -> str:
    return f"a {message.encoding!r} image of {message.width}x{message.height} px"


def checked(message: RawPicture) -> Encoding:
    """The encoding of an Image message whose sizes agree with each other.

    Raises:
        InputError: see raw_picture.
    """
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


def pixels(message: RawPicture, encoding: Encoding) -> npt.NDArray[Any]:
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


def decoded_picture(message: CompressedPicture) -> Image:
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
