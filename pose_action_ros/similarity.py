"""Similarity of poses: object keypoint similarity (OKS) of the COCO keypoint evaluation.

Source: Lin et al. 2014, "Microsoft COCO", and the evaluation page of the COCO keypoint task. Joints
that COCO does not label have the constant of the nearest labelled one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

# Spread of human annotators, in units of the person's size; by the joint's name without its side.
_SIGMAS = {
    "nose": 0.026,
    "eye": 0.025,
    "ear": 0.035,
    "neck": 0.079,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "mid_hip": 0.107,
    "hip": 0.107,
    "spine": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
    "heel": 0.089,
    "big_toe": 0.089,
    "small_toe": 0.089,
}
_OTHER_SIGMA = 0.079


@lru_cache(maxsize=16)
def tolerances(skeleton: Skeleton) -> Array:
    """(J,) distance at which similarity falls to exp(-1/2), in person sizes: 2 sigma."""
    names = [joint.removeprefix("left_").removeprefix("right_") for joint in skeleton.joints]
    return np.array([2 * _SIGMAS.get(name, _OTHER_SIGMA) for name in names])


def sizes(points: npt.ArrayLike) -> Array:
    """Size (...) [px] of poses (..., J, 2): square root of the area of the box of their joints.

    The box is at least a quarter as wide as long, for people in side view and parts of people.
    NaN if all joints are missing.
    """
    array = np.asarray(points, dtype=np.float64)
    array = np.where(np.isfinite(array).all(axis=-1, keepdims=True), array, np.nan)
    # fmax and fmin ignore NaN unless all joints are missing.
    spans = np.fmax.reduce(array, axis=-2) - np.fmin.reduce(array, axis=-2)  # (..., 2)
    long, short = spans.max(axis=-1), spans.min(axis=-1)
    result: Array = np.sqrt(long * np.maximum(short, long / 4))
    return result


def similarities(expected: Array, spread: Array, found: Array, tolerance: Array) -> Array:
    """OKS of every expected pose with every found pose, over the joints of the smaller pose.

    Common joints count as in OKS, and the sum is divided by the joints of the pose that has fewer:
    a part of a body is as similar to the whole as the joints that it has, and halves of a body
    that share the hips only are not similar.

    Args:
        expected: (T, J, 2) [px], NaN where missing.
        spread: (..., T) uncertainty of the expected poses [px], added to the tolerance.
        found: (D, J, 2) [px], NaN where missing.
        tolerance: (J,) from `tolerances`.

    Returns:
        (..., T, D), 0 to 1; 0 without common joints.
    """
    offsets = expected[:, None] - found[None]  # (T, D, J, 2)
    common = np.isfinite(offsets).all(axis=-1)  # (T, D, J)
    squares = np.where(common, np.square(offsets).sum(axis=-1), 0.0)
    extents = sizes(np.concatenate([expected, found]))  # (T + D,)
    size = np.fmax(extents[: len(expected), None], extents[len(expected) :])  # (T, D)
    size = np.fmax(size, 1.0)
    scale = np.square(size[..., None] * tolerance) + np.square(spread)[..., None, None]
    alike = np.where(common, np.exp(-squares / (2 * scale)), 0.0)
    counts = [np.isfinite(poses).all(axis=-1).sum(axis=-1) for poses in (expected, found)]
    fewer = np.minimum(counts[0][:, None], counts[1])  # (T, D)
    result: Array = alike.sum(axis=-1) / np.maximum(fewer, 1)
    return result
