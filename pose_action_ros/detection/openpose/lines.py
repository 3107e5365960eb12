"""Support of limbs between two joints by part affinity fields: line integrals.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008, equations 11 and 12, and OpenPose's rules
(net/bodyPartConnectorBase.cpp) for the number of samples of a limb, and of strong ones among them.
All pairs of all limbs are computed together, first at few samples, which eliminate most pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.detection.openpose.peaks import Indices, Maps, Peaks
from pose_action_ros.detection.openpose.settings import DecodingSettings

Array = npt.NDArray[np.float64]

_BLOCK = 8192
"""Pairs computed together: bounds the memory."""
_FIRST = (2 / 3, 1 / 3, 1 / 2, 5 / 6, 1 / 6)
"""Places along a limb of its first samples, five of at least five. Most pairs are longer than any
limb and may fail once."""
_LOOKS = (2, 3)
"""Numbers of samples after which pairs are eliminated; the last number again and again."""
_COINCIDENT = 1e-6
"""Joints nearer than this have no direction [cells]."""


class Segments(NamedTuple):
    """Straight lines on the map.

    Attributes:
        start: (2, N) [cells].
        step: (2, N) from one sample to the next [cells].
        along: (2, N) unit vector.
        samples: (N,) number of samples.
    """

    start: Array
    step: Array
    along: Array
    samples: Indices

    def take(self, rows: Indices) -> Segments:
        """The segments of these rows."""
        start, step, along = (column.take(rows, axis=1) for column in self[:3])
        return Segments(start, step, along, self.samples.take(rows))


class Fields:
    """The part affinity fields of all limbs of one image, bilinear between cells.

    The nearest cell would take half the time, but small people lose limbs.

    Attributes:
        size: square root of the number of cells.
    """

    def __init__(self, maps: Maps, layout: MapLayout) -> None:
        """Store finite maps (H, W, C); maps in memory by cell or by channel are not copied."""
        height, width, channels = maps.shape
        self.size = sqrt(height * width)
        if maps.flags.c_contiguous:
            flat, row, column, channel = maps.reshape(-1), width * channels, channels, 1
        else:
            flat = np.ascontiguousarray(maps.transpose(2, 0, 1)).reshape(-1)
            row, column, channel = width, 1, height * width
        self._row, self._column = row, column
        self._first = layout.field_channels * channel  # (L,)
        # A cell and its right, lower and lower right neighbour, each with x and y.
        self._corners = [
            (flat[min(corner, flat.size - 1) :], flat[min(corner + channel, flat.size - 1) :])
            for corner in (0, column, row, row + column)
        ]

    def strength(self, limbs: Indices, segments: Segments, number: Indices) -> Array:
        """Strength (N,) of the limbs' fields along the segments, at one sample of each."""
        place = segments.start + number * segments.step  # (2, N), always inside the map
        cell = place.astype(np.intp)
        right, below = place - cell
        at = cell[0] * self._column + cell[1] * self._row + self._first.take(limbs)
        # Values beyond the last row or column have no weight: right or below is 0 there.
        above_left, above_right, below_left, below_right = (
            x.take(at, mode="clip") * segments.along[0]
            + y.take(at, mode="clip") * segments.along[1]
            for x, y in self._corners
        )
        upper = above_left + right * (above_right - above_left)
        lower = below_left + right * (below_right - below_left)
        strength: Array = upper + below * (lower - upper)
        return strength


class Pairs(NamedTuple):
    """Peaks that a limb could join, in order of limb, start and end.

    Attributes:
        limbs: (K,) their numbers in the layout.
        starts: (K,) numbers of their first peaks.
        ends: (K,) numbers of their second peaks.
    """

    limbs: Indices
    starts: Indices
    ends: Indices

    def take(self, rows: Indices) -> Pairs:
        """The pairs of these rows."""
        return Pairs(self.limbs.take(rows), self.starts.take(rows), self.ends.take(rows))


class Lines(NamedTuple):
    """Pairs with (K,) the mean strength of the field between them."""

    pairs: Pairs
    scores: Array


def find_lines(maps: Maps, peaks: Peaks, layout: MapLayout, settings: DecodingSettings) -> Lines:
    """The pairs of peaks between which the field supports a limb.

    Args:
        maps: (H, W, C), finite.
        peaks: of its parts.
        layout: of the channels.
        settings: thresholds.
    """
    fields = Fields(maps, layout)
    found = [_supported(fields, peaks, pairs, settings) for pairs in _pairs(peaks, layout)]
    columns = zip(*(lines.pairs for lines in found), strict=True)
    pairs = Pairs(*(np.concatenate(column) for column in columns))
    return Lines(pairs, np.concatenate([lines.scores for lines in found]))


def _pairs(peaks: Peaks, layout: MapLayout) -> Iterator[Pairs]:
    """Yield all pairs in blocks of about _BLOCK, at least one block."""
    joints = layout.limb_joints
    counts, firsts = np.diff(peaks.starts)[joints], peaks.starts[joints]  # (L, 2)
    limb = np.arange(len(joints)).repeat(counts[:, 0])  # (R,) a row for every limb and start
    start = _count_up(counts[:, 0]) + firsts[limb, 0]
    each = counts[limb, 1]
    block = np.cumsum(each) // _BLOCK
    for number in range(int(block[-1]) + 1 if len(block) else 1):
        rows = slice(*np.searchsorted(block, (number, number + 1)))
        repeated = each[rows]
        end = _count_up(repeated) + firsts[limb[rows], 1].repeat(repeated)
        yield Pairs(limb[rows].repeat(repeated), start[rows].repeat(repeated), end)


def _count_up(counts: Indices) -> Indices:
    """Concatenate 0, 1, ... up to each of the counts."""
    last = np.cumsum(counts)
    numbers: Indices = np.arange(last[-1] if len(last) else 0) - (last - counts).repeat(counts)
    return numbers


def _supported(fields: Fields, peaks: Peaks, pairs: Pairs, settings: DecodingSettings) -> Lines:
    """The pairs with a field that supports a limb."""
    segments, may_fail = _segments(peaks, pairs, settings, settings.touching * fields.size)
    fails = np.zeros(len(may_fail), dtype=np.intp)
    order, looks = _order(settings.most_samples), _looks(settings)
    for first, last in pairwise(looks):
        for look in order[first:last]:
            number = look.take(segments.samples)
            strength = fields.strength(pairs.limbs, segments, np.maximum(number, 0))
            fails += (strength <= settings.line_threshold) & (number >= 0)
        rows = np.flatnonzero(fails <= may_fail)
        pairs, segments = pairs.take(rows), segments.take(rows)
        fails, may_fail = fails.take(rows), may_fail.take(rows)
    scores, fails = _scores(fields, pairs.limbs, segments, settings)
    good = np.flatnonzero(fails <= may_fail)
    return Lines(pairs.take(good), scores.take(good))


def _looks(settings: DecodingSettings) -> list[int]:
    """Numbers of samples between which pairs are eliminated, until a pair may be weak no longer."""
    most = settings.most_samples
    may_fail = most - int(settings.line_share * most) - 1
    looks = [0, *accumulate(_LOOKS)]
    while looks[-1] < min(may_fail + 2, most):
        looks.append(looks[-1] + _LOOKS[-1])
    return looks


@lru_cache(maxsize=8)
def _order(most: int) -> Indices:
    """(most, most + 1) which of a limb's samples is the first, the second ...; -1 for no more.

    Columns are numbers of samples: places spread over the limb come first.
    """
    order = np.full((most + len(_FIRST), most + 1), -1, dtype=np.intp)
    for samples in range(len(_FIRST), most + 1):
        first = [int(share * samples) for share in _FIRST]
        rest = [number for number in range(samples) if number not in first]
        order[:samples, samples] = first + rest[1::2] + rest[::2]
    return order


def _segments(
    peaks: Peaks, pairs: Pairs, settings: DecodingSettings, touching: float
) -> tuple[Segments, Indices]:
    """The lines of pairs, and (N,) the number of their samples that may be weak.

    All samples may be weak in lines shorter than `touching` [cells], none between coincident peaks.
    """
    points = peaks.points.T
    start = points.take(pairs.starts, axis=1)
    across = points.take(pairs.ends, axis=1) - start
    number = np.floor(np.sqrt(settings.line_density * np.abs(across).max(axis=0)) + 0.5)
    samples = np.clip(number, settings.least_samples, settings.most_samples).astype(np.intp)
    length = np.sqrt(across[0] ** 2 + across[1] ** 2)
    may_fail = np.where(length < touching, samples, samples - _needed(samples, settings))
    may_fail[length <= _COINCIDENT] = -1
    along = across / np.maximum(length, _COINCIDENT)
    return Segments(start, across / samples, along, samples), may_fail


def _needed(samples: Indices, settings: DecodingSettings) -> Indices:
    """Number (N,) of samples that must be strong."""
    needed: Indices = np.floor(settings.line_share * samples).astype(np.intp) + 1
    return needed


def _scores(
    fields: Fields, limbs: Indices, segments: Segments, settings: DecodingSettings
) -> tuple[Array, Indices]:
    """(N,) mean of the strong samples; (N,) number of weak ones.

    Where too few are strong, the score is OpenPose's for touching joints: the least of a peak.
    """
    samples, count = segments.samples, len(segments.samples)
    owner = np.arange(count).repeat(samples)
    strength = fields.strength(limbs.take(owner), segments.take(owner), _count_up(samples))
    strong = strength > settings.line_threshold
    hits = np.bincount(owner, strong, count).astype(np.intp)
    mean = np.bincount(owner, strength * strong, count) / np.maximum(hits, 1)
    enough = hits >= _needed(samples, settings)
    return np.where(enough, mean, settings.peak_threshold), samples - hits
