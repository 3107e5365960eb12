"""Regions: turned squares of an image, and the network inputs made from them.

Pixels: centre of the first pixel at 0. Unit square: (0, 0) is the outer corner of the crop's first
pixel, (1, 1) the outer corner of its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, ceil, cos, hypot, sin
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image, halved
from pose_action_ros.engines import Engine
from pose_action_ros.errors import ModelError

Array = npt.NDArray[np.float64]

MARGIN = 1.25
"""Side of a person's region in diameters of the circle around the body."""


@dataclass(frozen=True)
class Region:
    """A turned square.

    Attributes:
        x, y: centre [px].
        side: [px].
        angle: from the image's y axis to the square's, clockwise in the displayed image [rad].
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def of_image(cls, image: Image) -> Region:
        """The smallest upright square around the whole image."""
        height, width = image.shape[:2]
        return cls((width - 1) / 2, (height - 1) / 2, float(max(width, height)))

    @classmethod
    def parts_of_image(cls, image: Image) -> list[Region]:
        """The whole image and, if it is not square, squares along it as large as its height.

        Small people are larger in the input of a network that is made from the smaller squares.
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
        right, down = (rim - centre).tolist()
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

    def is_close(self, other: Region) -> bool:
        """True if both regions are about the same in size and place, as one person's are."""
        small, large = sorted((self.side, other.side))
        apart = hypot(self.x - other.x, self.y - other.y)
        return apart < 0.15 * small and large < 1.5 * small


def network_input(image: Image, region: Region, size: int, low: float) -> npt.NDArray[np.float32]:
    """The region as an upright tensor (1, size, size, 3): RGB from `low` to 1.

    Args:
        image: (H, W, 3) BGR.
        region: any; black outside the image.
        size: of the tensor [px].
        low: value of black.
    """
    rgb = crop(image, region, size)[None, ..., ::-1].astype(np.float32)
    tensor: npt.NDArray[np.float32] = rgb * np.float32((1 - low) / 255) + np.float32(low)
    return tensor


def crop(image: Image, region: Region, size: int) -> Image:
    """The region as an upright image (size, size, 3), channels as in the image (H, W, 3)."""
    axes, centre = region.axes, np.array([region.x, region.y])
    reach = np.abs(axes).sum(axis=1) / 2  # (2,) half width and half height
    left, top = np.floor(centre - reach).clip(0).astype(int).tolist()
    right, bottom = (np.ceil(centre + reach) + 1).clip(0).astype(int).tolist()
    part, scale = image[top:bottom, left:right], 1.0
    if not part.size:
        return np.zeros((size, size, 3), dtype=np.uint8)
    if region.side >= 2 * size:
        part, scale = halved(part, region.side / size)
    first = (np.array([0.5, 0.5]) / size - 0.5) @ axes.T + centre  # the crop's first pixel
    matrix = np.column_stack([axes / size, first])  # crop pixel to image pixel
    matrix[:, 2] += 0.5 - np.array([left, top])
    matrix *= scale
    matrix[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, matrix, (size, size), flags=flags).astype(np.uint8, copy=False)


def image_input(engine: Engine, size: int) -> str:
    """Name of a network's only input, an image (1, size, size, 3); ModelError for another one."""
    shapes = [tuple(shape[1:]) for shape in engine.inputs.values()]
    if shapes != [(size, size, 3)]:
        raise ModelError(
            f"the network takes {dict(engine.inputs)}, expected one image of {(1, size, size, 3)}; "
            "is it another network?"
        )
    (name,) = engine.inputs
    return name


def output_of_shape(outputs: Mapping[str, npt.NDArray[Any]], shape: tuple[int, ...]) -> str:
    """Name of the only output of a shape: names differ between published files.

    Raises:
        ModelError: no output or several outputs have the shape.
    """
    names = [name for name, value in outputs.items() if value.shape == shape]
    if len(names) != 1:
        shapes = {name: value.shape for name, value in outputs.items()}
        raise ModelError(f"the network gives {shapes}, expected one output of {shape}")
    return names[0]


def sigmoid(logits: Array) -> Array:
    """Probabilities of logits, without overflow, also of 32 bits."""
    result: Array = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    return result
