"""Refinement of points by their heatmaps, cell by cell."""

from math import exp, floor

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def refine(points: Array, heatmaps: Array) -> Array:
    height, width, count = heatmaps.shape
    result = points.copy()
    for index in range(count):
        middle = floor(points[index, 0] * width), floor(points[index, 1] * height)
        cells = [
            (column, row, 1 / (1 + exp(-heatmaps[row, column, index])))
            for row in range(middle[1] - 3, middle[1] + 4)
            for column in range(middle[0] - 3, middle[0] + 4)
            if 0 <= row < height and 0 <= column < width
        ]
        if cells and max(weight for _, _, weight in cells) >= 0.5:
            mass = sum(weight for _, _, weight in cells)
            result[index] = (
                sum(column * weight for column, _, weight in cells) / mass / width,
                sum(row * weight for _, row, weight in cells) / mass / height,
            )
    return result
