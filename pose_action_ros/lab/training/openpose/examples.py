"""Examples to learn from: images of simulated people, the maps to give, and where they count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from pose_action_ros.detection.openpose.layout import STRIDE, MapLayout, layout_named, to_cells
from pose_action_ros.detection.openpose.maps import draw_maps
from pose_action_ros.lab.training.openpose.settings import DetectorTraining
from pose_action_ros.models.openpose_card import OpenPoseCard
from pose_action_ros.simulation import Scene, SimulatedFrame
from pose_action_ros.skeletons import convert

_LONGEST = 8.0
"""The images of a scene are drawn from its first so many seconds."""
_SAME = 0.01
"""Maps that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Some images.

    Attributes:
        images: (N, 3, H, W) uint8, BGR.
        maps: (N, C, H / 8, W / 8) what a network should give.
        counts: the same shape, 1 where that is known and 0 where it is not.
    """

    images: Tensor
    maps: Tensor
    counts: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: Tensor) -> Examples:
        """Some of them, in that order."""
        return Examples(self.images[rows], self.maps[rows], self.counts[rows])


def simulated_examples(settings: DetectorTraining, rng: np.random.Generator) -> Examples:
    """As many new images as a round has."""
    layout = layout_named(settings.layout)
    parts = [_example(frame, layout) for frame in _frames(settings, rng)]
    images, maps, counts = (torch.from_numpy(np.stack(part)) for part in zip(*parts, strict=True))
    return Examples(images, maps, counts)


def prepared(images: Tensor, card: OpenPoseCard) -> Tensor:
    """Images (N, 3, H, W) of 0 to 255 as the network takes them."""
    return images.float() * card.scale + card.offset


def _frames(settings: DetectorTraining, rng: np.random.Generator) -> Iterator[SimulatedFrame]:
    size = (settings.image_width, settings.image_height)
    for number in range(settings.images):
        if number % settings.frames == 0:
            people = int(rng.integers(1, settings.most_people, endpoint=True))
            scene = Scene.random(rng, people, size=size)
        yield scene.frame(float(rng.uniform(0, _LONGEST)))


def _example(frame: SimulatedFrame, layout: MapLayout) -> tuple[npt.NDArray[np.generic], ...]:
    """Image (3, H, W), maps (C, rows, columns) and where they count.

    Hidden joints may be guessed or not: where the maps with and without them differ, they do not
    count.
    """
    height, width = frame.image.shape[:2]
    seen, everything = [], []
    for person in frame.people:
        points = np.asarray(person.keypoints.points)
        visible = np.where(person.visible[:, None], points, np.nan)
        seen.append(convert(visible, person.keypoints.skeleton, layout.skeleton))
        everything.append(convert(points, person.keypoints.skeleton, layout.skeleton))
    size = (height // STRIDE, width // STRIDE)
    maps = draw_maps(to_cells(np.array(seen)), layout, size)
    counts = np.abs(draw_maps(to_cells(np.array(everything)), layout, size) - maps) < _SAME
    return (
        frame.image.transpose(2, 0, 1),
        maps.transpose(2, 0, 1),
        counts.transpose(2, 0, 1).astype(np.float32),
    )
