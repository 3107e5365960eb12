"""Obstacles: furniture painted in front of a person, and images cut at a border.

Both work on rendered and on filmed people, since the furniture is nearer than the person and the
border is the image's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
Rows = tuple[float, float, float, float]
"""Left, top, right and bottom [px]."""

_COVER = 0.03
"""Radius around a joint that is all covered or all free, in lengths of the person; others are
neither visible nor hidden."""


@dataclass(frozen=True, eq=False)
class Obstacle:
    """Furniture between the camera and the person, and a border that cuts the image.

    Attributes:
        mask: (H, W) True where it covers the image.
        paint: (H, W, 3) its picture.
        window: left, top, right and bottom of the part of the image that is kept [px].
    """

    mask: Flags
    paint: Image
    window: tuple[int, int, int, int]

    def applied(self, image: Image) -> Image:
        """The image (H, W, 3) with the obstacle, cut at the borders."""
        left, top, right, bottom = self.window
        covered = np.where(self.mask[..., None], self.paint, image)
        return np.ascontiguousarray(covered[top:bottom, left:right])

    def shifted(self, points: Array) -> Array:
        """Points (..., 2) [px] of the whole image in the cut one."""
        shifted: Array = points - self.window[:2]
        return shifted

    def cover(self, points: Array, length: float) -> Array:
        """(J,) share of the surroundings of points (J, 2) that the obstacle covers, 0 to 1.

        Args:
            points: [px] in the whole image, NaN if unknown.
            length: of the person [px].
        """
        reach = max(round(_COVER * length), 1)
        blurred = cv2.blur(self.mask.astype(np.float32), (2 * reach + 1,) * 2)
        height, width = self.mask.shape
        columns = np.nan_to_num(points[:, 0]).round().astype(int).clip(0, width - 1)
        rows = np.nan_to_num(points[:, 1]).round().astype(int).clip(0, height - 1)
        return np.asarray(blurred[rows, columns], dtype=np.float64)


def random_obstacle(rng: Rng, shape: tuple[int, int], box: Rows) -> Obstacle:
    """Draw furniture, a border, both, or nothing.

    Args:
        rng: random numbers.
        shape: height and width of the image [px].
        box: of the person [px].
    """
    mask = np.zeros(shape, dtype=np.bool_)
    chance = rng.random()
    if chance < 0.6:
        FURNITURE[str(rng.choice(list(FURNITURE)))](mask, box, rng)
    window = (0, 0, shape[1], shape[0])
    if 0.5 < chance < 0.9:
        window = _cut(shape, box, rng)
    return Obstacle(mask, _picture(shape, rng), window)


def _cut(shape: tuple[int, int], box: Rows, rng: Rng) -> tuple[int, int, int, int]:
    """The image cut at one side of the person: mostly below, as before a near camera."""
    left, top, right, bottom = box
    keep = [0, 0, shape[1], shape[0]]
    side = int(rng.choice(4, p=[0.15, 0.1, 0.15, 0.6]))
    share = rng.uniform(0.1, 0.75) if side == 3 else rng.uniform(0.05, 0.45)
    places = (
        left + share * (right - left),
        top + 0.6 * share * (bottom - top),
        right - share * (right - left),
        bottom - share * (bottom - top),
    )
    keep[side] = round(min(max(places[side], 0), shape[1 - side % 2]))
    return keep[0], keep[1], max(keep[2], keep[0] + 16), max(keep[3], keep[1] + 16)


def _board(mask: Flags, box: Rows, rng: Rng) -> None:
    """A counter or desk front: all below a line."""
    left, top, right, bottom = box
    wide = right - left
    line = top + rng.uniform(0.35, 0.85) * (bottom - top)
    _fill(mask, left - rng.uniform(0, 2) * wide, line, right + rng.uniform(0, 2) * wide, np.inf)


def _table(mask: Flags, box: Rows, rng: Rng) -> None:
    """A table top on thin legs: the person is visible below it."""
    left, top, right, bottom = box
    wide, tall = right - left, bottom - top
    line = top + rng.uniform(0.45, 0.75) * tall
    thick = rng.uniform(0.04, 0.15) * tall
    start, end = left - rng.uniform(0.1, 1) * wide, right + rng.uniform(0.1, 1) * wide
    _fill(mask, start, line, end, line + thick)
    for leg in (start, end):
        _fill(mask, leg, line, leg + 0.03 * tall, bottom)


def _stand(mask: Flags, box: Rows, rng: Rng) -> None:
    """A music stand or screen: a plate on a pole."""
    left, top, right, bottom = box
    tall = bottom - top
    middle = rng.uniform(left, right)
    plate = top + rng.uniform(0.3, 0.7) * tall
    half = rng.uniform(0.08, 0.25) * tall
    _fill(mask, middle - half, plate, middle + half, plate + rng.uniform(0.15, 0.3) * tall)
    _fill(mask, middle - 0.012 * tall, plate, middle + 0.012 * tall, bottom)


def _crate(mask: Flags, box: Rows, rng: Rng) -> None:
    """A crate or plant anywhere over the person."""
    left, top, right, bottom = box
    tall = bottom - top
    x, y = rng.uniform(left, right), rng.uniform(top + 0.2 * tall, bottom)
    half_x, half_y = rng.uniform(0.08, 0.3, 2) * tall
    _fill(mask, x - half_x, y - half_y, x + half_x, y + half_y)


def _post(mask: Flags, box: Rows, rng: Rng) -> None:
    """A post, door frame or curtain from the top to the bottom."""
    left, top, right, bottom = box
    tall = bottom - top
    start = rng.uniform(left - 0.1 * tall, right)
    _fill(mask, start, -np.inf, start + rng.uniform(0.05, 0.3) * tall, np.inf)


FURNITURE: Mapping[str, Callable[[Flags, Rows, Rng], None]] = {
    "board": _board,
    "table": _table,
    "stand": _stand,
    "crate": _crate,
    "post": _post,
}


def _fill(mask: Flags, left: float, top: float, right: float, bottom: float) -> None:
    """Cover a rectangle, as far as it is inside."""
    height, width = mask.shape
    x = np.clip([left, right], 0, width).astype(int)
    y = np.clip([top, bottom], 0, height).astype(int)
    mask[y[0] : y[1], x[0] : x[1]] = True


def _picture(shape: tuple[int, int], rng: Rng) -> Image:
    """A surface (H, W, 3) with a grain, lighter at one side."""
    height, width = shape
    colour = np.clip(rng.uniform(20, 220) + rng.normal(0, 25, 3), 0, 255)
    cells = rng.normal(0, 8, (int(rng.integers(2, 40)), int(rng.integers(2, 10)), 1))
    grain = cv2.resize(cells.astype(np.float32), (width, height))[..., None]
    slope = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-25, 25)
    noise = rng.normal(0, rng.uniform(0, 4), (height, width, 1))
    return np.clip(colour + grain + slope + noise, 0, 255).astype(np.uint8)
