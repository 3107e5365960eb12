"""Weighted non-maximum suppression, box by box."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def overlap(one: Array, other: Array) -> float:
    width = min(one[1, 0], other[1, 0]) - max(one[0, 0], other[0, 0])
    height = min(one[1, 1], other[1, 1]) - max(one[0, 1], other[0, 1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [float(np.prod(box[1] - box[0])) for box in (one, other)]
    return float(width * height / (sum(areas) - width * height))


def suppress(points: Array, scores: Array, limit: float) -> list[tuple[Array, float]]:
    left = sorted(range(len(points)), key=lambda index: -scores[index])
    result = []
    while left:
        best = left[0]
        group = [i for i in left if i == best or overlap(points[best], points[i]) > limit]
        total = sum(scores[i] for i in group)
        result.append((sum(points[i] * scores[i] for i in group) / total, float(scores[best])))
        left = [i for i in left if i not in group]
    return result
