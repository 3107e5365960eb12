"""Boxes of a single-shot detector: anchors, decoding, and weighted non-maximum suppression.

Sources: Liu et al. 2016, "SSD"; Bazarevsky et al. 2019, "BlazeFace", section 3.3 (boxes that
overlap are averaged, weighted by score, instead of all but one being dropped).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def anchors(size: int, strides: tuple[int, ...], per_layer: int) -> Array:
    """Centres (A, 2) of a network's anchors in the unit square, in the order of its outputs.

    Args:
        size: of the network's input [px].
        strides: of its layers [px]; the anchors of successive layers of one stride interleave.
        per_layer: anchors in each cell of each layer.
    """
    centres = []
    for stride in dict.fromkeys(strides):
        cells = size // stride
        rows, columns = np.mgrid[:cells, :cells].reshape(2, -1) + 0.5
        grid = np.column_stack([columns, rows]) / cells  # (cells * cells, 2)
        centres.append(grid.repeat(per_layer * strides.count(stride), axis=0))
    return np.concatenate(centres)


def decode(values: Array, centres: Array, size: int) -> Array:
    """Points (K, P + 2, 2) in the unit square: left top, right bottom, and P keypoints.

    Args:
        values: (K, 4 + 2 P) of the network: x, y, width, height, keypoints, in input pixels, the
            positions relative to the anchor.
        centres: (K, 2) of the anchors.
        size: of the network's input [px].
    """
    pairs = values.reshape(len(values), values.shape[1] // 2, 2) / size
    points = pairs + centres[:, None]
    half = pairs[:, 1] / 2
    points[:, 1] = points[:, 0] + half
    points[:, 0] -= half
    return points


def merge(points: Array, scores: Array, overlap: float) -> tuple[Array, Array]:
    """Weighted non-maximum suppression.

    Args:
        points: (K, P + 2, 2) from `decode`.
        scores: (K,).
        overlap: boxes with a larger intersection over union are of one object.

    Returns:
        (N, P + 2, 2) averaged points and (N,) best scores, best first.
    """
    merged, best = [], []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        same = intersection_over_union(points[left[0]], points[left]) > overlap
        same[0] = True
        group = left[same]
        merged.append(np.average(points[group], axis=0, weights=scores[group]))
        best.append(scores[left[0]])
        left = left[~same]
    return np.array(merged).reshape(len(merged), *points.shape[1:]), np.array(best)


def intersection_over_union(box: Array, boxes: Array) -> Array:
    """IoU (K,) of a box (2+, 2) with boxes (K, 2+, 2): left top, right bottom, more ignored."""
    low = np.maximum(box[0], boxes[:, 0])
    high = np.minimum(box[1], boxes[:, 1])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = np.maximum(boxes[:, 1] - boxes[:, 0], 0).prod(axis=1)
    area = np.maximum(box[1] - box[0], 0).prod()
    result: Array = common / np.maximum(areas + area - common, 1e-12)
    return result
