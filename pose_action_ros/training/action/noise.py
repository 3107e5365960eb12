"""Keypoints as a detector would give them, from exact ones: off, missing, swapped.

BlazePose on filmed people is off by a few hundredths of their height, but steadily: joints at rest
move by about 0.01 heights a second after smoothing. So errors here stay or drift, and hardly
tremble.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import BODY_25

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator

BIAS, DRIFT, JITTER = 0.010, 0.004, 0.0004  # standard deviations, parts of the person's height
SLOW, FAST = 0.1, 0.8  # [Hz] of the drift
LIMBS = tuple(
    BODY_25.index(f"{side}_{part}")
    for side in ("left", "right")
    for part in ("elbow", "wrist", "knee", "ankle")
)


def detect(
    pixels: Array, depths: Array, stamps: Array, size: tuple[int, int], rng: Rng
) -> tuple[Array, Array]:
    """What a detector makes of exact keypoints.

    Args:
        pixels: (T, 25, 2) [px] exact BODY_25 joints, NaN behind the camera.
        depths: (T, 25) [m] relative to the middle of the hips, positive away from the camera.
        stamps: (T,) [s].
        size: width and height of the image [px].
        rng: source of everything random.

    Returns:
        (T, 25, 2) [px], NaN where missing, and (T, 25) scores.
    """
    height = _height(pixels)  # (T, 1)
    error = _errors(depths, stamps, rng) * height[..., None]
    seen = pixels + error
    if rng.random() < 0.06:
        _swap_sides(seen, stamps, rng)
    missing = _outside(seen, size, rng) | _dropped(stamps, depths.shape[1], rng)
    scores = np.clip(rng.normal(0.9, 0.07, missing.shape), 0.35, 1.0)
    seen[missing], scores[missing] = np.nan, 0.0
    return seen, scores


def _height(pixels: Array) -> Array:
    """(T, 1) [px] the person's extent, smoothed over the whole recording by its median."""
    low = np.nanmin(pixels, axis=1)
    high = np.nanmax(pixels, axis=1)
    extent = np.linalg.norm(high - low, axis=-1)
    return np.full((len(pixels), 1), np.nanmedian(extent))


def _errors(depths: Array, stamps: Array, rng: Rng) -> Array:
    """(T, 25, 2) localisation errors as parts of the person's height."""
    frames, joints = depths.shape
    factor = np.exp(rng.normal(0, 0.5) + rng.normal(0, 0.4, joints))
    factor[list(LIMBS)] *= 1.5
    steady = BIAS * rng.normal(0, 1, (joints, 2)) + DRIFT * _drift(stamps, joints, rng)
    # What is farther from the camera than the hips is often hidden by the body.
    hidden = 1 + 1.5 * np.clip(depths / 0.3, 0, 1)
    jitter = JITTER * rng.exponential() * rng.normal(0, 1, (frames, joints, 2))
    errors: Array = factor[:, None] * (hidden[..., None] * steady + jitter)
    return errors


def _drift(stamps: Array, joints: int, rng: Rng, waves: int = 4) -> Array:
    """(T, joints, 2) slow changes of standard deviation 1."""
    rates = 2 * np.pi * np.exp(rng.uniform(np.log(SLOW), np.log(FAST), waves))
    phases = rng.uniform(0, 2 * np.pi, (waves, joints, 2))
    angles = stamps[:, None, None, None] * rates[:, None, None] + phases
    return np.asarray(np.sin(angles).sum(axis=1) * np.sqrt(2 / waves))


def _swap_sides(pixels: Array, stamps: Array, rng: Rng) -> None:
    """For a moment left is taken for right, in place."""
    begin = rng.uniform(stamps[0], stamps[-1])
    moment = (stamps >= begin) & (stamps < begin + rng.uniform(0.1, 0.6))
    pixels[moment] = pixels[moment][:, BODY_25.mirror]


def _outside(pixels: Array, size: tuple[int, int], rng: Rng) -> Mask:
    """(T, 25) which joints are out of the picture; in some recordings the legs are."""
    bottom = float(size[1])
    if rng.random() < 0.2:
        hip = np.nanmedian(pixels[:, BODY_25.index("mid_hip"), 1])
        ankle = np.nanmedian(pixels[:, BODY_25.index("left_ankle"), 1])
        bottom = min(bottom, hip + rng.uniform(0.05, 1.0) * (ankle - hip))
    x, y = pixels[..., 0], pixels[..., 1]
    return np.asarray(~((x >= 0) & (x < size[0]) & (y >= 0) & (y < bottom)))


def _dropped(stamps: Array, joints: int, rng: Rng) -> Mask:
    """(T, joints) which the detector loses for a while, hidden or not."""
    missing = np.zeros((len(stamps), joints), dtype=bool)
    rate = rng.choice([0.0, 0.02, 0.1])  # per joint and second
    losses = rng.poisson(rate * (stamps[-1] - stamps[0]), joints)
    for joint, count in enumerate(losses):
        for begin in rng.uniform(stamps[0], stamps[-1], count):
            lost = (stamps >= begin) & (stamps < begin + rng.uniform(0.05, 0.8))
            missing[lost, joint] = True
    return missing
