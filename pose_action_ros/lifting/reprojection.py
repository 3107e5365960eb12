"""Reprojection: joints are moved towards the rays of their keypoints.

The network knows bodies, the keypoints know the image: where both differ, the pose across the line
of sight is mostly the keypoints', and the pose along it is the network's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.lifting.placement import DETECTED, LIFTED, Placement
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

SHARE: Final = 0.7
"""Part of the way to the ray of a keypoint with score 1; it falls with the score."""
OUTLIER: Final = 0.2
"""Distance [m] between joint and ray at which the part has fallen by the factor e: a keypoint that
far away is probably wrong."""

_ROOT, _SPINE, _NECK, _NOSE, _TOP = (
    HUMAN36M_17.index(name) for name in ("mid_hip", "spine", "neck", "nose", "head_top")
)
_HIPS, _SHOULDERS = (
    [HUMAN36M_17.index(f"{side}_{part}") for side in ("left", "right")]
    for part in ("hip", "shoulder")
)


def towards_rays(joints: Array, rays: Array, scores: Array, placement: Placement) -> Array:
    """Move the joints of N people towards the rays of their keypoints.

    Root and neck stay the middles of hips and shoulders, the spine moves with both, and the top of
    the head with the nose.

    Args:
        joints: (N, 17, 3) [m] relative to the root, in the frame of a camera.
        rays: (N, 18, 2) x/z and y/z of the COCO-18 keypoints.
        scores: (N, 18) of the keypoints; 0 if missing.
        placement: of the roots; without one, nothing moves.

    Returns:
        (N, 17, 3) [m] relative to the new root.
    """
    placed = joints + placement.at(placement.depths)[:, None]
    points = placed[:, LIFTED]  # (N, J, 3)
    used = (scores[:, DETECTED] > 0) & placement.solved[:, None] & np.isfinite(points[..., 2])
    sights = np.where(used[..., None], _sights(rays[:, DETECTED]), 0.0)
    points = np.where(used[..., None], points, 0.0)
    ways = (points * sights).sum(axis=-1, keepdims=True) * sights - points
    outlying = (ways**2).sum(axis=-1) / OUTLIER**2
    shares = SHARE * scores[:, DETECTED] * np.exp(-outlying)
    moves = np.zeros(joints.shape)
    moves[:, LIFTED] = shares[..., None] * ways
    moves[:, _ROOT] = moves[:, _HIPS].mean(axis=1)
    moves[:, _NECK] = moves[:, _SHOULDERS].mean(axis=1)
    moves[:, _SPINE] = (moves[:, _ROOT] + moves[:, _NECK]) / 2
    moves[:, _TOP] = moves[:, _NOSE]
    moved: Array = joints + moves - moves[:, _ROOT, None]
    return moved


def _sights(rays: Array) -> Array:
    """Unit vectors (N, J, 3) along rays (N, J, 2)."""
    ways = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1)
    unit: Array = ways / np.linalg.norm(ways, axis=-1, keepdims=True)
    return unit
