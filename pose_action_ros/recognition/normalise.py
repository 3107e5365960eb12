"""Poses made comparable before they are drawn: gaps filled, position and viewpoint taken out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import Skeleton

Points = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

SIDES = ("hip", "shoulder")  # what points from a person's right to the left


def fill_missing(points: Points) -> tuple[Points, Mask]:
    """Replace missing joints by interpolation over time, at the ends by the nearest known.

    Args:
        points: (B, N, J, 3), NaN where missing.

    Returns:
        Filled copy, where joints that are missing in all frames are 0, and (B, J) which are not.
    """
    missing: Mask = np.asarray(np.isnan(points).any(axis=-1))  # (B, N, J)
    filled = np.where(missing[..., None], 0.0, points)
    known: Mask = np.asarray(~missing.all(axis=1))
    frames = np.arange(points.shape[1])
    for window, joint in zip(*np.nonzero(missing.any(axis=1) & known), strict=True):
        gap = missing[window, :, joint]
        for axis in range(3):
            track = filled[window, :, joint, axis]
            track[gap] = np.interp(frames[gap], frames[~gap], track[~gap])
    return filled, known


def to_body_view(points: Points, known: Mask, skeleton: Skeleton) -> Points:
    """Root at the origin in every frame, and one turn per window about the vertical.

    After the turn the mean axis from the right to the left hip and shoulder has no depth: the
    person is seen from the front. The vertical is the camera's, so a person's lean is kept.

    Args:
        points: (B, N, J, 3) [m], y vertical; anything where not known.
        known: (B, J).
        skeleton: joint order.
    """
    centred = points - _root(points, known, skeleton)
    axis = _side_axis(points, known, skeleton)  # (B, 2): x, z
    length = np.hypot(axis[:, 0], axis[:, 1])
    safe = np.maximum(length, 1e-6)
    cosine = np.where(length > 1e-6, axis[:, 0] / safe, 1.0)[:, None, None]
    sine = np.where(length > 1e-6, axis[:, 1] / safe, 0.0)[:, None, None]
    x, y, z = np.moveaxis(centred, -1, 0)
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)


def _root(points: Points, known: Mask, skeleton: Skeleton) -> Points:
    """(B, N, 1, 3) the root joint, or the mean of the known joints where it is never seen."""
    weight = np.where(known, 1.0, 0.0)
    weight[known[:, skeleton.root]] = np.eye(len(skeleton))[skeleton.root]
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    root: Points = np.einsum("bj,bnjc->bnc", weight, points)[:, :, None]
    return root


def _side_axis(points: Points, known: Mask, skeleton: Skeleton) -> Points:
    """(B, 2) x and z of the mean vector from the right to the left side; 0 when never seen."""
    axis = np.zeros((len(points), 2))
    for part in SIDES:
        left, right = skeleton.index(f"left_{part}"), skeleton.index(f"right_{part}")
        both = known[:, left] & known[:, right]
        mean = (points[:, :, left] - points[:, :, right]).mean(axis=1)[:, ::2]
        axis += np.where(both[:, None], mean, 0.0)
    return axis
