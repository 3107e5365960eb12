"""Images into a network's input: scaled as a whole, and filled up to the right and below."""

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
"""Of an input, in heights: bounds the memory that a panorama takes."""


def input_size(image: Size, wanted: Size, multiple: int) -> Size:
    """Size of the network's input for an image.

    Args:
        image: its size.
        wanted: width, 0 for what fits the image, and height.
        multiple: width and height are multiples of it.
    """
    width, height = wanted
    height = max(round(height / multiple), 1) * multiple
    fitting = min(height * image[0] / image[1], _WIDEST * height)
    # The tolerance keeps a width that fits from being made wider by rounding.
    columns = round(width / multiple) if width else ceil(fitting / multiple - 1e-9)
    return max(columns, 1) * multiple, height


@dataclass(frozen=True)
class Letterbox:
    """How images of one size go into an input: their upper left corners are the same.

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
