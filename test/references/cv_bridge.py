"""Image conversions of cv_bridge (Humble to Rolling), for comparison; the same API.

Steps are rounded down to whole pixels and bytes swapped by NumPy 1, as in its Python half; codes
and scaling are those of its C++ half.
"""

from __future__ import annotations

import sys
from typing import Any

import cv2
import numpy as np

_FORMATS: dict[str, tuple[str, int, int | None]] = {
    # encoding: (type, channels, code to BGR)
    "bgr8": ("uint8", 3, None),
    "rgb8": ("uint8", 3, cv2.COLOR_RGB2BGR),
    "bgra8": ("uint8", 4, cv2.COLOR_BGRA2BGR),
    "rgba8": ("uint8", 4, cv2.COLOR_RGBA2BGR),
    "mono8": ("uint8", 1, cv2.COLOR_GRAY2BGR),
    "mono16": ("uint16", 1, cv2.COLOR_GRAY2BGR),
    "yuv422": ("uint8", 2, cv2.COLOR_YUV2BGR_UYVY),
    "yuv422_yuy2": ("uint8", 2, cv2.COLOR_YUV2BGR_YUY2),
    "bayer_rggb8": ("uint8", 1, cv2.COLOR_BayerBG2BGR),
    "bayer_bggr8": ("uint8", 1, cv2.COLOR_BayerRG2BGR),
    "bayer_gbrg8": ("uint8", 1, cv2.COLOR_BayerGR2BGR),
    "bayer_grbg8": ("uint8", 1, cv2.COLOR_BayerGB2BGR),
    "bgr16": ("uint16", 3, None),
    "rgb16": ("uint16", 3, cv2.COLOR_RGB2BGR),
    "bgra16": ("uint16", 4, cv2.COLOR_BGRA2BGR),
    "rgba16": ("uint16", 4, cv2.COLOR_RGBA2BGR),
    "bayer_rggb16": ("uint16", 1, cv2.COLOR_BayerBG2BGR),
    "bayer_bggr16": ("uint16", 1, cv2.COLOR_BayerRG2BGR),
    "bayer_gbrg16": ("uint16", 1, cv2.COLOR_BayerGR2BGR),
    "bayer_grbg16": ("uint16", 1, cv2.COLOR_BayerGB2BGR),
}


class CvBridgeError(TypeError):
    """Raised when a conversion is not possible."""


class CvBridge:
    """Converts Image messages."""

    def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
        """Name of the NumPy type and number of channels."""
        if encoding not in _FORMATS:
            raise CvBridgeError(f"Unrecognized image encoding [{encoding}]")
        return _FORMATS[encoding][:2]

    def imgmsg_to_cv2(self, message: Any, desired_encoding: str = "passthrough") -> Any:
        """The image of a message; the only encoding wanted here is bgr8."""
        assert desired_encoding == "bgr8"
        name, channels = self.encoding_to_dtype_with_channels(message.encoding)
        kind = np.dtype(name).newbyteorder(">" if message.is_bigendian else "<")
        pixels = message.step // kind.itemsize // channels
        shape = (message.height, pixels, channels)[: 2 if channels == 1 else 3]
        image = np.ndarray(shape, kind, buffer=message.data)[:, : message.width]
        if bool(message.is_bigendian) == (sys.byteorder == "little"):
            raise AttributeError("`newbyteorder` was removed from the ndarray class in NumPy 2.0")
        code = _FORMATS[message.encoding][2]
        image = np.ascontiguousarray(image)
        image = image if code is None else cv2.cvtColor(image, code)
        if name == "uint16":  # convertTo(CV_8U, 255. / 65535.)
            image = np.clip(np.rint(image * (255.0 / 65535.0)), 0, 255).astype(np.uint8)
        return image
