"""Recordings of a Kinect made whole: joints that were lost, joints that were elsewhere for a frame.

Measured in the standard sequences: of the 557 of MSR Action3D 13 have a block of frames without any
joint, 9 to 33 frames long, one up to the end; none has a joint lost alone. Single joints that jump
away and back, as below, are 8 in 5 of these sequences and 1 in the 282 of SBU Kinect Interaction.
Left as they are: three sequences of MSR Action3D that repeat one frame in between, two of SBU that
repeat their first, and bodies that the tracker has wrong for several frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

# Out and back within 2/15 s at 4.5 m/s: faster than the hands and feet of these actions turn.
_JUMP = 0.3  # [m]
_RETURN = 1 / 3  # of the jump: how far from where it was the joint is afterwards


def repair(points: Array, skeleton: Skeleton) -> Array:
    """Fill what is missing and what jumps, over time and at the ends by the nearest frame.

    Args:
        points: (T, J, 3) [m] of one person at about 15 Hz, NaN where a joint is missing.
        skeleton: joint order.

    Returns:
        (T, J, 3). A joint that is never seen is put where its parent is; a root that is never
        seen, in the middle of the others.

    Raises:
        InputError: no joint is ever seen.
    """
    missing = np.isnan(points).any(axis=-1) | spikes(points)  # (T, J)
    known = np.asarray(~missing.all(axis=0))
    if not known.any():
        raise InputError("got a person without a single joint, expected some; leave it out")
    whole = points.copy()
    for joint in np.flatnonzero(missing.any(axis=0) & known):
        _bridge(whole[:, joint], missing[:, joint])
    for joint in np.flatnonzero(~known):
        whole[:, joint] = _nearest_above(whole, known, skeleton, int(joint))
    return whole


def spikes(points: Array) -> npt.NDArray[np.bool_]:
    """(T, J) where a joint of (T, J, 3) [m] is far from where it is a frame before and after."""
    found = np.zeros(points.shape[:2], dtype=bool)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    jump = np.minimum(steps[:-1], steps[1:])
    moved = np.linalg.norm(points[2:] - points[:-2], axis=-1)
    found[1:-1] = (jump > _JUMP) & (moved < _RETURN * jump)
    return found


def _bridge(track: Array, gap: npt.NDArray[np.bool_]) -> None:
    """Interpolate a joint (T, 3) in place where the gap (T,) is."""
    frames = np.arange(len(track))
    for values in track.T:
        values[gap] = np.interp(frames[gap], frames[~gap], values[~gap])


def _nearest_above(
    points: Array, known: npt.NDArray[np.bool_], skeleton: Skeleton, joint: int
) -> Array:
    """(T, 3) the first known joint on the way to the root, or the middle of all known."""
    while not known[joint]:
        above = skeleton.parents[joint]
        if not above:
            return np.asarray(points[:, known].mean(axis=1))
        joint = skeleton.index(above)
    return points[:, joint]
