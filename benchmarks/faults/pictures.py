"""Images of other encodings and sizes, and images that are wrong."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import Image as ImageMessage

from pose_action_ros.messages.images import bgr_from_compressed
from pose_action_ros.nodes.images import compressed_message, image_from, image_message

Image = npt.NDArray[np.uint8]

SIZES = ((320, 240), (480, 360), (800, 600), (1280, 960))
"""Of the proportions of the clips [px]."""


def _nv12(image: Image) -> Image:
    height, width = image.shape[:2]
    planes = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)  # (3 H / 2, W): grey, then u, then v
    colours = planes[height:].reshape(2, height * width // 4)
    return np.concatenate([planes[:height], colours.T.reshape(height // 2, width)]).astype(np.uint8)


def _bayer(image: Image) -> Image:
    """Mosaic of red, green; green, blue."""
    mosaic = image[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = image[::2, ::2, 2], image[1::2, 1::2, 0]
    return mosaic


def _grey(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8)


ENCODED: Mapping[str, Callable[[Image], npt.NDArray[Any]]] = {
    "bgr8": lambda image: image,
    "rgb8": lambda image: image[..., ::-1],
    "bgra8": lambda image: cv2.cvtColor(image, cv2.COLOR_BGR2BGRA),
    "mono8": _grey,
    "mono16": lambda image: _grey(image).astype("<u2") * 257,
    "nv12": _nv12,
    "bayer_rggb8": _bayer,
}
"""Encodings and how a BGR image (H, W, 3) becomes rows of one."""


def encoded(message: ImageMessage, encoding: str) -> ImageMessage:
    """The same picture in another encoding."""
    rows = np.ascontiguousarray(ENCODED[encoding](image_from(message)))
    step = rows[0].nbytes
    data = array("B")
    data.frombytes(rows.tobytes())
    return ImageMessage(
        header=message.header,
        height=message.height,
        width=message.width,
        encoding=encoding,
        step=step,
        data=data,
    )


def resized(message: Any, size: tuple[int, int]) -> Any:
    """The same picture, Image or CompressedImage, in another size (width, height) [px]."""
    if not isinstance(message, ImageMessage):
        return compressed_message(_scaled(bgr_from_compressed(message), size), message.header)
    return image_message(_scaled(image_from(message), size), message.header)


def _scaled(image: Image, size: tuple[int, int]) -> Image:
    return cv2.resize(image, size).astype(np.uint8)


def _with(**changes: Any) -> Callable[[ImageMessage], ImageMessage]:
    def change(message: ImageMessage) -> ImageMessage:
        for name, value in changes.items():
            setattr(message, name, value)
        return message

    return change


def _cut(message: Any) -> Any:
    message.data = message.data[: len(message.data) // 3]
    return message


def _noise(message: Any) -> Any:
    """The first bytes, and then any."""
    rest = np.random.default_rng(message.header.stamp.nanosec).bytes(20_000)
    message.data = array("B", bytes(message.data[:2]) + rest)
    return message


WRONG: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "wrong step": (_with(step=7), "got a step of 7 bytes"),
    "data too short": (_cut, r"got \d+ bytes for"),
    "unknown encoding": (_with(encoding="infrared9"), "unknown image encoding 'infrared9'"),
    "no pixels": (_with(width=0, height=0), "expected at least one pixel"),
    "huge size": (_with(width=2**31, step=2**32 - 1), r"got \d+ bytes for"),
    "empty": (_with(data=array("B")), "got 0 bytes for"),
}
"""What is wrong with an Image, and words of what the node says of it (a pattern)."""

WRONG_COMPRESSED: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "cut off": (_cut, "got a truncated JPEG"),
    "noise": (_noise, "truncated|cannot decode"),
    "no picture": (_with(data=array("B", b"hello")), "cannot decode 5 bytes"),
    "empty": (_with(data=array("B")), "without data"),
}
"""The same for a CompressedImage."""
