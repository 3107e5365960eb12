"""Where people face, so that a viewpoint to the side of them makes no difference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]

SIDES = ("hip", "shoulder")  # what points from a person's right to the left
TINY = 1e-6  # [m]


def across(poses: Array, settings: SpmfSettings) -> Array:
    """The horizontal axis x, z (F, 2) [m] that is across the picture once people are turned.

    One person's points from the right to the left hip and shoulder, that of two from the first
    root joint to the second. 0 where its joints are missing.

    Args:
        poses: (F, J, 3) [m], y vertical; NaN where missing.
        settings: whose joints these are.
    """
    skeleton = skeleton_named(settings.skeleton)
    if settings.people == 2:
        ends = [(len(skeleton) + skeleton.root, skeleton.root)]
    else:
        ends = [(skeleton.index(f"left_{part}"), skeleton.index(f"right_{part}")) for part in SIDES]
    axes = [poses[:, end, ::2] - poses[:, start, ::2] for end, start in ends]
    return np.asarray(np.sum([np.nan_to_num(axis) for axis in axes], axis=0))


def front_turn(axis: Array) -> tuple[float, float]:
    """Cosine and sine of the turn about the vertical that takes an axis x, z (2,) to x.

    With them x' = c x + s z and z' = c z - s x; no turn for an axis without length.
    """
    length = float(np.hypot(*axis))
    return (float(axis[0]) / length, float(axis[1]) / length) if length > TINY else (1.0, 0.0)
