"""The first network of BlazePose: regions of people in an image.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204, section 2.2: the middle of the hips
and the circle around the whole body.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.blazepose.landmarks import Landmarks
from pose_action_ros.detection.blazepose.regions import (
    MARGIN,
    Region,
    image_input,
    network_input,
    output_of_shape,
    sigmoid,
)
from pose_action_ros.engines import Engine

Array = npt.NDArray[np.float64]

SIZE = 224
STRIDES = (8, 16, 32, 32, 32)
LEAST_SCORE = 0.4
"""Least score of a region that is passed to the landmark network, which decides."""
OVERLAP = 0.3


class PersonFinder:
    """Finds people in an image or a part of it; see Finder."""

    looks = 2

    def __init__(self, engine: Engine) -> None:
        """Check the network by running it once.

        Raises:
            ModelError: it is another network.
        """
        self._engine = engine
        self._input = image_input(engine, SIZE)
        self._anchors = anchors(SIZE, STRIDES, per_layer=2)
        blank = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
        outputs = engine({self._input: network_input(blank, Region.of_image(blank), SIZE, low=-1)})
        count = len(self._anchors)
        self._values = output_of_shape(outputs, (1, count, 12))
        self._scores = output_of_shape(outputs, (1, count, 1))

    def areas(self, image: Image) -> list[Region]:
        """The whole image, then squares along it; see Finder."""
        return Region.parts_of_image(image)

    def __call__(self, image: Image, area: Region, known: Sequence[Landmarks]) -> list[Region]:
        """Regions of the new people in an area of an image (H, W, 3) BGR; see Finder."""
        return [
            region
            for region in self.people(image, area)
            if not any(region.is_close(person.region) for person in known)
        ]

    def people(self, image: Image, part: Region) -> list[Region]:
        """Regions of the people in a part of an image (H, W, 3) BGR, highest score first."""
        outputs = self._engine({self._input: network_input(image, part, SIZE, low=-1)})
        values = outputs[self._values][0].astype(np.float64)  # (A, 12)
        scores = sigmoid(outputs[self._scores][0, :, 0])  # (A,)
        sure = scores >= LEAST_SCORE
        points = decode(values[sure], self._anchors[sure], SIZE)
        merged, _ = merge(points, scores[sure], OVERLAP)
        pixels = part.to_image(merged)  # (N, 6, 2)
        return [Region.around_body(person[2], person[3], MARGIN) for person in pixels]


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
    remaining = np.argsort(-scores, kind="stable")
    while len(remaining):
        same = intersection_over_union(points[remaining[0]], points[remaining]) > overlap
        same[0] = True
        group = remaining[same]
        merged.append(np.average(points[group], axis=0, weights=scores[group]))
        best.append(scores[remaining[0]])
        remaining = remaining[~same]
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
