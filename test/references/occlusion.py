"""Joints that parts of a body hide, part by part."""

from collections.abc import Sequence
from math import dist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def hidden_by(
    joint: int, joints: Array, given: Flags, parts: Sequence[tuple[int, int, float]]
) -> bool:
    """True if a part with two given ends is before a joint of placed joints (17, 3).

    Args:
        parts: of the body, as two joints and a radius [m].
    """
    place = joints[joint, :2] / joints[joint, 2]
    for first, second, radius in parts:
        if joint in {first, second} or not (given[first] and given[second]):
            continue
        ends = joints[[first, second], :2] / joints[[first, second], 2:]
        way = ends[1] - ends[0]
        share = float(np.clip(np.dot(place - ends[0], way) / max(np.dot(way, way), 1e-9), 0, 1))
        depth = joints[first, 2] * (1 - share) + joints[second, 2] * share
        apart = dist(place, ends[0] + share * way) * depth
        if depth < joints[joint, 2] and apart < radius:
            return True
    return False
