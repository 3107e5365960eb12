"""Windows of keypoints as vectors for the first layer of a lifter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from pose_action_ros.lab.networks.two_stream import Reflection
from pose_action_ros.skeletons import COCO_18

_KEYPOINTS = Reflection.of_points(COCO_18.mirror, (-1.0, 1.0, 1.0))
_GAIN = 4.0
"""Brings differences between images, some centimetres, near to the size of coordinates."""


@dataclass(frozen=True)
class Window:
    """Form in which windows (B, K, 18, 3) of normalised keypoints enter a network.

    Attributes:
        images: K.
        form: "differences" of older images to the newest, where both have the joint, or "slots":
            keypoints as they are.
    """

    images: int = 1
    form: str = "differences"

    @property
    def reflection(self) -> Reflection:
        """Of the vectors when the person is mirrored."""
        return reduce(Reflection.then, [_KEYPOINTS] * self.images)

    def vectors(self, keypoints: Tensor) -> Tensor:
        """Windows (B, K, 18, 3) to vectors (B, K * 54)."""
        if self.form == "slots" or self.images == 1:
            return keypoints.flatten(1)
        newest, older = keypoints[:, :1], keypoints[:, 1:]
        present = (older[..., 2:] > 0) & (newest[..., 2:] > 0)  # (B, K - 1, 18, 1)
        moved = (older[..., :2] - newest[..., :2]) * present * _GAIN
        older = torch.cat([moved, older[..., 2:] * present], dim=-1)
        return torch.cat([newest, older], dim=1).flatten(1)
