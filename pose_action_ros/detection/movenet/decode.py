"""From MoveNet's maps to people: peaks of the centre map, and for each the nearest joints.

Source: the end of Google's published graph of MoveNet MultiPose, after Zhou et al. 2019, "Objects
as points", arXiv:1904.07850. The published graph gives at most six people; here the number is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Maps = Mapping[str, npt.NDArray[Any]]

JOINTS = 17
REACH = 0.3
"""Twice the variance of a joint's distance to its expected place, in cells of the shorter side."""
LEAST_JOINT_SCORE = 0.127
"""Joints of a lower score do not count for the score of the person."""
LEAST_CENTRE_SCORE = 0.1
MOST_PEAKS = 32
"""Peaks of the centre map that are decoded, the highest ones: bounds the time of an image."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A person in MoveNet's output.

    Attributes:
        points: (17, 2) of COCO's joints, finite; those of low scores are guesses.
        scores: (17,) 0 to 1.
        score: of the person, 0 to 1.
        box: (2, 2) left top and right bottom of the body.
    """

    points: Array
    scores: Array
    score: float
    box: Array


def decode(maps: Maps) -> list[Candidate]:
    """People of one image, in cells of the maps, highest centre score first.

    Args:
        maps: outputs of the network by name, without the batch axis: "centres" (H, W, 1),
            "box_offsets" and "box_sizes" (H, W, 2), "joints" and "joint_offsets" (H, W, 34), all
            y before x, and "joint_heatmaps" (H, W, 17); scores as logits.
    """
    centres = _probabilities(maps["centres"][..., 0])
    heatmaps = _probabilities(maps["joint_heatmaps"])
    people = [_person(maps, heatmaps, centres, row, column) for row, column in peaks(centres)]
    return [person for person in people if person is not None]


def peaks(centres: Array) -> list[tuple[int, int]]:
    """Row and column of the highest cells of their surroundings, highest first."""
    highest = cv2.dilate(centres, np.ones((3, 3), dtype=np.uint8))
    rows, columns = np.nonzero((centres >= highest) & (centres >= LEAST_CENTRE_SCORE))
    order = np.argsort(-centres[rows, columns], kind="stable")[:MOST_PEAKS]
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


def _person(maps: Maps, heatmaps: Array, centres: Array, row: int, column: int) -> Candidate | None:
    """The person of a peak; None if its box has no cell in the maps."""
    place = np.array([row, column], dtype=np.float64)
    middle = place + maps["box_offsets"][row, column]
    half = np.maximum(maps["box_sizes"][row, column], 0) / 2
    low = np.ceil((middle - half).clip(0)).astype(int)
    high = np.ceil(np.minimum(middle + half, centres.shape)).astype(int)
    if (high <= low).any():
        return None
    expected = place + maps["joints"][row, column].reshape(JOINTS, 2)
    cells, scores = _nearest(heatmaps, expected, low, high)
    offsets = maps["joint_offsets"][cells[:, 0], cells[:, 1]].reshape(JOINTS, JOINTS, 2)
    points: Array = cells.astype(np.float64) + offsets[np.arange(JOINTS), np.arange(JOINTS)]
    sure = scores > LEAST_JOINT_SCORE
    score = float(centres[row, column] * scores[sure].mean()) if sure.any() else 0.0
    box = np.stack([middle - half, middle + half])
    return Candidate(points[:, ::-1].copy(), scores, score, box[:, ::-1].copy())


def _nearest(
    heatmaps: Array, expected: Array, low: npt.NDArray[np.intp], high: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], Array]:
    """Cell (17, 2) and score (17,) of each joint inside a box.

    The heatmap counts less with the distance from the place (17, 2) that the centre expects.
    """
    spread = REACH * min(heatmaps.shape[:2])
    rows, columns = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    down = np.exp(-np.square(rows[:, None] - expected[:, 0]) / spread)  # (h, 17)
    across = np.exp(-np.square(columns[:, None] - expected[:, 1]) / spread)  # (w, 17)
    part = heatmaps[low[0] : high[0], low[1] : high[1]]
    weighted = (part * down[:, None] * across).reshape(-1, JOINTS)
    best = weighted.argmax(axis=0)
    cells = np.column_stack(np.unravel_index(best, part.shape[:2])) + low
    return cells, weighted[best, np.arange(JOINTS)]


def _probabilities(logits: npt.NDArray[Any]) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -80, 80)))
    return result
