"""The network of OpenPose: heat maps and part affinity fields of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.letterbox import Size
from pose_action_ros.detection.openpose.layout import MapLayout, layout_named
from pose_action_ros.detection.openpose.outputs import join_maps
from pose_action_ros.engines import Engine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.openpose_card import OpenPoseCard

Maps = npt.NDArray[np.float32]

_MOST_OUTPUTS = 2  # heat maps and fields
_PROBE = 4  # multiples of the smallest input, for the test run of a loaded network


class MapNetwork:
    """Maps of images of the network's input size.

    Attributes:
        layout: of the channels of the maps.
        size: width and height of a network with a fixed input [px]; None for any.

    Raises:
        ModelError: input or output of the network do not fit its card.
    """

    def __init__(self, engine: Engine, card: OpenPoseCard) -> None:
        self.layout: MapLayout = layout_named(card.layout)
        self._engine, self._card = engine, card
        if len(engine.inputs) != 1 or len(engine.outputs) > _MOST_OUTPUTS:
            raise ModelError(
                f"the network takes {list(engine.inputs)} and gives {list(engine.outputs)}, "
                "expected one image, and its maps or heat maps and fields; is it an OpenPose "
                "network?"
            )
        ((self._input, shape),) = engine.inputs.items()
        channels, height, width = self._axes(shape)
        if channels not in {3, None}:
            raise ModelError(
                f"the network takes {shape}, expected images of 3 colours in the order "
                f"{card.input_layout}, as its card says"
            )
        self.size: Size | None = (width, height) if width and height else None
        self._batch = shape[0]
        self._test()

    def _axes(self, shape: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Channels, height and width of the input."""
        if len(shape) != 4:
            raise ModelError(f"the network takes {tuple(shape)}, expected a batch of images")
        if self._card.input_layout == "NCHW":
            return shape[1], shape[2], shape[3]
        return shape[3], shape[1], shape[2]

    def _test(self) -> None:
        """Run the network once; ModelError unless the output has the right shape."""
        width, height = self.size or (_PROBE * self._card.multiple_of,) * 2
        self([np.zeros((height, width, 3), dtype=np.uint8)], (width, height))

    def __call__(self, images: Sequence[Image], size: Size) -> list[Maps]:
        """Maps (H / stride, W / stride, C) of each image.

        Args:
            images: (H, W, 3) BGR, not larger than the input; they are padded with grey.
            size: width and height of the input.

        Raises:
            ModelError: the output does not fit the card, or the network takes another size.
            EngineError: the engine failed.
        """
        self._card.check_size(*size)
        tensor = self._tensor(images, size)
        if self._batch is None or self._batch == len(images):
            return list(self._maps(tensor, size))
        return [maps for row in tensor for maps in self._maps(row[None], size)]

    def _tensor(self, images: Sequence[Image], size: Size) -> Maps:
        """The images as the input of the network."""
        width, height = size
        tensor = np.zeros((len(images), 3, height, width), dtype=np.float32)
        if self._card.input_layout == "NHWC":
            tensor = np.zeros((len(images), height, width, 3), dtype=np.float32)
        places = tensor if self._card.input_layout == "NHWC" else tensor.transpose(0, 2, 3, 1)
        scale, offset = np.float32(self._card.scale), np.float32(self._card.offset)
        order = (0, 1, 2) if self._card.colours == "BGR" else (2, 1, 0)
        for image, place in zip(images, places, strict=True):
            rows, columns = image.shape[:2]
            for channel, plane in zip(order, cv2.split(image), strict=True):
                filled = place[:rows, :columns, channel]
                np.multiply(plane, scale, out=filled)
                filled += offset
        return tensor

    def _maps(self, tensor: Maps, size: Size) -> Maps:
        """(B, H / stride, W / stride, C) maps of a batch."""
        outputs: list[Maps] = list(self._engine({self._input: tensor}).values())
        stride, order = self._card.stride, self._card.output_layout
        maps = join_maps(outputs, self.layout, order)
        expected = (len(tensor), size[1] // stride, size[0] // stride, self.layout.channels)
        if maps is None or maps.shape != expected:
            shapes = " and ".join(str(output.shape) for output in outputs)
            sizes = dict(zip("NHWC", expected, strict=True))
            raise ModelError(
                f"the network gives maps of shape {shapes} for an image of {size[0]}x{size[1]} px, "
                f"expected {tuple(sizes[axis] for axis in order)} ({order}) for "
                f"{self.layout.name!r}; is it an OpenPose network? `pose-action models add` finds "
                "the order of its axes"
            )
        return maps
