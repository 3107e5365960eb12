"""The first network of BlazePose: where in an image people are.

Source: Bazarevsky et al. 2020, "BlazePose", arXiv:2006.10204, section 2.2: the middle of the hips
and the circle around the whole body.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.boxes import anchors, decode, merge
from pose_action_ros.detection.network_io import image_input, output_of_shape, sigmoid
from pose_action_ros.detection.regions import Image, Region, crop, network_input
from pose_action_ros.engines import Engine

Array = npt.NDArray[np.float64]

SIZE = 224
STRIDES = (8, 16, 32, 32, 32)
SURE = 0.4
"""Least score of a region worth a look; the landmark network then decides."""
OVERLAP = 0.3
MARGIN = 1.25
"""Side of a person's region in diameters of the circle around the body."""


class PersonFinder:
    """Finds people in an image or a part of it."""

    def __init__(self, engine: Engine) -> None:
        """Check the network by running it once.

        Raises:
            ModelError: it is not such a network.
        """
        self._engine = engine
        self._input = image_input(engine, SIZE)
        self._anchors = anchors(SIZE, STRIDES, per_layer=2)
        self._run(np.zeros((SIZE, SIZE, 3), dtype=np.uint8))

    def __call__(self, image: Image, part: Region) -> list[Region]:
        """Regions of the people in a part of an image (H, W, 3) BGR, surest first."""
        values, scores = self._run(crop(image, part, SIZE))
        sure = scores >= SURE
        points = decode(values[sure], self._anchors[sure], SIZE)
        merged, _ = merge(points, scores[sure], OVERLAP)
        pixels = part.to_image(merged)  # (N, 6, 2)
        return [Region.around_body(person[2], person[3], MARGIN) for person in pixels]

    def _run(self, image: Image) -> tuple[Array, Array]:
        """(A, 12) values and (A,) scores of all anchors."""
        outputs = self._engine({self._input: network_input(image, low=-1)})
        count = len(self._anchors)
        values = output_of_shape(outputs, (count, 12))
        return values.astype(np.float64), sigmoid(output_of_shape(outputs, (count, 1))[:, 0])
