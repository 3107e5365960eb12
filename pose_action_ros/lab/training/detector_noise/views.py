"""Simulated errors of a detector in single views: joints missing, displaced, sides swapped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Generator = np.random.Generator


def _rows(*names: str) -> list[int]:
    return [COCO_18.index(name) for name in names]


_ARMS = [_rows(f"{side}_elbow", f"{side}_wrist") for side in ("right", "left")]
_LOWER_LEGS = _rows("right_knee", "right_ankle", "left_knee", "left_ankle")
_HIPS = _rows("right_hip", "left_hip")
_FEET = _rows("right_ankle", "left_ankle")
_FACE = _rows("nose", "right_eye", "left_eye", "right_ear", "left_ear")
_SHOULDERS = _rows("right_shoulder", "left_shoulder")
_NECK = COCO_18.index("neck")
_WRISTS = _rows("right_wrist", "left_wrist")
_ARM_PAIRS = _rows("right_elbow", "right_wrist"), _rows("left_elbow", "left_wrist")
_LEG_PAIRS = (
    _rows("right_hip", "right_knee", "right_ankle"),
    _rows("left_hip", "left_knee", "left_ankle"),
)

# Relative localisation error of each joint: extremities are harder.
_SPREAD = np.ones(len(COCO_18))
_SPREAD[_HIPS] = 1.4
_SPREAD[_WRISTS] = 1.6
_SPREAD[_FEET] = 1.3


def drop_joints(scores: Array, rng: Generator, share: float = 0.5) -> Array:
    """Set scores (N, 18) of joints to 0 in a share of the people, as in detections.

    Legs below the image, feet, an arm behind the body, parts of the face, random joints.
    """
    count = len(scores)
    missing = np.zeros(scores.shape, dtype=np.bool_)

    def drop(rows: list[int], probability: float) -> None:
        missing[:, rows] |= (rng.random(count) < probability)[:, None]

    drop(_LOWER_LEGS, 0.20)
    drop(_LOWER_LEGS + _HIPS, 0.12)
    drop(_FEET, 0.10)
    for arm in _ARMS:
        drop(arm, 0.12)
        drop(arm[1:], 0.08)
    drop(_FACE, 0.06)
    for row in _FACE:
        drop([row], 0.10)
    rate = rng.uniform(0.0, 0.45, (count, 1)) * (rng.random((count, 1)) < 0.4)
    missing |= rng.random(scores.shape) < rate
    missing[:, _NECK] |= missing[:, _SHOULDERS].any(axis=1)  # the neck is their middle
    missing &= rng.random((count, 1)) < share
    return np.where(missing, 0.0, scores)


def drop_third(scores: Array, rng: Generator) -> Array:
    """Set the scores (N, 18) of six random joints of each person to 0."""
    ranks = rng.random(scores.shape).argsort(axis=1).argsort(axis=1)
    missing = ranks < len(COCO_18) // 3
    missing[:, _NECK] |= missing[:, _SHOULDERS].any(axis=1)
    return np.where(missing, 0.0, scores)


def noisy_keypoints(
    rays: Array, scores: Array, depths: Array, rng: Generator
) -> tuple[Array, Array]:
    """Add a detector's errors to rays (N, 18, 2) and scores (N, 18).

    Args:
        rays: exact x/z and y/z.
        scores: 0 for missing joints.
        depths: (N,) [m] of the people; errors of rays are inversely proportional to it.
        rng: source of randomness.
    """
    scale = rng.uniform(0.003, 0.014, (len(rays), 1))  # [m], one standard deviation
    errors = rng.standard_t(3.0, rays.shape) * (scale * _SPREAD)[..., None]
    outliers = rng.random(scores.shape) < 0.008
    errors += np.where(outliers, 1.0, 0.0)[..., None] * rng.normal(0.0, 0.15, rays.shape)
    rays = rays + np.clip(errors, -0.6, 0.6) / depths[:, None, None]
    rays = _swap_sides(rays, rng)
    penalty = np.linalg.norm(errors, axis=-1) * 3.0
    confidence = np.clip(rng.uniform(0.7, 1.0, scores.shape) - penalty, 0.15, 1.0)
    return rays, scores * confidence


def _swap_sides(rays: Array, rng: Generator) -> Array:
    """Swap left and right in few people: the whole person, the arms or the legs."""
    rays = rays.copy()
    chance = rng.random(len(rays))
    whole = chance < 0.01
    rays[whole] = rays[whole][:, COCO_18.mirror]
    for (right, left), low in ((_ARM_PAIRS, 0.01), (_LEG_PAIRS, 0.02)):
        rows = np.flatnonzero((chance >= low) & (chance < low + 0.01))[:, None]
        rays[rows, right], rays[rows, left] = rays[rows, left], rays[rows, right]
    return rays
