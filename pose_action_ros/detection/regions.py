"""Regions: turned squares of an image that a network looks at, and crops of them.

Pixels: centre of the first pixel at 0. Unit square: (0, 0) is the outer corner of the crop's first
pixel, (1, 1) the outer corner of its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, ceil, cos, floor, hypot, sin

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Region:
    """A turned square.

    Attributes:
        x, y: centre [px].
        side: [px].
        angle: by which the square's y axis is turned from the image's, clockwise as seen [rad].
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def of_image(cls, image: Image) -> Region:
        """The upright square that just holds the whole image."""
        height, width = image.shape[:2]
        return cls((width - 1) / 2, (height - 1) / 2, float(max(width, height)))

    @classmethod
    def parts_of_image(cls, image: Image) -> list[Region]:
        """The whole image and, when it is not square, squares along it as large as its height.

        In the smaller squares a network sees small people larger.
        """
        height, width = image.shape[:2]
        short, long = sorted((height, width))
        count = ceil(long / short - 0.1)
        if count < 2:
            return [cls.of_image(image)]
        middles = np.linspace((short - 1) / 2, long - 1 - (short - 1) / 2, min(count, 8))
        across = (short - 1) / 2
        centres = [(m, across) if width > height else (across, m) for m in middles.tolist()]
        return [cls.of_image(image), *(cls(x, y, float(short)) for x, y in centres)]

    @classmethod
    def around_body(cls, centre: Array, rim: Array, margin: float) -> Region:
        """The square around a circle, turned so that the rim point is above the centre.

        Args:
            centre: (2,) [px], middle of the hips.
            rim: (2,) [px], point of the circle in the direction of the head.
            margin: side of the square in diameters.
        """
        right, down = (float(value) for value in rim - centre)
        side = max(2 * margin * hypot(right, down), 1.0)
        return cls(float(centre[0]), float(centre[1]), side, atan2(right, -down))

    @property
    def axes(self) -> Array:
        """(2, 2) columns: the square's x and y axis in the image, one side long [px]."""
        turn, rise = cos(self.angle) * self.side, sin(self.angle) * self.side
        return np.array([[turn, -rise], [rise, turn]])

    def to_image(self, points: Array) -> Array:
        """Pixels (..., 2) in the image of points (..., 2) in the unit square."""
        pixels: Array = (points - 0.5) @ self.axes.T + [self.x, self.y]
        return pixels

    def same_place(self, other: Region) -> bool:
        """Whether two regions are about the same size and place, as one person's are."""
        small, large = sorted((self.side, other.side))
        apart = hypot(self.x - other.x, self.y - other.y)
        return apart < 0.15 * small and large < 1.5 * small


def crop(image: Image, region: Region, size: int) -> Image:
    """The region as an upright image.

    Args:
        image: (H, W, 3).
        region: what to cut out; what lies outside the image is black.
        size: of the result [px].

    Returns:
        (size, size, 3), channels as in the image.
    """
    part, offset = _surroundings(image, region)
    if not part.size:
        return np.zeros((size, size, 3), dtype=np.uint8)
    part, scale = halved(part, region.side / size)
    first = region.to_image(np.array([0.5, 0.5]) / size)  # where the crop's first pixel is
    matrix = np.column_stack([region.axes / size, first])  # crop pixel to image pixel
    matrix[:, 2] += 0.5 - offset
    matrix *= scale
    matrix[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, matrix, (size, size), flags=flags).astype(np.uint8, copy=False)


def _surroundings(image: Image, region: Region) -> tuple[Image, Array]:
    """The upright part of the image that holds the region, and its left and top [px]."""
    reach = np.abs(region.axes).sum(axis=1) / 2  # (2,) half width and half height
    centre = np.array([region.x, region.y])
    left, top = (max(0, floor(value)) for value in centre - reach)
    right, bottom = (max(0, ceil(value) + 1) for value in centre + reach)
    return image[top:bottom, left:right], np.array([left, top], dtype=np.float64)


def halved(image: Image, factor: float) -> tuple[Image, float]:
    """The image made smaller by half as often as fits into the factor, and its scale.

    Averaging keeps thin limbs in large images visible; halves are what OpenCV averages fast.
    """
    scale = 1.0
    while factor * scale >= 2 and min(image.shape[:2]) >= 2:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * height, : 2 * width]
        half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
        image, scale = half.astype(np.uint8, copy=False), scale / 2
    return image, scale


def network_input(image: Image, low: float) -> npt.NDArray[np.float32]:
    """A BGR image (H, W, 3) as the tensor (1, H, W, 3): RGB from `low` to 1."""
    rgb = image[None, ..., ::-1].astype(np.float32)
    tensor: npt.NDArray[np.float32] = rgb * np.float32((1 - low) / 255) + np.float32(low)
    return tensor
