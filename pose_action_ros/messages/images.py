"""Image messages to BGR images.

Names and layouts of encodings: sensor_msgs/image_encodings.hpp and the V4L2 pixel formats it refers
to. Bayer names are the first two pixels of the first two rows there; OpenCV names the second pixels
of the second rows, hence the other letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Image = npt.NDArray[np.uint8]
Conversion = Callable[[Image], Image]


@dataclass(frozen=True)
class Encoding:
    """Memory layout of an encoding, and its conversion to BGR.

    Attributes:
        to_bgr: from the shape below to (H, W, 3); None if the message is BGR.
        channels: numbers per pixel in a row of the message.
        planes: rows of the message for two rows of the image; 2 without further planes.
        deep: True for numbers of 16 bit in the message's byte order, False for bytes.
        even: True if width and height must be even, because neighbours share their colour.
    """

    to_bgr: Conversion | None
    channels: int = 1
    planes: int = 2
    deep: bool = False
    even: bool = False


def _by(code: int) -> Conversion:
    """Return a conversion by OpenCV."""
    return lambda image: as_bytes(cv2.cvtColor(image, code))


def as_bytes(image: npt.NDArray[np.integer[Any] | np.floating[Any]]) -> Image:
    """Scale numbers of 16 bit to 8 bit like cv_bridge: 65535 becomes 255, rounded."""
    if image.dtype == np.uint16:
        return cv2.convertScaleAbs(image, alpha=255 / 65535).astype(np.uint8, copy=False)
    return image.astype(np.uint8, copy=False)


def _nv24(image: Image) -> Image:
    """Convert a grey plane above a plane of (u, v) for each pixel; every other (u, v) is used."""
    height, width = image.shape[0] // 3, image.shape[1]
    colour = image[height:].reshape(height, width, 2)[::2, ::2]
    return as_bytes(
        cv2.cvtColorTwoPlane(image[:height], np.ascontiguousarray(colour), cv2.COLOR_YUV2BGR_NV12)
    )


_NV24_PLANES = 6
_GREY = cv2.COLOR_GRAY2BGR
_UYVY = Encoding(_by(cv2.COLOR_YUV2BGR_UYVY), channels=2, even=True)
_YUYV = Encoding(_by(cv2.COLOR_YUV2BGR_YUY2), channels=2, even=True)
_BAYER = {
    "bayer_rggb": cv2.COLOR_BayerBG2BGR,
    "bayer_bggr": cv2.COLOR_BayerRG2BGR,
    "bayer_gbrg": cv2.COLOR_BayerGR2BGR,
    "bayer_grbg": cv2.COLOR_BayerGB2BGR,
}

ENCODINGS: Mapping[str, Encoding] = {
    "bgr8": Encoding(None, channels=3),
    "8UC3": Encoding(None, channels=3),
    "rgb8": Encoding(_by(cv2.COLOR_RGB2BGR), channels=3),
    "bgra8": Encoding(_by(cv2.COLOR_BGRA2BGR), channels=4),
    "8UC4": Encoding(_by(cv2.COLOR_BGRA2BGR), channels=4),
    "rgba8": Encoding(_by(cv2.COLOR_RGBA2BGR), channels=4),
    "mono8": Encoding(_by(_GREY)),
    "8UC1": Encoding(_by(_GREY)),
    "bgr16": Encoding(as_bytes, channels=3, deep=True),
    "16UC3": Encoding(as_bytes, channels=3, deep=True),
    "rgb16": Encoding(_by(cv2.COLOR_RGB2BGR), channels=3, deep=True),
    "bgra16": Encoding(_by(cv2.COLOR_BGRA2BGR), channels=4, deep=True),
    "16UC4": Encoding(_by(cv2.COLOR_BGRA2BGR), channels=4, deep=True),
    "rgba16": Encoding(_by(cv2.COLOR_RGBA2BGR), channels=4, deep=True),
    "mono16": Encoding(_by(_GREY), deep=True),
    "16UC1": Encoding(_by(_GREY), deep=True),
    "yuv422": _UYVY,
    "uyvy": _UYVY,
    "yuv422_yuy2": _YUYV,
    "yuyv": _YUYV,
    "nv12": Encoding(_by(cv2.COLOR_YUV2BGR_NV12), planes=3, even=True),
    "nv21": Encoding(_by(cv2.COLOR_YUV2BGR_NV21), planes=3, even=True),
    "nv24": Encoding(_nv24, planes=_NV24_PLANES, even=True),
    **{f"{name}8": Encoding(_by(code)) for name, code in _BAYER.items()},
    **{f"{name}16": Encoding(_by(code), deep=True) for name, code in _BAYER.items()},
}

DEPTH = ("16UC1", "32FC1")
"""Encodings of depth images [mm, m]; cameras of brightness alone use the first, too."""


class ImageMessage(Protocol):
    """A sensor_msgs/Image, of rclpy or of a bag."""

    encoding: str
    width: int
    height: int
    step: int
    is_bigendian: int
    data: Any


def bgr_from_image(message: ImageMessage) -> Image:
    """Convert an Image message.

    Returns:
        (H, W, 3) BGR; for bgr8 it shares the memory of the message and must not be changed.

    Raises:
        InputError: no pixels, unknown encoding, wrong step, or too little data.
    """
    encoding = check_image(message)
    pixels = pixels_of(message, encoding)
    try:
        return pixels if encoding.to_bgr is None else encoding.to_bgr(pixels)
    except cv2.error as error:
        raise conversion_error(message, error) from error


def conversion_error(message: ImageMessage, reason: Exception) -> InputError:
    """Create the error of a checked message that cannot be converted."""
    return InputError(f"cannot convert {_named(message)} to BGR: {reason}")


def _named(message: ImageMessage) -> str:
    return f"a {message.encoding!r} image of {message.width}x{message.height} px"


def check_image(message: ImageMessage) -> Encoding:
    """Check the sizes of an Image message, and return its encoding.

    Raises:
        InputError: see bgr_from_image.
    """
    encoding = ENCODINGS.get(message.encoding)
    if encoding is None:
        names = ", ".join(ENCODINGS)
        raise InputError(f"unknown image encoding {message.encoding!r}, expected one of {names}")
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


def pixels_of(message: ImageMessage, encoding: Encoding) -> npt.NDArray[Any]:
    """Pixels of a checked message: (rows, W) or (rows, W, channels), 16 bit in native order."""
    width = message.width
    rows = message.height * encoding.planes // 2
    flat = np.frombuffer(message.data, np.uint8, rows * message.step)
    lines = flat.reshape(rows, message.step)  # (rows, step)
    if encoding.planes == _NV24_PLANES:
        return _nv24_rows(lines, width)
    if encoding.deep:
        order = ">u2" if message.is_bigendian else "<u2"
        used = np.ascontiguousarray(lines[:, : 2 * width * encoding.channels])
        lines = used.view(order).astype(np.uint16)
    if encoding.channels == 1:
        return lines[:, :width]
    return lines[:, : width * encoding.channels].reshape(rows, width, encoding.channels)


def depth_warning(encoding: str) -> str:
    """Sentence about an encoding of depth images; empty for other encodings."""
    if encoding not in DEPTH:
        return ""
    return (
        f"images of the encoding {encoding} are probably depth, not brightness: set the topic of "
        "the camera's colour images"
    )


def _nv24_rows(lines: Image, width: int) -> Image:
    """The planes of nv24 as rows of equal width; rows of the second plane are twice as long."""
    height, step = len(lines) // 3, lines.shape[1]
    colour = lines[height:].reshape(height, 2 * step)[:, : 2 * width]
    return np.concatenate([lines[:height, :width], colour.reshape(2 * height, width)])
