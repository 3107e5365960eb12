"""Fit of a predicted pose to the keypoints that it results from, as evidence of its quality."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pose_action_ros.lab.networks.two_stream import Reflection
from pose_action_ros.lifting.placement import DETECTED, LIFTED
from pose_action_ros.skeletons import HUMAN36M_17

_KEYPOINTS, _JOINTS = DETECTED.tolist(), LIFTED.tolist()
_MIRROR = np.array([_JOINTS.index(HUMAN36M_17.mirror[joint]) for joint in _JOINTS])
_UNIT = 0.1  # [m]
_GREATEST = 5.0  # [_UNIT]
_TINY = 1e-6

MISFIT = Reflection.of_points(_MIRROR, (1.0,)).then(Reflection.of_points(np.arange(3), (1.0,)))
"""Reflection of the vectors of `misfit`."""


def misfit(keypoints: Tensor, joints: Tensor) -> Tensor:
    """Distances of projected joints from their keypoints, after the best shift and scale.

    Args:
        keypoints: (B, 18, 3) normalised, of the newest image.
        joints: (B, 17, 3) [m] predicted.

    Returns:
        (B, 17) [0.1 m] distance of each of 14 joints, 0 for a missing keypoint; their mean and
        greatest; and the share of missing keypoints.
    """
    found, shape = keypoints[:, _KEYPOINTS], joints[:, _JOINTS, :2]
    present = (found[..., 2:] > 0).to(found.dtype)  # (B, 14, 1)
    count = present.sum(dim=1, keepdim=True).clamp(min=1.0)
    found, shape = (
        (points - (points * present).sum(dim=1, keepdim=True) / count) * present
        for points in (found[..., :2], shape)
    )
    scale = (found * shape).sum(dim=(1, 2)) / shape.square().sum(dim=(1, 2)).clamp(min=_TINY)
    apart = found - shape * scale[:, None, None]
    distances = apart.square().sum(dim=-1).add(_TINY).sqrt() / _UNIT
    distances = distances.clamp(max=_GREATEST) * present[..., 0]  # (B, 14)
    mean = distances.sum(dim=1, keepdim=True) / count[..., 0]
    missing = 1 - present.mean(dim=1)
    return torch.cat([distances, mean, distances.amax(dim=1, keepdim=True), missing], dim=1)
