"""How well part affinity fields support a limb between two joints: line integrals.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008, equations 11 and 12, and OpenPose's rules
(net/bodyPartConnectorBase.cpp): how many samples a limb has, how many of them must be strong.
All pairs of all limbs are looked at together, first at few samples, which most do not survive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.fields import Fields, Segments
from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.detection.openpose.peaks import Indices, Maps, Peaks
from pose_action_ros.detection.openpose.settings import DecodingSettings

Array = npt.NDArray[np.float64]

_BLOCK = 8192
"""Pairs looked at together: bounds the memory."""
_FIRST_LOOKS = ((2 / 3, 1 / 3), (1 / 2, 5 / 6, 1 / 6))
"""Where along a limb it is looked at before it is looked at everywhere: five samples of at least
five. Most pairs are longer than any limb and may fail once."""
_COINCIDENT = 1e-6
"""Joints nearer than this have no direction [cells]."""


class Pairs(NamedTuple):
    """Peaks that a limb could join, in order of limb, start and end.

    Attributes:
        limbs: (K,) their numbers in the layout.
        starts: (K,) numbers of the peaks they start at.
        ends: (K,) numbers of the peaks they end at.
    """

    limbs: Indices
    starts: Indices
    ends: Indices

    def of(self, rows: Indices) -> Pairs:
        """Some of them."""
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
        layout: what the channels mean.
        settings: what supports means.
    """
    fields = Fields(maps, layout)
    found = [_supported(fields, peaks, pairs, settings) for pairs in _pairs(peaks, layout)]
    columns = zip(*(lines.pairs for lines in found), strict=True)
    pairs = Pairs(*(np.concatenate(column) for column in columns))
    return Lines(pairs, np.concatenate([lines.scores for lines in found]))


def _pairs(peaks: Peaks, layout: MapLayout) -> Iterator[Pairs]:
    """All pairs, at most about _BLOCK at a time; once none when there are none."""
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
    """0, 1, ... to each of the counts, one after the other."""
    last = np.cumsum(counts)
    numbers: Indices = np.arange(last[-1] if len(last) else 0) - (last - counts).repeat(counts)
    return numbers


def _supported(fields: Fields, peaks: Peaks, pairs: Pairs, settings: DecodingSettings) -> Lines:
    """The pairs that may be limbs."""
    segments, may_fail = _segments(peaks, pairs, settings, settings.touching * fields.size)
    fails = np.zeros(len(may_fail), dtype=np.intp)
    for shares in _FIRST_LOOKS:
        for share in shares:
            number = (share * segments.samples).astype(np.intp)
            fails += fields.strength(pairs.limbs, segments, number) <= settings.line_threshold
        left = np.flatnonzero(fails <= may_fail)
        pairs, segments = pairs.of(left), segments.of(left)
        fails, may_fail = fails.take(left), may_fail.take(left)
    scores, fails = _scores(fields, pairs.limbs, segments, settings)
    good = np.flatnonzero(fails <= may_fail)
    return Lines(pairs.of(good), scores.take(good))


def _segments(
    peaks: Peaks, pairs: Pairs, settings: DecodingSettings, touching: float
) -> tuple[Segments, Indices]:
    """The lines of pairs and (N,) how many of their samples may be weak.

    All may be of those shorter than `touching` [cells]; nothing is good between peaks at one place.
    """
    points = peaks.points.T
    start = points.take(pairs.starts, axis=1)
    across = points.take(pairs.ends, axis=1) - start
    wanted = np.floor(np.sqrt(settings.line_density * np.abs(across).max(axis=0)) + 0.5)
    samples = np.clip(wanted, settings.least_samples, settings.most_samples).astype(np.intp)
    length = np.sqrt(across[0] ** 2 + across[1] ** 2)
    may_fail = np.where(length < touching, samples, samples - _needed(samples, settings))
    may_fail[length <= _COINCIDENT] = -1
    along = across / np.maximum(length, _COINCIDENT)
    return Segments(start, across / samples, along, samples), may_fail


def _needed(samples: Indices, settings: DecodingSettings) -> Indices:
    """(N,) how many samples must be strong."""
    needed: Indices = np.floor(settings.line_share * samples).astype(np.intp) + 1
    return needed


def _scores(
    fields: Fields, limbs: Indices, segments: Segments, settings: DecodingSettings
) -> tuple[Array, Indices]:
    """(N,) mean of the strong samples, the threshold if too few are; (N,) number of weak ones."""
    samples, count = segments.samples, len(segments.samples)
    owner = np.arange(count).repeat(samples)
    strength = fields.strength(limbs.take(owner), segments.of(owner), _count_up(samples))
    strong = strength > settings.line_threshold
    hits = np.bincount(owner, strong, count).astype(np.intp)
    mean = np.bincount(owner, strength * strong, count) / np.maximum(hits, 1)
    enough = hits >= _needed(samples, settings)
    return np.where(enough, mean, settings.line_threshold), samples - hits
