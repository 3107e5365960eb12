"""Windows recombined of several people: the arms and trunk of one with the legs of another.

Simulated people who gesture shift their weight in a few ways; real ones in many. A gesture must be
recognised whatever the legs do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.motions import HANDS_NEEDED
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator

WITH_LEGS = frozenset({"carrying", "throwing", "pushing", "punching"})
"""Actions of the hands that the legs take part in."""
EXCHANGED = 0.5
"""Share of the windows of gestures that get the legs of another window."""
_HIPS = [HUMAN36M_17.index(f"{side}_hip") for side in ("left", "right")]
_LEGS = {
    hip: [HUMAN36M_17.index(f"{side}_{part}") for part in ("knee", "ankle")]
    for hip, side in zip(_HIPS, ("left", "right"), strict=True)
}


def gestures_among(labels: Sequence[str], spare: int) -> npt.NDArray[np.bool_]:
    """(L + spare,) True for the labels that need arms alone, and for the unnamed gestures."""
    alone = [label in HANDS_NEEDED - WITH_LEGS for label in labels]
    return np.array([*alone, *[True] * spare], dtype=bool)


def exchange_legs(points: Array, gesture: npt.NDArray[np.bool_], rng: Rng) -> Array:
    """Give a part of the windows the legs of others, turned to the same heading.

    Args:
        points: (B, T, 17, 3) [m], y vertical.
        gesture: (B,) windows that may exchange their legs.
        rng: random numbers.

    Returns:
        (B, T, 17, 3); legs that are missing in the other window are missing.
    """
    changed = points.copy()
    heading = _headings(points)
    rows = np.flatnonzero(gesture & np.isfinite(heading))
    takers = rows[rng.random(len(rows)) < EXCHANGED]
    givers = rng.permutation(rows)[: len(takers)]
    turns = _about_vertical(heading[takers] - heading[givers])
    for hip, legs in _LEGS.items():
        bones = points[givers][:, :, legs] - points[givers][:, :, [hip]]
        changed[takers[:, None, None], np.arange(points.shape[1])[:, None], legs] = (
            points[takers][:, :, [hip]] + bones @ turns[:, None]
        )
    return changed


def _headings(points: Array) -> Array:
    """(B,) direction of the hips about the vertical [rad], NaN where it is never seen."""
    line = points[:, :, _HIPS[0]] - points[:, :, _HIPS[1]]  # (B, T, 3)
    seen = np.asarray(np.isfinite(line).all(axis=-1))
    mean = np.where(seen[..., None], line, 0.0).sum(axis=1)
    angle: Array = np.arctan2(mean[:, 2], mean[:, 0])
    angle[~seen.any(axis=1)] = np.nan
    return angle


def _about_vertical(angles: Array) -> Array:
    """(B, 3, 3) matrices for row vectors that add angles (B,) to headings."""
    matrices = np.zeros((len(angles), 3, 3))
    matrices[:, 1, 1] = 1.0
    matrices[:, 0, 0] = matrices[:, 2, 2] = np.cos(angles)
    matrices[:, 0, 2], matrices[:, 2, 0] = np.sin(angles), -np.sin(angles)
    return matrices
