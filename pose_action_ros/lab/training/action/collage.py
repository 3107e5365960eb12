"""Collages: windows made of short pieces of others, as people move who dance, play or fidget.

No piece lasts long enough to be an action, so that a collage is an outlier with the postures and
speeds of actions, for outlier exposure (Hendrycks, Mazeika, Dietterich, ICLR 2019).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

PIECE: Final = (0.12, 0.25)
"""Least and greatest length of a piece, as a share of the window."""
_BLENDED: Final = 2  # frames on each side of a seam
_SIDES: Final = [
    tuple(HUMAN36M_17.index(f"{side}_{part}") for side in ("left", "right"))
    for part in ("hip", "shoulder")
]


def collage(windows: Array, rng: Rng) -> Array:
    """A window (T, 17, 3) of pieces of `windows` (B, T, 17, 3), all facing the same way."""
    frames = windows.shape[1]
    low, high = (max(2, round(share * frames)) for share in PIECE)
    result = np.empty(windows.shape[1:])
    facing, first = None, 0
    while first < frames:
        count = int(rng.integers(low, high + 1))
        source = windows[rng.integers(len(windows))]
        begin = int(rng.integers(max(1, frames - count + 1)))
        piece = source[begin : begin + count][: frames - first]
        own = _facing(piece)
        if facing is None:
            facing = own
        elif own is not None:
            piece = piece @ _about_vertical(facing - own)
        result[first : first + len(piece)] = piece
        _blend(result, first)
        first += len(piece)
    return result


def _facing(points: Array) -> float | None:
    """Direction of the hips, or shoulders, about the vertical [rad]; None without both."""
    for left, right in _SIDES:
        across = (points[:, left] - points[:, right])[:, [0, 2]]  # (T, 2)
        present = across[np.isfinite(across).all(axis=1)]
        if len(present):
            x, z = present.mean(axis=0)
            return float(np.arctan2(z, x))
    return None


def _about_vertical(angle: float) -> Array:
    """(3, 3) that turns row vectors by an angle [rad] from x to z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _blend(points: Array, seam: int) -> None:
    """Replace frames about a seam of (T, 17, 3) by lines between their neighbours, in place."""
    before, after = seam - _BLENDED, seam + _BLENDED - 1
    if before < 0 or after >= len(points):
        return
    share = np.linspace(0, 1, after - before + 1)[:, None, None]
    points[before : after + 1] = (1 - share) * points[before] + share * points[after]
