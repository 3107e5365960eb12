"""Errors of 3D poses as defined in the literature, in the unit of the input."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]


def joint_errors(predicted: npt.ArrayLike, truth: npt.ArrayLike) -> Array:
    """(..., J) distance of each joint (..., J, 3) from the truth after root alignment.

    The root is joint 0. InputError when the shapes differ or are no poses.
    """
    first, second = _poses(predicted, truth)
    difference = (first - first[..., :1, :]) - (second - second[..., :1, :])
    errors: Array = np.linalg.norm(difference, axis=-1)
    return errors


def mpjpe(
    predicted: npt.ArrayLike, truth: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Mean per-joint position error of root-aligned poses (..., J, 3): protocol 1.

    The root counts as a joint with error 0, as in Martinez et al. 2017; without it the figure is
    larger by the factor J / (J - 1).

    Args:
        predicted: poses.
        truth: true poses.
        weights: (..., J) of joints; None for equal weights.
    """
    errors = joint_errors(predicted, truth)
    return float(np.average(errors, weights=None if weights is None else np.asarray(weights)))


def p_mpjpe(predicted: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """MPJPE after the best rotation, translation and scale of each pose: protocol 2."""
    return float(aligned_errors(predicted, truth).mean())


def aligned_errors(predicted: npt.ArrayLike, truth: npt.ArrayLike) -> Array:
    """(..., J) distance of each joint (..., J, 3) from the truth after `procrustes`."""
    first, second = _poses(predicted, truth)
    errors: Array = np.linalg.norm(procrustes(first, second) - second, axis=-1)
    return errors


def pck(predicted: npt.ArrayLike, truth: npt.ArrayLike, threshold: float) -> float:
    """Share (0 to 1) of joints with a root-aligned error of at most the threshold."""
    return float((joint_errors(predicted, truth) <= threshold).mean())


def auc(predicted: npt.ArrayLike, truth: npt.ArrayLike, threshold: float) -> float:
    """Mean PCK (0 to 1) over thresholds from 0 to this one in 30 steps (Mehta et al. 2017)."""
    errors = joint_errors(predicted, truth)
    return float(np.mean([(errors <= limit).mean() for limit in np.linspace(0, threshold, 31)]))


def procrustes(poses: Array, targets: Array) -> Array:
    """Align each pose (..., J, 3) with its target by a similarity, without reflection.

    Least squares: Umeyama, Least-Squares Estimation of Transformation Parameters Between Two Point
    Patterns, IEEE TPAMI 13(4), 1991, equations 39 to 42.
    """
    pose_mean, target_mean = (array.mean(axis=-2, keepdims=True) for array in (poses, targets))
    centred = poses - pose_mean
    u, stretch, vt = np.linalg.svd((targets - target_mean).swapaxes(-1, -2) @ centred)
    sign = np.ones_like(stretch)
    sign[..., -1] = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    rotation = (u * sign[..., None, :]) @ vt
    spread = np.maximum((centred**2).sum(axis=(-1, -2)), 1e-12)
    scale = (stretch * sign).sum(axis=-1) / spread
    aligned: Array = scale[..., None, None] * centred @ rotation.swapaxes(-1, -2) + target_mean
    return aligned


def _poses(predicted: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Array, Array]:
    first, second = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    if first.shape != second.shape or first.ndim < 2 or first.shape[-1] != 3:
        raise InputError(
            f"got poses of shapes {first.shape} and {second.shape}, expected the same (..., J, 3)"
        )
    return first, second
