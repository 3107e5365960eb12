"""Part affinity fields, looked up along lines."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.detection.openpose.peaks import Indices, Maps

Array = npt.NDArray[np.float64]


class Segments(NamedTuple):
    """Straight lines on the map.

    Attributes:
        start: (2, N) [cells].
        step: (2, N) from one sample to the next [cells].
        along: (2, N) unit vector.
        samples: (N,) how many.
    """

    start: Array
    step: Array
    along: Array
    samples: Indices

    def of(self, rows: Indices) -> Segments:
        """Some of them."""
        start, step, along = (column.take(rows, axis=1) for column in self[:3])
        return Segments(start, step, along, self.samples.take(rows))


class Fields:
    """The fields of all limbs of one image, also between cells.

    There they are bilinear. The nearest cell would take half the time, but small people lose limbs.

    Attributes:
        size: square root of the number of cells.
    """

    def __init__(self, maps: Maps, layout: MapLayout) -> None:
        """Look at finite maps (H, W, C); those in memory by cell or by channel are not copied."""
        height, width, channels = maps.shape
        self.size = sqrt(height * width)
        if maps.flags.c_contiguous:
            flat, row, column, channel = maps.reshape(-1), width * channels, channels, 1
        else:
            flat = np.ascontiguousarray(maps.transpose(2, 0, 1)).reshape(-1)
            row, column, channel = width, 1, height * width
        self._row, self._column = row, column
        self._first = layout.field_channels * channel  # (L,)
        # Of a cell, the one to its right, the one below and the one between these: x and y.
        self._corners = [
            (flat[min(corner, flat.size - 1) :], flat[min(corner + channel, flat.size - 1) :])
            for corner in (0, column, row, row + column)
        ]

    def strength(self, limbs: Indices, segments: Segments, number: Indices) -> Array:
        """(N,) the fields of limbs in the direction of segments, at one sample of each."""
        place = segments.start + number * segments.step  # (2, N), never outside of the map
        cell = place.astype(np.intp)
        right, below = place - cell
        at = cell[0] * self._column + cell[1] * self._row + self._first.take(limbs)
        # What is beyond the last row or column does not matter: right or below is 0 there.
        above_left, above_right, below_left, below_right = (
            x.take(at, mode="clip") * segments.along[0]
            + y.take(at, mode="clip") * segments.along[1]
            for x, y in self._corners
        )
        upper = above_left + right * (above_right - above_left)
        lower = below_left + right * (below_right - below_left)
        strength: Array = upper + below * (lower - upper)
        return strength
