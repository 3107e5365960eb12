"""The obvious decoding of MoveNet's maps, cell by cell, as in the published graph."""

from collections.abc import Mapping
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

Person = tuple[float, list[tuple[float, float, float]]]
"""Score, and x, y [cells] and score of each joint."""


def decode(maps: Mapping[str, npt.NDArray[Any]]) -> list[Person]:
    """People, highest centre score first."""
    centres = maps["centres"][..., 0]
    height, width = centres.shape
    found = []
    for row in range(height):
        for column in range(width):
            around = centres[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            if _sigmoid(centres[row, column]) >= 0.1 and centres[row, column] == around.max():
                found.append((float(centres[row, column]), row, column))
    found.sort(key=lambda one: -one[0])
    return [
        person
        for logit, row, column in found[:32]
        if (person := _person(maps, _sigmoid(logit), row, column)) is not None
    ]


def _person(
    maps: Mapping[str, npt.NDArray[Any]], centre: float, row: int, column: int
) -> Person | None:
    height, width = maps["centres"].shape[:2]
    offset, size = maps["box_offsets"][row, column], maps["box_sizes"][row, column].clip(0)
    top, left = row + offset[0] - size[0] / 2, column + offset[1] - size[1] / 2
    bottom, right = row + offset[0] + size[0] / 2, column + offset[1] + size[1] / 2
    cells = [
        (y, x)
        for y in range(height)
        for x in range(width)
        if top <= y < bottom and left <= x < right
    ]
    if not cells:
        return None
    joints = []
    for joint in range(17):
        expected = maps["joints"][row, column, 2 * joint : 2 * joint + 2] + (row, column)

        def weight(cell: tuple[int, int], joint: int = joint, expected: Any = expected) -> float:
            squares = float(((np.array(cell) - expected) ** 2).sum())
            heat = _sigmoid(maps["joint_heatmaps"][cell[0], cell[1], joint])
            return heat * exp(-squares / (0.3 * min(height, width)))

        y, x = max(cells, key=weight)
        move = maps["joint_offsets"][y, x, 2 * joint : 2 * joint + 2]
        joints.append((float(x + move[1]), float(y + move[0]), weight((y, x))))
    sure = [score for _, _, score in joints if score > 0.127]
    return centre * sum(sure) / max(len(sure), 1), joints


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-float(logit)))
