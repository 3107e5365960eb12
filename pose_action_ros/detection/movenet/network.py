"""MoveNet's network: people in an area of an image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.engine import load_network
from pose_action_ros.detection.letterbox import Letterbox, Size
from pose_action_ros.detection.movenet.decode import Candidate, decode
from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.engines import Engine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import find_model, read_card

NAME, TASK = "movenet_multipose", "person finder"
MULTIPLE, STRIDE = 32, 4
CHANNELS = {
    "centres": 1,
    "box_offsets": 2,
    "box_sizes": 2,
    "joints": 34,
    "joint_heatmaps": 17,
    "joint_offsets": 34,
}
WHOLE, PART = 320, 256
"""Longer side [px] of the input for a whole image and for a part of it."""
PARTS = 1.5
"""Height of an image in parts of it."""
OVERLAP = 0.3
"""Of adjacent parts, in sides of a part."""
MOST_ALONG = 8
"""Parts along one side of an image: bounds the time of a panorama."""


@dataclass(frozen=True)
class Area:
    """A rectangle of an image and its size in the network's input.

    Attributes:
        left, top, width, height: [px].
        longest: longer side in the input [px].
    """

    left: int
    top: int
    width: int
    height: int
    longest: int

    @classmethod
    def whole(cls, image: Image) -> Area:
        """The whole image (H, W, 3)."""
        return cls(0, 0, image.shape[1], image.shape[0], WHOLE)

    @classmethod
    def parts(cls, image: Image) -> list[Area]:
        """Overlapping squares that show small people larger than the whole image (H, W, 3)."""
        height, width = image.shape[:2]
        side = round(min(height, width) / PARTS)
        if side <= PART / 2:
            return []  # an enlarged image shows nothing new
        return [
            cls(left, top, side, side, PART)
            for top in _starts(height, side)
            for left in _starts(width, side)
        ]

    def of(self, image: Image) -> Image:
        """The pixels of the area."""
        return image[self.top : self.top + self.height, self.left : self.left + self.width]


class MoveNetNetwork:
    """Finds the people in an area of an image."""

    def __init__(self, engine: Engine) -> None:
        """Check the network by running it once.

        Raises:
            ModelError: it is another network.
        """
        self._engine = engine
        blank: npt.NDArray[np.float32] = np.zeros((1, MULTIPLE, MULTIPLE, 3), dtype=np.float32)
        if list(engine.inputs.values()) != [(1, None, None, 3)]:
            raise ModelError(f"the network takes {dict(engine.inputs)}, expected (1, H, W, 3)")
        (self._input,) = engine.inputs
        cells = MULTIPLE // STRIDE
        shapes = {name: value.shape for name, value in engine({self._input: blank}).items()}
        expected = {name: (1, cells, cells, channels) for name, channels in CHANNELS.items()}
        if shapes != expected:
            raise ModelError(f"the network gives {shapes}, expected {expected}")

    @classmethod
    def load(cls, settings: DetectorSettings) -> MoveNetNetwork:
        """The shipped network.

        Raises:
            ModelError: the file is missing or damaged.
            EngineError: no engine for it is installed.
        """
        path = find_model(NAME)
        read_card(path, TASK)
        return cls(load_network(path, settings, any_size=True))

    @property
    def engine(self) -> str:
        """Name of the inference engine."""
        return self._engine.name

    def __call__(self, image: Image, area: Area) -> list[Candidate]:
        """The people in an area of an image (H, W, 3) BGR, in pixels of the image."""
        box = _letterbox((area.width, area.height), area.longest)
        width, height = box.input
        tensor = np.full((1, height, width, 3), -1, dtype=np.float32)
        columns, rows = box.scaled
        small = box.shrink(area.of(image))[..., ::-1].astype(np.float32)
        tensor[0, :rows, :columns] = small * np.float32(2 / 255) - np.float32(1)
        outputs = self._engine({self._input: tensor})
        people = decode({name: value[0] for name, value in outputs.items()})
        return [_moved(person, box, area) for person in people]


def _letterbox(size: Size, longest: int) -> Letterbox:
    """The smallest input for an area; its longer side becomes `longest` px."""
    scale = longest / max(size)
    width, height = (max(ceil(round(length * scale) / MULTIPLE), 1) * MULTIPLE for length in size)
    return Letterbox(size, (width, height))


def _moved(person: Candidate, box: Letterbox, area: Area) -> Candidate:
    """The person in pixels of the image instead of cells of the maps."""
    corner = np.array([area.left, area.top])
    points = box.to_image(person.points * STRIDE - 0.5) + corner
    return replace(person, points=points, box=box.to_image(person.box * STRIDE) + corner)


def _starts(length: int, side: int) -> list[int]:
    """First pixels of squares along a side of an image."""
    count = ceil((length - side) / (side * (1 - OVERLAP)) - 0.05) + 1
    last = max(length - side, 0)
    starts = np.linspace(0, last, min(max(count, 1), MOST_ALONG)).tolist()
    return [round(start) for start in starts]
