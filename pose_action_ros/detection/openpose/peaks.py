"""Maxima of heat maps, finer than their cells.

A heat map is about a Gaussian around each joint (Cao et al. 2019, arXiv:1812.08008, equation 7), so
its logarithm is a parabola along each axis, which three cells determine. OpenPose finds the same
place, to about 0.06 of a cell, in maps resized to eight times their size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Maps = npt.NDArray[np.float32]

_LEAST_SHARE = 0.1
"""Least value of a neighbour as a share of the maximum: zeros have no logarithm."""
_MOST_RISE = 2.0
"""Upper bound of the ratio of a peak to its cell: exp(log(10) / 4) for neighbours of that share."""
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Offsets in rows and columns, one of each two opposite ones."""


@dataclass(frozen=True, eq=False)
class Peaks:
    """Maxima of the heat maps of all joints.

    Attributes:
        points: (N, 2) [cells].
        scores: (N,) heights, at most 1.
        starts: (J + 1,) the maxima of joint j are rows starts[j] to starts[j + 1] - 1.
    """

    points: Array
    scores: Array
    starts: Indices


def find_peaks(heat: Maps, threshold: float, most: int) -> Peaks:
    """Maxima among their eight neighbours; of equal neighbours the first in reading order.

    Args:
        heat: (H, W, J), finite.
        threshold: lower bound of the height, at least 0.
        most: number of maxima of each joint, the highest ones.
    """
    height, width, parts = heat.shape
    # A further row and column of zeros separate the maps and are the neighbours outside.
    framed = np.zeros((parts, height + 1, width + 1), dtype=np.float32)
    framed[:, :height, :width] = heat.transpose(2, 0, 1)
    flat, step = framed.reshape(-1), width + 1
    cells = _maxima(flat, step, threshold / _MOST_RISE)
    part, inside = np.divmod(cells, framed[0].size)
    row, column = np.divmod(inside, step)
    x, rise_x = _vertex(flat, cells, 1, (column > 0) & (column < width - 1))
    y, rise_y = _vertex(flat, cells, step, (row > 0) & (row < height - 1))
    heights = flat.take(cells) * np.exp(rise_x + rise_y)
    kept = _highest(heights, part, threshold, most)
    return Peaks(
        points=np.stack([column + x, row + y], axis=1).take(kept, axis=0),
        scores=np.minimum(heights.take(kept), 1.0),
        starts=np.searchsorted(part.take(kept), np.arange(parts + 1)),
    )


def _maxima(flat: Maps, step: int, threshold: float) -> Indices:
    """Indices, in order, of the maxima of framed maps with rows of length `step`."""
    cells = np.flatnonzero(flat > threshold)
    values = flat.take(cells)
    for rows, columns in _NEIGHBOURS:
        away = rows * step + columns
        for before, stays in ((away, np.greater), (-away, np.greater_equal)):
            rest = np.flatnonzero(stays(values, flat.take(cells - before)))
            cells, values = cells.take(rest), values.take(rest)
    return cells


def _highest(heights: Array, part: Indices, threshold: float, most: int) -> Indices:
    """Rows, in order, of the heights above the threshold, at most `most` highest of each part."""
    rows = np.flatnonzero(heights > threshold)
    part = part.take(rows)
    rank = np.arange(len(rows)) - np.searchsorted(part, part)
    if not len(rows) or rank.max() < most:
        return rows
    order = np.lexsort((-heights.take(rows), part))
    return np.sort(rows[order[rank < most]])


def _vertex(
    flat: Maps, cells: Indices, step: int, inner: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Vertex of the parabola through the logarithms of three cells `step` apart.

    Returns:
        (N,) its place, -0.5 to 0.5 from the middle cell, and (N,) its height above that cell; both
        0 for cells that are not `inner`, which have no neighbour on one side.
    """
    middle = flat.take(cells).astype(np.float64)
    least = _LEAST_SHARE * middle
    before = np.log(np.maximum(flat.take(cells - step), least) / middle)
    after = np.log(np.maximum(flat.take(cells + step), least) / middle)
    slope, bend = after - before, -(before + after)
    offset = np.where(inner & (bend > 0), 0.5 * slope / np.maximum(bend, 1e-12), 0.0)
    return offset, 0.25 * slope * offset
