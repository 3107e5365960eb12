"""Decoding: people from the maps of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose.assembly import Person, assemble
from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.detection.openpose.lines import find_lines
from pose_action_ros.detection.openpose.peaks import Maps, Peaks, find_peaks
from pose_action_ros.detection.openpose.settings import DecodingSettings, default_settings
from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]

_MOST_BROKEN = 0.5
"""Largest share of values that are not finite."""


@dataclass(frozen=True, eq=False)
class DecodedPeople:
    """People on a map, highest score first.

    Attributes:
        points: (P, J, 2) [cells], x right, y down, centre of the first cell at 0, as in `layout`;
            NaN where a joint is missing.
        joint_scores: (P, J) heights of the heat maps, 0 to 1; 0 where a joint is missing.
        person_scores: (P,) 0 to 1, mean of the heights of the person's joints and of the fields
            along the limbs between them. (OpenPose divides by the joints and limbs of a whole
            person, so that the score of a half hidden person is half as high.)
    """

    points: Array
    joint_scores: Array
    person_scores: Array

    def __len__(self) -> int:
        return len(self.points)


def decode(
    maps: npt.NDArray[np.floating], layout: MapLayout, settings: DecodingSettings | None = None
) -> DecodedPeople:
    """All people on a network's maps.

    The maps keep their size of a cell for each 8 x 8 pixels. Fastest with float32 in memory by cell
    or, transposed, by channel. Values that are not finite count as 0 unless they are the majority.

    Args:
        maps: (H, W, C) of one image.
        layout: of the channels.
        settings: thresholds; None for OpenPose's own for this network.

    Raises:
        InputError: maps of another shape or type, or most values are not finite.
    """
    settings = settings or default_settings(layout)
    checked = _checked(maps, layout)
    peaks = find_peaks(checked[..., : layout.parts], settings.peak_threshold, settings.most_peaks)
    lines = find_lines(checked, peaks, layout, settings)
    return _as_arrays(assemble(lines, peaks, layout, settings), peaks)


def _checked(maps: npt.NDArray[np.floating], layout: MapLayout) -> Maps:
    """The maps as float32, finite."""
    if maps.ndim != 3 or maps.shape[2] != layout.channels or not maps.size:
        raise InputError(
            f"got maps of shape {maps.shape}, expected (H, W, {layout.channels}) with at least one "
            f"cell for {layout.name!r}; take one image of the batch, and channels last"
        )
    if maps.dtype.kind != "f":
        raise InputError(
            f"got maps of type {maps.dtype}, expected floating point; scale integers to 0 to 1"
        )
    single = maps.astype(np.float32, copy=False)
    finite = np.isfinite(single)
    if finite.all():
        return single
    if (broken := 1 - finite.mean()) > _MOST_BROKEN:
        raise InputError(
            f"got maps with {100 * broken:.0f} % of the values not finite, expected numbers; "
            "did the network overflow in half precision, or get an image that is not finite?"
        )
    return np.where(finite, single, np.float32(0))


def _as_arrays(people: Sequence[Person], peaks: Peaks) -> DecodedPeople:
    shape = len(people), len(peaks.starts) - 1
    points, scores = np.full((*shape, 2), np.nan), np.zeros(shape)
    row = np.arange(len(people)).repeat([len(person.peaks) for person in people])
    joint = [joint for person in people for joint in person.peaks]
    peak = [peak for person in people for peak in person.peaks.values()]
    if people:
        points[row, joint], scores[row, joint] = peaks.points[peak], peaks.scores[peak]
    sure = np.array([person.mean_score for person in people], dtype=np.float64)
    return DecodedPeople(points, scores, np.minimum(sure, 1.0))
