"""Object keypoint similarity joint by joint, as the COCO page writes it."""

from math import exp, isfinite

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def size(pose: Array) -> float:
    known = [point for point in pose if all(isfinite(value) for value in point)]
    if not known:
        return 0.0
    width = max(x for x, _ in known) - min(x for x, _ in known)
    height = max(y for _, y in known) - min(y for _, y in known)
    long, short = max(width, height), min(width, height)
    return float((long * max(short, long / 4)) ** 0.5)


def similarity(expected: Array, spread: float, found: Array, tolerance: Array) -> float:
    scale = max(size(expected), size(found), 1.0)
    terms = []
    for (ex, ey), (fx, fy), k in zip(expected, found, tolerance, strict=True):
        if all(isfinite(value) for value in (ex, ey, fx, fy)):
            square = (ex - fx) ** 2 + (ey - fy) ** 2
            terms.append(exp(-square / (2 * ((scale * k) ** 2 + spread**2))))
    fewer = min(int(np.isfinite(pose).all(axis=1).sum()) for pose in (expected, found))
    return sum(terms) / fewer if terms else 0.0
