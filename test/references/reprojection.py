"""Slow twin of lifting.reprojection: one person and one joint at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]


def towards_rays(placed: Array, rays: Array, scores: Array) -> Array:
    """Joints (17, 3) [m] of a placed person, moved towards rays (18, 2) with scores (18,)."""
    moves: dict[str, Array] = {}
    for name, joint in zip(HUMAN36M_17.joints, placed, strict=True):
        moves[name] = np.zeros(3)
        if name in COCO_18.joints and scores[COCO_18.index(name)] > 0:
            row = COCO_18.index(name)
            sight = np.array([*rays[row], 1.0]) / np.linalg.norm([*rays[row], 1.0])
            way = np.dot(joint, sight) * sight - joint
            part = 0.7 * scores[row] * np.exp(-((np.linalg.norm(way) / 0.2) ** 2))
            moves[name] = part * way
    moves["mid_hip"] = (moves["left_hip"] + moves["right_hip"]) / 2
    moves["neck"] = (moves["left_shoulder"] + moves["right_shoulder"]) / 2
    moves["spine"] = (moves["mid_hip"] + moves["neck"]) / 2
    moves["head_top"] = moves["nose"]
    moved = placed.copy()
    for row, name in enumerate(HUMAN36M_17.joints):
        moved[row] += moves[name]
    return moved
