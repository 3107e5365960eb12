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


def aligned_errors(
    predicted: npt.ArrayLike, truth: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Array:
    """(..., J) distance of each joint (..., J, 3) from the truth after `procrustes`."""
    first, second = _poses(predicted, truth)
    errors: Array = np.linalg.norm(procrustes(first, second, weights) - second, axis=-1)
    return errors


def scaled_errors(
    predicted: npt.ArrayLike, truth: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Array:
    """(..., J) root-aligned distance of each joint (..., J, 3) after the best scale of each pose.

    Their mean is N-MPJPE (Rhodin et al. 2018, arXiv 1803.04775, section 4).

    Args:
        predicted: poses; the root is joint 0.
        truth: true poses.
        weights: (..., J) of joints for the scale; None for equal weights.
    """
    first, second = (pose - pose[..., :1, :] for pose in _poses(predicted, truth))
    weight = _joint_weights(weights, first)
    spread = np.maximum((weight * first**2).sum(axis=(-1, -2)), 1e-12)
    scale = (weight * first * second).sum(axis=(-1, -2)) / spread
    errors: Array = np.linalg.norm(scale[..., None, None] * first - second, axis=-1)
    return errors


def calibration_error(scores: npt.ArrayLike, correct: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error (0 to 1) of probabilities (Naeini et al. 2015).

    Args:
        scores: (N,) probability, 0 to 1, that the prediction is correct.
        correct: (N,) True if it is.
        bins: of equal width.
    """
    claims, right = np.ravel(np.asarray(scores, np.float64)), np.ravel(np.asarray(correct))
    places = np.minimum((claims * bins).astype(np.intp), bins - 1)
    gaps = np.abs(np.bincount(places, right - claims, minlength=bins))
    return float(gaps.sum() / max(len(claims), 1))


def pck(predicted: npt.ArrayLike, truth: npt.ArrayLike, threshold: float) -> float:
    """Share (0 to 1) of joints with a root-aligned error of at most the threshold."""
    return float((joint_errors(predicted, truth) <= threshold).mean())


def auc(predicted: npt.ArrayLike, truth: npt.ArrayLike, threshold: float) -> float:
    """Mean PCK (0 to 1) over thresholds from 0 to this one in 30 steps (Mehta et al. 2017)."""
    errors = joint_errors(predicted, truth)
    return float(np.mean([(errors <= limit).mean() for limit in np.linspace(0, threshold, 31)]))


def procrustes(poses: Array, targets: Array, weights: npt.ArrayLike | None = None) -> Array:
    """Align each pose (..., J, 3) with its target by a similarity, without reflection.

    Least squares: Umeyama, Least-Squares Estimation of Transformation Parameters Between Two Point
    Patterns, IEEE TPAMI 13(4), 1991, equations 39 to 42.

    Args:
        poses: to align.
        targets: of the same shape.
        weights: (..., J) of joints, 0 for those that the alignment ignores; None for equal weights.
    """
    weight = _joint_weights(weights, poses)
    pose_mean, target_mean = (_centre(array, weight) for array in (poses, targets))
    centred = poses - pose_mean
    rotation, stretch = _rotation(centred, targets - target_mean, weight)
    spread = np.maximum((weight * centred**2).sum(axis=(-1, -2)), 1e-12)
    scale = stretch / spread
    aligned: Array = scale[..., None, None] * centred @ rotation.swapaxes(-1, -2) + target_mean
    return aligned


def best_rotations(poses: Array, targets: Array, weights: npt.ArrayLike | None = None) -> Array:
    """Rotations (..., 3, 3) of the alignment of `procrustes`, from the poses to the targets."""
    weight = _joint_weights(weights, poses)
    centred, goal = (array - _centre(array, weight) for array in (poses, targets))
    return _rotation(centred, goal, weight)[0]


def _rotation(centred: Array, goal: Array, weight: Array) -> tuple[Array, Array]:
    """Best rotations (..., 3, 3), and the sums (...) of the singular values with their signs."""
    u, stretch, vt = np.linalg.svd(goal.swapaxes(-1, -2) @ (weight * centred))
    sign = np.ones_like(stretch)
    sign[..., -1] = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    return (u * sign[..., None, :]) @ vt, (stretch * sign).sum(axis=-1)


def _centre(poses: Array, weight: Array) -> Array:
    """Weighted means (..., 1, 3) of poses (..., J, 3)."""
    mean: Array = (weight * poses).sum(axis=-2, keepdims=True) / weight.sum(axis=-2, keepdims=True)
    return mean


def _joint_weights(weights: npt.ArrayLike | None, poses: Array) -> Array:
    """(..., J, 1), ones for None."""
    if weights is None:
        return np.ones((*poses.shape[:-1], 1))
    return np.broadcast_to(np.asarray(weights, np.float64), poses.shape[:-1])[..., None]


def _poses(predicted: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Array, Array]:
    first, second = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    if first.shape != second.shape or first.ndim < 2 or first.shape[-1] != 3:
        raise InputError(
            f"got poses of shapes {first.shape} and {second.shape}, expected the same (..., J, 3)"
        )
    return first, second
