"""Text on a plate, sized to the image and always inside it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.drawing.colours import Colour
from pose_action_ros.errors import InputError

Image = npt.NDArray[np.uint8]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_HEIGHT_AT_SCALE_1 = 22
"""[px] of a capital letter of the font."""
_SMALLEST = 0.42
"""Least scale of the font; below it OpenCV 5 runs words together."""


def check_image(image: Image) -> None:
    """InputError unless `image` can be drawn into."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"got an image of shape {image.shape} and type {image.dtype}, "
            "expected (height, width, 3) of uint8"
        )
    if not (image.flags.c_contiguous and image.flags.writeable):
        raise InputError("the image to draw into must be contiguous and writeable; copy it")


def unit(image: Image) -> float:
    """[px] by which everything drawn is scaled: 1 in an image of 480 rows, never less than 0.5."""
    height, width = image.shape[:2]
    return float(max(min(height, width) / 480, 0.5))


def _scale(image: Image) -> float:
    """Of the font; smaller ones cannot be read, however small the image."""
    return max(0.55 * unit(image), _SMALLEST)


def plate(image: Image, text: str, centre: float, bottom: float, colour: Colour) -> None:
    """Write on a filled plate, moved so that it is inside the image.

    Args:
        image: (H, W, 3) BGR, changed in place.
        text: one line.
        centre: wanted column of its middle [px].
        bottom: wanted lower edge [px].
        colour: of the plate; the text is black or white, whichever stands out.
    """
    scale = _scale(image)
    thickness = max(1, round(1.2 * unit(image)))
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, thickness)
    letter = _HEIGHT_AT_SCALE_1 * scale
    pad = letter / 2
    left = _inside(centre - width / 2 - pad, width + 2 * pad, image.shape[1])
    top = _inside(bottom - letter - 2 * pad, letter + 2 * pad, image.shape[0])
    corner = (round(left + width + 2 * pad), round(top + letter + 2 * pad))
    cv2.rectangle(image, (round(left), round(top)), corner, colour, cv2.FILLED)
    ink = BLACK if np.dot(colour, (0.114, 0.587, 0.299)) > 130 else WHITE
    start = (round(left + pad), round(top + pad + letter))
    cv2.putText(image, text, start, _FONT, scale, ink, thickness, cv2.LINE_AA)


def _inside(start: float, length: float, size: int) -> float:
    """`start` moved so that start to start + length is within 0 to size; 0 when it is too long."""
    return max(0.0, min(start, size - length))


def draw_caption(image: Image, lines: Sequence[str]) -> None:
    """Write lines into the upper left corner.

    Args:
        image: (H, W, 3) uint8 BGR, changed in place.
        lines: top to bottom.

    Raises:
        InputError: the image cannot be drawn into.
    """
    check_image(image)
    height = 2 * _scale(image) * _HEIGHT_AT_SCALE_1
    for row, text in enumerate(lines):
        plate(image, text, 0, (row + 1) * height, BLACK)
