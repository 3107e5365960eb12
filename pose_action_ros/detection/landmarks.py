"""The second network of BlazePose: the joints of one person in a crop.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204, section 2.3. The network gives 33
joints and two auxiliary points, the centre and rim of the circle around the body, from which the
person's region in the next image follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, remainder, tau

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.network_io import image_input, output_of_shape, sigmoid
from pose_action_ros.detection.person_finder import MARGIN
from pose_action_ros.detection.regions import Image, Region, crop, network_input
from pose_action_ros.engines import Engine
from pose_action_ros.skeletons import BLAZEPOSE_33

Array = npt.NDArray[np.float64]

SIZE = 256
POINTS = 39
CENTRE, RIM = 33, 34
TORSO = [
    BLAZEPOSE_33.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("shoulder", "hip")
]
CELLS = 64
REACHES = np.arange(-3, 4)
"""Cells of the heatmap around a point that refine it."""
REFINED_FROM = 0.5
"""Points are refined where the heatmap is at least this sure."""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What the network says about one region.

    Attributes:
        points: (33, 2) [px] of the image.
        scores: (33,) 0 to 1, that the joint is in the image and visible.
        score: 0 to 1, that there is a person in the region.
        region: where the person will be in the next image.
    """

    points: Array
    scores: Array
    score: float
    region: Region

    @property
    def rank(self) -> float:
        """Of two that overlap the higher is kept: regions that go astray often turn over."""
        return self.score * (3 + cos(self.region.angle)) / 4

    def same_person(self, other: Landmarks) -> bool:
        """Whether two regions have run onto one person.

        Either their torsos coincide, or they overlap but are turned against each other.
        """
        side = min(self.region.side, other.region.side)
        apart = np.linalg.norm((self.points - other.points)[TORSO], axis=1).mean() / side
        turned = abs(remainder(self.region.angle - other.region.angle, tau))
        return bool(apart < 0.12 or (apart < 0.4 and turned > 0.7 and self._covers(other) > 0.5))

    def _covers(self, other: Landmarks) -> float:
        """Common part of both boxes around the joints, as a share of the smaller box."""
        boxes = np.array([[one.points.min(0), one.points.max(0)] for one in (self, other)])
        common = np.maximum(boxes[:, 1].min(0) - boxes[:, 0].max(0), 0).prod()
        return float(common / max((boxes[:, 1] - boxes[:, 0]).prod(axis=1).min(), 1e-6))


class LandmarkNetwork:
    """Finds the joints of the person in a region."""

    def __init__(self, engine: Engine) -> None:
        """Check the network by running it once.

        Raises:
            ModelError: it is not such a network.
        """
        self._engine = engine
        self._input = image_input(engine, SIZE)
        blank = np.zeros((1, 1, 3), dtype=np.uint8)
        self(blank, Region.of_image(blank))

    def __call__(self, image: Image, region: Region) -> Landmarks:
        """The joints of the person in a region of an image (H, W, 3) BGR."""
        outputs = self._engine({self._input: network_input(crop(image, region, SIZE), low=0)})
        values = output_of_shape(outputs, (POINTS * 5,)).reshape(POINTS, 5).astype(np.float64)
        heatmaps = output_of_shape(outputs, (CELLS, CELLS, POINTS))
        points = region.to_image(refine(values[:, :2] / SIZE, heatmaps))
        visible, inside = sigmoid(values[:, 3:]).T
        joints = len(BLAZEPOSE_33)
        return Landmarks(
            points[:joints],
            np.minimum(visible, inside)[:joints],
            float(output_of_shape(outputs, (1,))[0]),
            Region.around_body(points[CENTRE], points[RIM], MARGIN),
        )


def refine(points: Array, heatmaps: Array) -> Array:
    """Points moved to the centre of mass of their heatmap nearby, where it is sure of them.

    Args:
        points: (P, 2) in the unit square.
        heatmaps: (H, W, P) logits, of any float type.

    Returns:
        (P, 2) in the unit square.
    """
    height, width, count = heatmaps.shape
    columns, rows = np.floor(points * (width, height)).astype(int).T[..., None] + REACHES  # (P, 7)
    weights = sigmoid(
        heatmaps[
            rows.clip(0, height - 1)[:, :, None],
            columns.clip(0, width - 1)[:, None, :],
            np.arange(count)[:, None, None],
        ]
    )  # (P, 7, 7)
    weights *= ((rows >= 0) & (rows < height))[:, :, None]
    weights *= ((columns >= 0) & (columns < width))[:, None, :]
    mass = np.maximum(weights.sum(axis=(1, 2)), 1e-9)
    column = (weights.sum(axis=1) * columns).sum(axis=1) / mass
    row = (weights.sum(axis=2) * rows).sum(axis=1) / mass
    sure = weights.max(axis=(1, 2)) >= REFINED_FROM
    return np.where(sure[:, None], np.column_stack([column / width, row / height]), points)
