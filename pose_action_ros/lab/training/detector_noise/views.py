"""Simulated errors of a detector in a few images: joints missing, displaced, sides swapped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
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

_OUTLIERS = 0.008
_JITTER = 0.35
"""Greatest independent error of an image, relative to the steady one."""

# Relative localisation error of each joint: extremities are harder.
_SPREAD = np.ones(len(COCO_18))
_SPREAD[_HIPS] = 1.4
_SPREAD[_WRISTS] = 1.6
_SPREAD[_FEET] = 1.3


def drop_joints(scores: Array, rng: Generator, share: float = 0.5) -> Array:
    """Set scores of joints (N, M, 18) to 0 in a share of the people, as in detections.

    Legs below the image, feet, an arm behind the body, parts of the face, random joints; the same
    in all M images of a person.
    """
    count = len(scores)
    missing = np.zeros((count, scores.shape[-1]), dtype=np.bool_)

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
    missing |= rng.random(missing.shape) < rate
    missing &= rng.random((count, 1)) < share
    return _without(scores, missing)


def drop_third(scores: Array, rng: Generator) -> Array:
    """Set the scores (N, M, 18) of six random joints of each person to 0 in all images."""
    ranks = rng.random((len(scores), scores.shape[-1])).argsort(axis=1).argsort(axis=1)
    return _without(scores, ranks < len(COCO_18) // 3)


def drop_moments(scores: Array, rng: Generator, share: float) -> Array:
    """Set a share of the scores (N, M, 18) to 0, independently in each image."""
    kept: Array = scores * (rng.random(scores.shape) >= share)
    return kept


def _without(scores: Array, missing: Flags) -> Array:
    """Scores (N, M, 18) without the joints (N, 18); the neck is the middle of the shoulders."""
    missing[:, _NECK] |= missing[:, _SHOULDERS].any(axis=1)
    kept: Array = scores * ~missing[:, None]
    return kept


def noisy_keypoints(
    rays: Array, scores: Array, depths: Array, factors: Array, rng: Generator
) -> tuple[Array, Array]:
    """Add a detector's errors to rays (N, M, 18, 2) and scores (N, M, 18).

    Most of an error is the same in all images of a person, the rest is independent.

    Args:
        rays: exact x/z and y/z.
        scores: 0 for missing joints.
        depths: (N,) [m] of the people; errors of rays are inversely proportional to it.
        factors: (N,) of the errors, 1 for a detector's.
        rng: source of randomness.
    """
    count = len(scores)
    scale = rng.uniform(0.003, 0.014, (count, 1)) * factors[:, None]  # [m], standard deviation
    spread = (scale * _SPREAD)[:, None, :, None].astype(rays.dtype)  # (N, 1, 18, 1)
    steady = rng.standard_t(3.0, (count, 1, *rays.shape[2:])).astype(rays.dtype)
    outliers = (rng.random((count, 1, scores.shape[2], 1)) < _OUTLIERS) * factors[
        :, None, None, None
    ]
    errors = steady * spread + outliers * rng.normal(0.0, 0.15, steady.shape)
    share = rng.uniform(0.0, _JITTER, (count, 1, 1, 1)).astype(rays.dtype)
    errors = errors + rng.standard_normal(rays.shape, np.float32) * spread * share
    rays = rays + np.clip(errors, -0.6, 0.6).astype(rays.dtype) / depths[:, None, None, None]
    rays = _swap_sides(rays, factors, rng)
    penalty = np.linalg.norm(errors, axis=-1) * 3.0
    sure = rng.uniform(0.7, 1.0, (count, 1, scores.shape[2]))
    confidence = np.clip(1 + (sure - 1) * factors[:, None, None] - penalty, 0.15, 1.0)
    return rays, scores * confidence.astype(scores.dtype)


def _swap_sides(rays: Array, factors: Array, rng: Generator) -> Array:
    """Swap left and right in few people: the whole person, the arms or the legs.

    In half of the cases in all images, in the others in the newest alone.
    """
    rays = rays.copy()
    chance = rng.random(len(rays)) / np.maximum(factors, 1e-6)
    lasting = rng.random(len(rays)) < 0.5
    for images, chosen in ((slice(None), lasting), (slice(0, 1), ~lasting)):
        whole = np.flatnonzero(chosen & (chance < 0.01))
        rays[whole, images] = rays[whole, images][:, :, COCO_18.mirror]
        for (right, left), low in ((_ARM_PAIRS, 0.01), (_LEG_PAIRS, 0.02)):
            rows = np.flatnonzero(chosen & (chance >= low) & (chance < low + 0.01))
            swapped = rays[rows, images]
            swapped[:, :, right + left] = swapped[:, :, left + right]
            rays[rows, images] = swapped
    return rays
