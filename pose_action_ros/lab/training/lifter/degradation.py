"""Keypoints as detectors give them: joints missing, misplaced, left and right confused."""

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

# Localisation noise of the joint relative to the others: extremities are harder.
_LOOSENESS = np.ones(len(COCO_18))
_LOOSENESS[_HIPS] = 1.4
_LOOSENESS[_WRISTS] = 1.6
_LOOSENESS[_FEET] = 1.3


def drop_joints(scores: Array, rng: Generator, share: float = 0.5) -> Array:
    """Scores (N, 18) with joints of `share` of the people set to 0, the way detectors lose them.

    Legs below the picture, feet, an arm behind the body, parts of the face, joints at random.
    """
    count = len(scores)
    lost = np.zeros(scores.shape, dtype=np.bool_)

    def lose(rows: list[int], probability: float) -> None:
        lost[:, rows] |= (rng.random(count) < probability)[:, None]

    lose(_LOWER_LEGS, 0.20)
    lose(_LOWER_LEGS + _HIPS, 0.12)
    lose(_FEET, 0.10)
    for arm in _ARMS:
        lose(arm, 0.12)
        lose(arm[1:], 0.08)
    lose(_FACE, 0.06)
    for row in _FACE:
        lose([row], 0.10)
    rate = rng.uniform(0.0, 0.45, (count, 1)) * (rng.random((count, 1)) < 0.4)
    lost |= rng.random(scores.shape) < rate
    lost[:, _NECK] |= lost[:, _SHOULDERS].any(axis=1)  # the neck is their middle
    lost &= rng.random((count, 1)) < share
    return np.where(lost, 0.0, scores)


def drop_third(scores: Array, rng: Generator) -> Array:
    """Scores (N, 18) with six joints of each person set to 0, any six alike."""
    ranks = rng.random(scores.shape).argsort(axis=1).argsort(axis=1)
    lost = ranks < len(COCO_18) // 3
    lost[:, _NECK] |= lost[:, _SHOULDERS].any(axis=1)
    return np.where(lost, 0.0, scores)


def noisy_keypoints(
    rays: Array, scores: Array, depths: Array, rng: Generator
) -> tuple[Array, Array]:
    """Rays (N, 18, 2) and scores (N, 18) with the errors of a detector.

    Args:
        rays: exact x/z and y/z.
        scores: 0 for what is missing.
        depths: (N,) [m] of the person, to which the errors are proportional.
        rng: source of chance.
    """
    scale = rng.uniform(0.003, 0.014, (len(rays), 1))  # [m], one standard deviation
    errors = rng.standard_t(3.0, rays.shape) * (scale * _LOOSENESS)[..., None]
    lost = rng.random(scores.shape) < 0.008
    errors += np.where(lost, 1.0, 0.0)[..., None] * rng.normal(0.0, 0.15, rays.shape)
    rays = rays + np.clip(errors, -0.6, 0.6) / depths[:, None, None]
    rays = _confused(rays, rng)
    doubt = np.linalg.norm(errors, axis=-1) * 3.0
    trust = np.clip(rng.uniform(0.7, 1.0, scores.shape) - doubt, 0.15, 1.0)
    return rays, scores * trust


def _confused(rays: Array, rng: Generator) -> Array:
    """Left and right swapped: the whole person, the arms or the legs, rarely."""
    rays = rays.copy()
    chance = rng.random(len(rays))
    whole = chance < 0.01
    rays[whole] = rays[whole][:, COCO_18.mirror]
    for (right, left), low in ((_ARM_PAIRS, 0.01), (_LEG_PAIRS, 0.02)):
        rows = np.flatnonzero((chance >= low) & (chance < low + 0.01))[:, None]
        rays[rows, right], rays[rows, left] = rays[rows, left], rays[rows, right]
    return rays
