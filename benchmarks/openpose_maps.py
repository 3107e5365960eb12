"""Ideal maps of an OpenPose network for known people: input of benchmarks and tests.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008, equations 7 and 8 (the highest of the
people's Gaussians; with the 2 in the exponent that OpenPose's training code has) and 9 and 10 (unit
vectors along limbs, averaged where people overlap). The published field ends where the joint is;
here it continues around it, as in that code; otherwise limbs shorter than a cell had none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]

SIGMA = 7 / 8
"""Of the Gaussian of a joint [cells]; OpenPose's."""
REACH = 1.0
"""Half width [cells] of the field of a limb; that of OpenPose."""


def draw_maps(
    people: npt.ArrayLike,
    layout: MapLayout,
    size: tuple[int, int],
    sigma: float = SIGMA,
    reach: float = REACH,
) -> Maps:
    """Draw the maps of people.

    Args:
        people: (P, J, 2) [cells]; NaN for a hidden joint. The Gaussians of joints outside the map
            reach into it.
        layout: of the channels.
        size: rows and columns of the map.
        sigma: of the Gaussian of a joint [cells].
        reach: half width of a limb's field [cells].

    Returns:
        (H, W, C) parts, background, fields.

    Raises:
        InputError: another number of joints than in the layout.
    """
    points = np.asarray(people, dtype=np.float64)
    if points.ndim != 3 or points.shape[1:] != (layout.parts, 2):
        raise InputError(
            f"got people of shape {points.shape}, expected (P, {layout.parts}, 2) for the maps of "
            f"{layout.name!r}"
        )
    maps = np.zeros((*size, layout.channels), dtype=np.float32)
    maps[..., : layout.parts] = _heat(points, size, sigma)
    if layout.background:
        maps[..., layout.parts] = 1 - maps[..., : layout.parts].max(axis=-1)
    for (start, end), channels in zip(layout.limbs, layout.fields, strict=True):
        maps[..., channels] = _field(points[:, start], points[:, end], size, reach)
    return maps


def _heat(people: Array, size: tuple[int, int], sigma: float) -> Array:
    """(H, W, J) the highest of the people's Gaussians; equations 7 and 8."""
    heat = np.zeros((*size, people.shape[1]))
    rows, columns = (np.arange(length)[:, None] for length in size)
    for x, y in zip(people[..., 0], people[..., 1], strict=True):
        across = np.exp(-((columns - x) ** 2) / (2 * sigma**2))  # (W, J)
        down = np.exp(-((rows - y) ** 2) / (2 * sigma**2))  # (H, J)
        np.fmax(heat, down[:, None] * across, out=heat)
    return heat


def _field(starts: Array, ends: Array, size: tuple[int, int], reach: float) -> Array:
    """(H, W, 2) the mean of the unit vectors of limbs from (P, 2) to (P, 2); equations 9 and 10."""
    total, count = np.zeros((*size, 2)), np.zeros((*size, 1))
    for start, end in zip(starts, ends, strict=True):
        length = float(np.linalg.norm(end - start))
        if length > 0:  # and no joint is missing
            box = _box(start, end, size, reach)
            near = _near(start, (end - start) / length, length, box) <= reach
            total[box] += near[..., None] * (end - start) / length
            count[box] += near[..., None]
    return total / np.maximum(count, 1)


def _box(start: Array, end: Array, size: tuple[int, int], reach: float) -> tuple[slice, slice]:
    """Rows and columns within reach of a limb."""
    low = np.ceil(np.minimum(start, end) - reach).clip(0, size[::-1]).astype(int)
    high = np.floor(np.maximum(start, end) + reach + 1).clip(0, size[::-1]).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _near(start: Array, unit: Array, length: float, box: tuple[slice, slice]) -> Array:
    """Distances [cells] of the cells of a box from a limb."""
    rows, columns = np.ogrid[box]
    x, y = columns - start[0], rows - start[1]
    along = (unit[0] * x + unit[1] * y).clip(0, length)
    distances: Array = np.hypot(x - along * unit[0], y - along * unit[1])
    return distances
