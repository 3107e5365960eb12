"""Simulated errors of a keypoint detector, as a time series for one person.

Localisation errors, missing joints, arms occluded by the trunk, and swapped sides. Measured on
BlazePose: the median error on rendered people is a hundredth of their height, on filmed people up
to a few hundredths, and joints at rest move by about 0.01 heights per second after smoothing. The
simulated errors are therefore constant or drift slowly, jitter little, and vary in size between
recordings. An arm behind the person's own trunk is usually missing, the more likely the farther
behind; the few that are detected are misplaced.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.skeletons import BODY_25

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator

BIAS, DRIFT, JITTER = 0.006, 0.003, 0.0004  # standard deviations [person's height]
RECORDINGS, JOINTS = 0.8, 0.4  # variation between them: standard deviation of the logarithm
SLOW, FAST = 0.1, 0.8  # frequencies of the drift [Hz]
LIMBS = tuple(
    BODY_25.index(f"{side}_{part}")
    for side in SIDES
    for part in ("elbow", "wrist", "knee", "ankle")
)
ARMS = [BODY_25.index(f"{side}_{part}") for side in SIDES for part in ("elbow", "wrist")]
TRUNK = [BODY_25.index(f"{side}_{part}") for part in ("shoulder", "hip") for side in SIDES]
BEHIND = 0.17  # depth behind the trunk beyond which an arm is always missing [m]
EDGE = 2.5  # additional depth per height of distance from the trunk's lines [m]
REACH = 0.06  # distance from the trunk's lines within which an arm is occluded [heights]
DETECTED, MISPLACED = 0.1, 0.08  # share of occluded arms detected; their error [heights]
SURE = 0.75  # share of recordings with scores near 1, as in films of well visible people
SURE_LEVEL, SURE_DRIFT = 0.02, 0.002  # mean distance from 1, and the drift of the scores
LEVEL, SPREAD, SCORE_DRIFT = 0.85, 0.08, 0.03  # of the others: mean, between joints, in time
LEAST = 0.35  # lowest score


def simulate_detections(
    pixels: Array, depths: Array, stamps: Array, size: tuple[int, int], rng: Rng
) -> tuple[Array, Array]:
    """Add the errors of a detector to exact keypoints.

    Args:
        pixels: (T, 25, 2) [px] exact BODY_25 joints, NaN behind the camera.
        depths: (T, 25) [m] relative to the middle of the hips, positive away from the camera.
        stamps: (T,) [s].
        size: width and height of the image [px].
        rng: random generator.

    Returns:
        Keypoints (T, 25, 2) [px], NaN where missing, and scores (T, 25).
    """
    height = _height(pixels)  # (T, 1)
    error = _errors(depths, stamps, rng) * height[..., None]
    occluded = _occluded(pixels / height[..., None], depths, rng)
    lost = occluded & (rng.random(depths.shape[1]) >= DETECTED)
    misplaced = rng.normal(0, MISPLACED, (depths.shape[1], 2)) * height[..., None]
    detected = pixels + error + occluded[..., None] * misplaced
    if rng.random() < 0.06:
        _swap_sides(detected, stamps, rng)
    missing = lost | _outside(detected, size, rng) | _dropped(stamps, depths.shape[1], rng)
    scores = _scores(stamps, depths.shape[1], rng)
    detected[missing], scores[missing] = np.nan, 0.0
    return detected, scores


def _scores(stamps: Array, joints: int, rng: Rng) -> Array:
    """(T, joints) scores, which drift slowly: the lifter reads them, and would jitter with them."""
    slow = _drift(stamps, joints, rng)[..., 0]
    if rng.random() < SURE:
        scores = 1 - SURE_LEVEL * rng.exponential(1, joints) + SURE_DRIFT * slow
    else:
        scores = rng.normal(LEVEL, SPREAD, joints) + SCORE_DRIFT * slow
    return np.clip(scores, LEAST, 1.0)


def _height(pixels: Array) -> Array:
    """(T, 1) [px] extent of the person, the median over the recording."""
    low = np.nanmin(pixels, axis=1)
    high = np.nanmax(pixels, axis=1)
    extent = np.linalg.norm(high - low, axis=-1)
    return np.full((len(pixels), 1), np.nanmedian(extent))


def _errors(depths: Array, stamps: Array, rng: Rng) -> Array:
    """(T, 25, 2) localisation errors [person's height]."""
    frames, joints = depths.shape
    factor = np.exp(rng.normal(0, RECORDINGS) + rng.normal(0, JOINTS, joints))
    factor[list(LIMBS)] *= 1.2
    steady = BIAS * rng.normal(0, 1, (joints, 2)) + DRIFT * _drift(stamps, joints, rng)
    farther = 1 + 0.7 * np.clip(depths / 0.3, 0, 1)  # joints behind the hips are less accurate
    jitter = JITTER * rng.exponential() * rng.normal(0, 1, (frames, joints, 2))
    errors: Array = factor[:, None] * (farther[..., None] * steady + jitter)
    return errors


def _occluded(points: Array, depths: Array, rng: Rng) -> Mask:
    """(T, 25) arm joints occluded by the trunk; points (T, 25, 2) [heights]."""
    occluded = np.zeros(depths.shape, dtype=bool)
    beside, behind = _from_trunk(points, depths)
    least = rng.uniform(0, BEHIND, len(ARMS)) + EDGE * beside
    occluded[:, ARMS] = (beside < REACH) & (behind > least)
    return occluded


def _from_trunk(points: Array, depths: Array, lines: int = 5) -> tuple[Array, Array]:
    """(T, 4) distance of ARMS from the trunk in the image [heights], and depth behind it [m].

    The trunk is modelled by `lines` lines from the shoulders to the hips; the nearest one counts.
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
    """(T, joints, 2) slow random motion of standard deviation 1."""
    rates = 2 * np.pi * np.exp(rng.uniform(np.log(SLOW), np.log(FAST), waves))
    phases = rng.uniform(0, 2 * np.pi, (waves, joints, 2))
    angles = stamps[:, None, None, None] * rates[:, None, None] + phases
    return np.asarray(np.sin(angles).sum(axis=1) * np.sqrt(2 / waves))


def _swap_sides(pixels: Array, stamps: Array, rng: Rng) -> None:
    """Swap left and right for a short time, in place."""
    begin = rng.uniform(stamps[0], stamps[-1])
    during = (stamps >= begin) & (stamps < begin + rng.uniform(0.1, 0.6))
    pixels[during] = pixels[during][:, BODY_25.mirror]


def _outside(pixels: Array, size: tuple[int, int], rng: Rng) -> Mask:
    """(T, 25) joints outside the image; some recordings are cropped at the legs."""
    bottom = float(size[1])
    hips, ankles = (pixels[:, BODY_25.index(joint), 1] for joint in ("mid_hip", "left_ankle"))
    if rng.random() < 0.2 and np.isfinite(hips).any() and np.isfinite(ankles).any():
        hip, ankle = np.nanmedian(hips), np.nanmedian(ankles)
        bottom = min(bottom, hip + rng.uniform(0.05, 1.0) * (ankle - hip))
    x, y = pixels[..., 0], pixels[..., 1]
    return np.asarray(~((x >= 0) & (x < size[0]) & (y >= 0) & (y < bottom)))


def _dropped(stamps: Array, joints: int, rng: Rng) -> Mask:
    """(T, joints) joints missing for a while at random."""
    missing = np.zeros((len(stamps), joints), dtype=bool)
    rate = rng.choice([0.0, 0.02, 0.1])  # losses per joint and second
    losses = rng.poisson(rate * (stamps[-1] - stamps[0]), joints)
    for joint, count in enumerate(losses):
        for begin in rng.uniform(stamps[0], stamps[-1], count):
            lost = (stamps >= begin) & (stamps < begin + rng.uniform(0.05, 0.8))
            missing[lost, joint] = True
    return missing
