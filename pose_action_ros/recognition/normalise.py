"""Poses made comparable before they are drawn: gaps filled, position and viewpoint taken out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import Skeleton

Points = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

SIDES = ("hip", "shoulder")  # what points from a person's right to the left
TINY = 1e-6  # [m]


def fill_missing(points: Points) -> tuple[Points, Mask]:
    """Replace missing joints by interpolation over time, at the ends by the nearest known.

    Args:
        points: (N, J, 3), NaN where missing.

    Returns:
        Filled copy, where joints that are missing in all frames are 0, and (J,) which are not.
    """
    missing: Mask = np.asarray(np.isnan(points).any(axis=-1))  # (N, J)
    filled = np.where(missing[..., None], 0.0, points)
    known: Mask = np.asarray(~missing.all(axis=0))
    frames = np.arange(len(points))
    for joint in np.flatnonzero(missing.any(axis=0) & known):
        gap = missing[:, joint]
        for axis in range(3):
            track = filled[:, joint, axis]
            track[gap] = np.interp(frames[gap], frames[~gap], track[~gap])
    return filled, known


def to_body_view(points: Points, known: Mask, skeleton: Skeleton) -> Points:
    """Root at the origin in every frame, and one turn per window about the vertical.

    After the turn the mean axis from the right to the left hip and shoulder has no depth: the
    person is seen from the front. The vertical is the camera's, so a person's lean is kept.

    Args:
        points: (N, J, 3) [m], y vertical; anything where not known.
        known: (J,).
        skeleton: joint order.
    """
    x, y, z = np.moveaxis(points - _root(points, known, skeleton), -1, 0)
    cosine, sine = _side_axis(points, known, skeleton)
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)


def _root(points: Points, known: Mask, skeleton: Skeleton) -> Points:
    """(N, 1, 3) the root joint, or the mean of the known joints where it is never seen."""
    if known[skeleton.root]:
        return points[:, skeleton.root, None]
    if known.any():
        return np.asarray(points[:, known].mean(axis=1, keepdims=True))
    return np.zeros((len(points), 1, 3))


def _side_axis(points: Points, known: Mask, skeleton: Skeleton) -> tuple[float, float]:
    """Direction in x and z from the right to the left side, mean over time; x when not seen."""
    axis = np.zeros(3)
    for part in SIDES:
        left, right = skeleton.index(f"left_{part}"), skeleton.index(f"right_{part}")
        if known[left] and known[right]:
            axis += (points[:, left] - points[:, right]).mean(axis=0)
    length = float(np.hypot(axis[0], axis[2]))
    return (axis[0] / length, axis[2] / length) if length > TINY else (1.0, 0.0)
