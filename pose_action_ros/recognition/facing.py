"""Where people face, so that a viewpoint to the side of them makes no difference."""

from __future__ import annotations

from functools import lru_cache
from math import hypot

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
    start, end = _ends(settings)
    axes = poses.take(end, axis=1) - poses.take(start, axis=1)
    return np.asarray(np.where(np.isnan(axes), 0.0, axes).sum(axis=1)[:, ::2])


@lru_cache(maxsize=16)
def _ends(settings: SpmfSettings) -> tuple[list[int], list[int]]:
    """Joints from which, and to which, the axes go."""
    skeleton = skeleton_named(settings.skeleton)
    if settings.people == 2:
        return [skeleton.root], [len(skeleton) + skeleton.root]
    right, left = ([skeleton.index(f"{of}_{part}") for part in SIDES] for of in ("right", "left"))
    return right, left


def front_turn(axis: Array) -> tuple[float, float]:
    """Cosine and sine of the turn about the vertical that takes an axis x, z (2,) to x.

    With them x' = c x + s z and z' = c z - s x; no turn for an axis without length.
    """
    x, z = float(axis[0]), float(axis[1])
    length = hypot(x, z)
    return (x / length, z / length) if length > TINY else (1.0, 0.0)
