"""CompressedImage messages to BGR images.

Formats: that of compressed_image_transport, "RAW; CODEC compressed PIXELS", where PIXELS is the
encoding of the pixels that the codec was given; those of other senders, such as "jpeg". A codec
takes three channels for B, G and R: in a file with the pixels rgb8, red and blue are the other way.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

import cv2
import numpy as np

from pose_action_ros.errors import InputError
from pose_action_ros.messages.images import ENCODINGS, Image, as_bytes

_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_PIXELS = re.compile(r"compressed\s+(\w+)")
_FLAGS = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION


class CompressedImageMessage(Protocol):
    """A sensor_msgs/CompressedImage, of rclpy or of a bag."""

    format: str
    data: Any


def bgr_from_compressed(message: CompressedImageMessage) -> Image:
    """Decode a CompressedImage message (JPEG, PNG, ...); the orientation in the file is ignored.

    Returns:
        (H, W, 3) BGR; numbers of 16 bit are scaled.

    Raises:
        InputError: no data, a truncated file, or not an image of 8 or 16 bit.
    """
    data = np.frombuffer(message.data, np.uint8)
    if not data.size:
        raise InputError("got a compressed image without data")
    if data[:2].tobytes() == _JPEG_START and data.tobytes().rfind(_JPEG_END) < 0:
        raise InputError(f"got a truncated JPEG of {data.size} bytes: its end is missing")
    try:
        image = cv2.imdecode(data, _FLAGS)
    except cv2.error as error:
        raise InputError(f"cannot decode a compressed image: {error}") from error
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"cannot decode {data.size} bytes of format {message.format!r}; expected JPEG or PNG"
        )
    return _in_bgr(image, _pixels_of(message.format))


def raw_encoding(form: str) -> str:
    """Encoding of the image before it was compressed; the whole format if it has no such part."""
    return form.partition(";")[0].strip()


def _pixels_of(form: str) -> str:
    """Encoding of the pixels that the codec was given; empty if the format does not name it."""
    if ";" not in form:
        return ""
    named = _PIXELS.search(form.partition(";")[2])
    return named[1] if named else raw_encoding(form)


def _in_bgr(image: np.ndarray, pixels: str) -> Image:
    """Convert a decoded image (H, W) or (H, W, 3) of 8 or 16 bit."""
    if image.ndim == 3:
        return as_bytes(cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if pixels[:3] == "rgb" else image)
    mosaic = (
        ENCODINGS[pixels].to_bgr if pixels.startswith("bayer_") and pixels in ENCODINGS else None
    )
    return mosaic(image) if mosaic else as_bytes(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
