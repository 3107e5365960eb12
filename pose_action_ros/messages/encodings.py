"""The pixel encodings of sensor_msgs/Image as arrays, and their conversion to BGR.

Names and layouts: sensor_msgs/image_encodings.hpp and the V4L2 pixel formats it refers to. Bayer
names give the first two pixels of the first two rows there; OpenCV names the second pixels of the
second rows, hence the other letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

Conversion = Callable[[Image], Image]


@dataclass(frozen=True)
class Encoding:
    """How pixels lie in memory and how they become BGR.

    Attributes:
        to_bgr: from the shape below to (H, W, 3).
        channels: bytes of one pixel in a row of the message, or numbers if it is deep.
        planes: rows of the message for two rows of the image; 2 unless further planes follow.
        deep: 16 bit numbers, in the message's byte order.
        even: width and height must be even, as colour is shared by neighbours.
    """

    to_bgr: Conversion
    channels: int = 1
    planes: int = 2
    deep: bool = False
    even: bool = False


def _by(code: int) -> Conversion:
    """One of OpenCV's conversions."""
    return lambda image: _as_bytes(cv2.cvtColor(image, code))


def _as_bytes(image: npt.NDArray[np.generic]) -> Image:
    return image.astype(np.uint8, copy=False)


def _same(image: Image) -> Image:
    return image


def _deep_grey(image: Image) -> Image:
    """16 bit grey scaled to 8 as cv_bridge does: 65535 becomes 255, rounded."""
    return _as_bytes(cv2.cvtColor(cv2.convertScaleAbs(image, alpha=255 / 65535), _GREY))


def _nv24(image: Image) -> Image:
    """A grey plane above one of (u, v) for every pixel; every other (u, v) is used."""
    height, width = image.shape[0] // 3, image.shape[1]
    colour = image[height:].reshape(height, width, 2)[::2, ::2]
    return _as_bytes(
        cv2.cvtColorTwoPlane(image[:height], np.ascontiguousarray(colour), cv2.COLOR_YUV2BGR_NV12)
    )


NV24_PLANES = 6
_GREY = cv2.COLOR_GRAY2BGR
_UYVY = Encoding(_by(cv2.COLOR_YUV2BGR_UYVY), channels=2, even=True)
_YUYV = Encoding(_by(cv2.COLOR_YUV2BGR_YUY2), channels=2, even=True)

ENCODINGS: Mapping[str, Encoding] = {
    "bgr8": Encoding(_same, channels=3),
    "8UC3": Encoding(_same, channels=3),
    "rgb8": Encoding(_by(cv2.COLOR_RGB2BGR), channels=3),
    "bgra8": Encoding(_by(cv2.COLOR_BGRA2BGR), channels=4),
    "rgba8": Encoding(_by(cv2.COLOR_RGBA2BGR), channels=4),
    "mono8": Encoding(_by(_GREY)),
    "8UC1": Encoding(_by(_GREY)),
    "mono16": Encoding(_deep_grey, deep=True),
    "16UC1": Encoding(_deep_grey, deep=True),
    "yuv422": _UYVY,
    "uyvy": _UYVY,
    "yuv422_yuy2": _YUYV,
    "yuyv": _YUYV,
    "nv12": Encoding(_by(cv2.COLOR_YUV2BGR_NV12), planes=3, even=True),
    "nv21": Encoding(_by(cv2.COLOR_YUV2BGR_NV21), planes=3, even=True),
    "nv24": Encoding(_nv24, planes=NV24_PLANES, even=True),
    "bayer_rggb8": Encoding(_by(cv2.COLOR_BayerBG2BGR)),
    "bayer_bggr8": Encoding(_by(cv2.COLOR_BayerRG2BGR)),
    "bayer_gbrg8": Encoding(_by(cv2.COLOR_BayerGR2BGR)),
    "bayer_grbg8": Encoding(_by(cv2.COLOR_BayerGB2BGR)),
}
