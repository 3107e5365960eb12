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
        """Look at maps (H, W, C); those in memory by cell or by channel are not copied."""
        height, width, channels = maps.shape
        self.size = sqrt(height * width)
        if maps.flags.c_contiguous:
            self._flat, row, column, channel = maps.reshape(-1), width * channels, channels, 1
        else:
            self._flat = np.ascontiguousarray(maps.transpose(2, 0, 1)).reshape(-1)
            row, column, channel = width, 1, height * width
        self._row, self._column = row, column
        self._last_row, self._last_column = max(height - 2, 0), max(width - 2, 0)
        self._below, self._right = row * (height > 1), column * (width > 1)
        self._x, self._y = layout.field_channels.T * channel  # (L,) each

    def strength(self, limbs: Indices, segments: Segments, number: Indices) -> Array:
        """(N,) the fields of limbs in the direction of segments, at one sample of each."""
        x, y = segments.start + number * segments.step
        column = np.minimum(x.astype(np.intp), self._last_column)
        row = np.minimum(y.astype(np.intp), self._last_row)
        right, below = x - column, y - row
        cell = column * self._column + row * self._row
        channels = cell + self._x.take(limbs), cell + self._y.take(limbs)
        left, above = 1 - right, 1 - below
        upper = left * self._dot(segments, channels, 0)
        upper += right * self._dot(segments, channels, self._right)
        lower = left * self._dot(segments, channels, self._below)
        lower += right * self._dot(segments, channels, self._below + self._right)
        inside: Array = above * upper + below * lower
        return inside

    def _dot(self, segments: Segments, channels: tuple[Indices, Indices], offset: int) -> Array:
        """(N,) the fields in the direction of segments, at the cells that many values on."""
        x, y = (self._flat.take(channel + offset) for channel in channels)
        dot: Array = x * segments.along[0] + y * segments.along[1]
        return dot
