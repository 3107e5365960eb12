"""The maps that a network should give for known people: targets of training, input of tests.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008, equations 6 and 7 (the highest of the
people's Gaussians) and 8 and 9 (unit vectors along limbs, averaged where people overlap). The
published field ends where the joint is; here it goes on around it, as in OpenPose's training code,
or limbs shorter than a cell had none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]

SIGMA = 7 / 8
"""Of the Gaussian of a joint [cells]; OpenPose's."""
REACH = 1.0
"""How far from a limb's middle line its field goes [cells]; OpenPose's."""


def draw_maps(
    people: npt.ArrayLike,
    layout: MapLayout,
    size: tuple[int, int],
    sigma: float = SIGMA,
    reach: float = REACH,
) -> Maps:
    """The maps of people.

    Args:
        people: (P, J, 2) [cells]; NaN where a joint shall not be seen. Joints outside the map still
            shine into it.
        layout: what the channels mean.
        size: rows and columns of the map.
        sigma: of the Gaussian of a joint [cells].
        reach: how far from a limb's middle line its field goes [cells].

    Returns:
        (H, W, C) parts, background, fields.

    Raises:
        InputError: the joints are not those of the layout.
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
    maps[..., np.array(layout.fields)] = _fields(points, np.array(layout.limbs), size, reach)
    return maps


def _heat(people: Array, size: tuple[int, int], sigma: float) -> Array:
    """(H, W, J) the highest of the people's Gaussians; equations 6 and 7."""
    heat = np.zeros((*size, people.shape[1]))
    rows, columns = (np.arange(length)[:, None] for length in size)
    for x, y in zip(people[..., 0], people[..., 1], strict=True):
        across = np.exp(-((columns - x) ** 2) / (2 * sigma**2))  # (W, J)
        down = np.exp(-((rows - y) ** 2) / (2 * sigma**2))  # (H, J)
        np.fmax(heat, down[:, None] * across, out=heat)
    return heat


def _fields(people: Array, limbs: npt.NDArray[Any], size: tuple[int, int], reach: float) -> Array:
    """(H, W, L, 2) the mean of the people's unit vectors; equations 8 and 9."""
    rows, columns = np.indices(size)
    cells = np.stack([columns, rows], axis=-1)[:, :, None]  # (H, W, 1, 2)
    total = np.zeros((*size, len(limbs), 2))
    count = np.zeros((*size, len(limbs), 1))
    for person in people:
        start, end = person[limbs[:, 0]], person[limbs[:, 1]]  # (L, 2)
        length = np.linalg.norm(end - start, axis=-1, keepdims=True)
        with np.errstate(invalid="ignore"):
            along = (end - start) / np.where(length > 0, length, np.nan)
            share = ((cells - start) * along).sum(axis=-1, keepdims=True).clip(0, length)
            near = np.linalg.norm(cells - start - share * along, axis=-1, keepdims=True) <= reach
        total += np.where(near, along, 0.0)
        count += near
    return total / np.maximum(count, 1)
