"""The landmark network of BlazePose: the joints of the person in a region.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204, section 2.3. The network gives 33
joints and two auxiliary points, the centre and rim of the circle around the body, from which the
region of the person in the next image follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, remainder, tau

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.blazepose.regions import (
    MARGIN,
    Region,
    image_input,
    network_input,
    output_of_shape,
    sigmoid,
)
from pose_action_ros.detection.duplicates import SAME_BODY
from pose_action_ros.engines import Engine
from pose_action_ros.similarity import similarities, tolerances
from pose_action_ros.skeletons import BLAZEPOSE_33

Array = npt.NDArray[np.float64]

SIZE = 256
JOINTS, POINTS = 33, 39
CENTRE, RIM = 33, 34
TORSO = [
    BLAZEPOSE_33.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("shoulder", "hip")
]
TOLERANCES = tolerances(BLAZEPOSE_33)
CELLS = 64
REACHES = np.arange(-3, 4)
"""Cells of the heatmap around a point that refine it."""
REFINED_FROM = 0.5
"""Least value of the heatmap around a point that is refined."""
LEAST_HEAT = 0.4
"""Least value of the heatmap around a joint that has a score.

The network estimates all joints, also behind furniture and below the image; there the heatmap is
low more often than the score (`pose-action evaluate visibility`).
"""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Output of the landmark network for one region.

    Attributes:
        points: (33, 2) [px] of the image.
        scores: (33,) 0 to 1, about the probability that the joint is visible and within 6 % of the
            person's length; 0 where the heatmap is below LEAST_HEAT.
        score: 0 to 1, probability of a person in the region.
        region: of the person in the next image.
    """

    points: Array
    scores: Array
    score: float
    region: Region

    @property
    def rank(self) -> float:
        """Of duplicates the one with the highest rank stays; wrong regions are often inverted."""
        return self.score * (3 + cos(self.region.angle)) / 4

    def same_person(self, other: Landmarks) -> bool:
        """True if both describe one person.

        Either their joints coincide, or they overlap but are turned against each other.
        """
        alike = similarities(self.points[None], np.zeros(1), other.points[None], TOLERANCES)
        side = min(self.region.side, other.region.side)
        apart = np.linalg.norm((self.points - other.points)[TORSO], axis=1).mean() / side
        turned = abs(remainder(self.region.angle - other.region.angle, tau))
        contrary = apart < 0.4 and turned > 0.7 and self._overlap(other) > 0.5
        return bool(alike[0, 0] >= SAME_BODY or contrary)

    def _overlap(self, other: Landmarks) -> float:
        """Common part of the boxes around the joints, as a share of the smaller box."""
        boxes = np.array([[one.points.min(0), one.points.max(0)] for one in (self, other)])
        common = np.maximum(boxes[:, 1].min(0) - boxes[:, 0].max(0), 0).prod()
        return float(common / max((boxes[:, 1] - boxes[:, 0]).prod(axis=1).min(), 1e-6))


def distinct(people: list[Landmarks]) -> list[Landmarks]:
    """The people without duplicates, highest rank first."""
    kept: list[Landmarks] = []
    for person in sorted(people, key=lambda person: -person.rank):
        if not any(person.same_person(other) for other in kept):
            kept.append(person)
    return kept


class LandmarkNetwork:
    """Finds the joints of the person in a region."""

    def __init__(self, engine: Engine) -> None:
        """Check the network by running it once.

        Raises:
            ModelError: it is another network.
        """
        self._engine = engine
        self._input = image_input(engine, SIZE)
        blank = np.zeros((1, 1, 3), dtype=np.uint8)
        outputs = engine({self._input: network_input(blank, Region.of_image(blank), SIZE, low=0)})
        self._points = output_of_shape(outputs, (1, POINTS * 5))
        self._heatmaps = output_of_shape(outputs, (1, CELLS, CELLS, POINTS))
        self._score = output_of_shape(outputs, (1, 1))

    def __call__(self, image: Image, region: Region) -> Landmarks:
        """The joints of the person in a region of an image (H, W, 3) BGR."""
        outputs = self._engine({self._input: network_input(image, region, SIZE, low=0)})
        values = outputs[self._points].reshape(POINTS, 5).astype(np.float64)
        refined, heat = refine(values[:, :2] / SIZE, outputs[self._heatmaps][0])
        points = region.to_image(refined)
        scores = np.where(heat >= LEAST_HEAT, sigmoid(values[:, 3:]).min(axis=1), 0.0)
        return Landmarks(
            points[:JOINTS],
            scores[:JOINTS],
            float(outputs[self._score][0, 0]),
            Region.around_body(points[CENTRE], points[RIM], MARGIN),
        )


def refine(points: Array, heatmaps: Array) -> tuple[Array, Array]:
    """Move points to the centre of mass of the heatmap around them, where it is high enough.

    Args:
        points: (P, 2) in the unit square.
        heatmaps: (H, W, P) logits, of any float type.

    Returns:
        (P, 2) in the unit square, and (P,) the highest value around each point, 0 to 1.
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
    heat = weights.max(axis=(1, 2))
    centres = np.column_stack([column / width, row / height])
    return np.where(heat[:, None] >= REFINED_FROM, centres, points), heat
