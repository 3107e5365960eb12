"""Keypoints as a detector would give them, from exact ones: off, missing, hidden, swapped.

BlazePose on rendered people is off by a hundredth of their height (median), but steadily; on filmed
ones by up to a few hundredths: joints at rest move by about 0.01 heights a second after smoothing.
So errors here stay or drift, and hardly tremble, and how large they are differs much between
recordings. Arms behind the person's own trunk get scores so low that they are missing, the surer
the farther behind; the few of them that are found are where they are not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.skeletons import BODY_25

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator

BIAS, DRIFT, JITTER = 0.006, 0.003, 0.0004  # standard deviations, parts of the person's height
RECORDINGS, JOINTS = 0.8, 0.4  # how much they differ: standard deviations of the logarithm
SLOW, FAST = 0.1, 0.8  # [Hz] of the drift
LIMBS = tuple(
    BODY_25.index(f"{side}_{part}")
    for side in SIDES
    for part in ("elbow", "wrist", "knee", "ankle")
)
ARMS = [BODY_25.index(f"{side}_{part}") for side in SIDES for part in ("elbow", "wrist")]
TRUNK = [BODY_25.index(f"{side}_{part}") for part in ("shoulder", "hip") for side in SIDES]
BEHIND = 0.17  # [m] behind the trunk at which an arm is missing for sure
EDGE = 2.5  # [m] farther for each height beside the lines of the trunk
REACH = 0.06  # heights beside the lines of the trunk within which it hides
FOUND, ASTRAY = 0.1, 0.08  # part of hidden arms that are found; standard deviation, heights


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
    hidden = _hidden(pixels / height[..., None], depths, rng)
    lost = hidden & (rng.random(depths.shape[1]) >= FOUND)
    astray = rng.normal(0, ASTRAY, (depths.shape[1], 2)) * height[..., None]
    seen = pixels + error + hidden[..., None] * astray
    if rng.random() < 0.06:
        _swap_sides(seen, stamps, rng)
    missing = lost | _outside(seen, size, rng) | _dropped(stamps, depths.shape[1], rng)
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
    factor = np.exp(rng.normal(0, RECORDINGS) + rng.normal(0, JOINTS, joints))
    factor[list(LIMBS)] *= 1.2
    steady = BIAS * rng.normal(0, 1, (joints, 2)) + DRIFT * _drift(stamps, joints, rng)
    farther = 1 + 0.7 * np.clip(depths / 0.3, 0, 1)  # than the hips
    jitter = JITTER * rng.exponential() * rng.normal(0, 1, (frames, joints, 2))
    errors: Array = factor[:, None] * (farther[..., None] * steady + jitter)
    return errors


def _hidden(points: Array, depths: Array, rng: Rng) -> Mask:
    """(T, 25) which joints of the arms the trunk hides; points (T, 25, 2) in heights."""
    hidden = np.zeros(depths.shape, dtype=bool)
    beside, behind = _from_trunk(points, depths)
    least = rng.uniform(0, BEHIND, len(ARMS)) + EDGE * beside
    hidden[:, ARMS] = (beside < REACH) & (behind > least)
    return hidden


def _from_trunk(points: Array, depths: Array, lines: int = 5) -> tuple[Array, Array]:
    """(T, 4) how far the ARMS are from the trunk in the image [heights], and behind it [m].

    The trunk is so many lines from the shoulders to the hips; the nearest one counts.
    """
    share = np.linspace(0, 1, lines)[:, None]
    corners = np.concatenate([points, depths[..., None]], axis=-1)[:, TRUNK]  # (T, 4, 3)
    top, bottom = (
        corners[:, first, None] * (1 - share) + corners[:, second, None] * share
        for first, second in ((0, 1), (2, 3))
    )  # (T, lines, 3)
    line = (bottom - top)[:, None]
    arms = points[:, ARMS, None]  # (T, 4, 1, 2)
    along = ((arms - top[:, None, :, :2]) * line[..., :2]).sum(axis=-1)
    along = np.clip(along / np.maximum((line[..., :2] ** 2).sum(axis=-1), 1e-9), 0, 1)
    nearest = top[:, None] + along[..., None] * line  # (T, 4, lines, 3)
    beside = np.linalg.norm(arms - nearest[..., :2], axis=-1)
    best = beside.argmin(axis=-1)[..., None]
    behind = depths[:, ARMS, None] - nearest[..., 2]
    return (
        np.take_along_axis(beside, best, axis=-1)[..., 0],
        np.take_along_axis(behind, best, axis=-1)[..., 0],
    )


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
