"""Letterbox: an image in a network's input, scaled and padded to the right and below."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image, halved

Array = npt.NDArray[np.float64]
Size = tuple[int, int]
"""Width and height [px]."""

_WIDEST = 4.0
"""Largest width of an input, in heights: bounds the memory for a panorama."""


def input_size(image: Size, wanted: Size, multiple: int) -> Size:
    """Size of the network's input for an image.

    Args:
        image: its size.
        wanted: width, 0 for the aspect ratio of the image, and height.
        multiple: divisor of width and height.
    """
    width, height = wanted
    height = max(round(height / multiple), 1) * multiple
    fitting = min(height * image[0] / image[1], _WIDEST * height)
    # The tolerance keeps rounding from adding a multiple to a width that fits.
    columns = round(width / multiple) if width else ceil(fitting / multiple - 1e-9)
    return max(columns, 1) * multiple, height


@dataclass(frozen=True)
class Letterbox:
    """Place of images of one size in an input, with a common upper left corner.

    Attributes:
        image: size of the images.
        input: size of the input.
    """

    image: Size
    input: Size

    @property
    def scaled(self) -> Size:
        """Size of the image in the input."""
        scale = min(self.input[0] / self.image[0], self.input[1] / self.image[1])
        width, height = (round(scale * length) for length in self.image)
        return min(max(width, 1), self.input[0]), min(max(height, 1), self.input[1])

    def shrink(self, image: Image) -> Image:
        """The image (H, W, 3) at its size in the input."""
        if self.scaled == self.image:
            return image
        smaller, _ = halved(image, self.image[0] / self.scaled[0])
        return cv2.resize(smaller, self.scaled).astype(np.uint8, copy=False)

    def to_image(self, points: Array) -> Array:
        """Pixels (..., 2) in the image of pixels in the input; centre of the first at 0."""
        factor = np.array(self.image) / self.scaled
        pixels: Array = (points + 0.5) * factor - 0.5
        return pixels
