"""Position of a person in front of the camera, from the rays and the root-relative pose.

A joint at X + t lies on the ray (u, v) when u (Z + tz) = X + tx and v (Z + tz) = Y + ty: linear in
t, so weighted least squares has a closed form (for example Mehta et al. 2017, VNect, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# The joints of both skeletons.
_NAMES = tuple(name for name in HUMAN36M_17.joints if name in COCO_18.joints)
DETECTED = np.array([COCO_18.index(name) for name in _NAMES])
LIFTED = np.array([HUMAN36M_17.index(name) for name in _NAMES])

_LEAST_JOINTS = 4
_NEAREST = 0.2  # [m]: a joint closer than this, or behind the camera, cannot be in the image


@dataclass(frozen=True, eq=False)
class Placement:
    """Possible positions of N people: one for each depth, and the best depth.

    Attributes:
        depths: (N,) [m] z of the root that fits best.
        solved: (N,) True if it is defined: enough joints, apart from each other, all in front of
            the camera.
        directions: (N, 2) x/z and y/z along which the root moves with its depth.
        offsets: (N, 2) [m] x and y of the root at depth 0.
    """

    depths: Array
    solved: Flags
    directions: Array
    offsets: Array

    def at(self, depths: Array) -> Array:
        """Best positions (N, 3) [m] of the roots at depths (N,)."""
        return np.column_stack([self.directions * depths[:, None] + self.offsets, depths])


def place(rays: Array, scores: Array, points: Array) -> Placement:
    """Locate the roots of N people.

    Args:
        rays: (N, 18, 2) x/z and y/z of COCO-18 joints, NaN if missing.
        scores: (N, 18) their weights, 0 if missing.
        points: (N, 17, 3) [m] Human3.6M joints relative to the root, optical frame.
    """
    plane, lifted = rays[:, DETECTED], points[:, LIFTED]
    known: Flags = np.isfinite(np.concatenate([plane, lifted], axis=-1)).all(axis=-1)
    weights = np.where(known, scores[:, DETECTED], 0.0)
    plane, lifted = np.where(known[..., None], plane, 0.0), np.where(known[..., None], lifted, 0.0)
    enough = (weights > 0).sum(axis=1) >= _LEAST_JOINTS
    found = _solve(plane, lifted, weights)
    joints = np.where(weights > 0, lifted[..., 2] + found.depths[:, None], np.inf)
    return replace(found, solved=enough & found.solved & (joints.min(axis=1) > _NEAREST))


def _solve(plane: Array, lifted: Array, weights: Array) -> Placement:
    """Least squares of w (u tz - tx - (X - u Z)) and the same for v."""
    total = np.maximum(weights.sum(axis=1), 1e-9)[:, None]  # (N, 1)
    share = (weights / total)[..., None]  # (N, J, 1)
    offsets = lifted[..., :2] - plane * lifted[..., 2:]  # (N, J, 2)
    mean_plane, mean_offset = (share * plane).sum(axis=1), (share * offsets).sum(axis=1)
    # With the means taken out, tx and ty vanish and the depth stands alone.
    spread = plane - mean_plane[:, None]
    squared = (share * spread**2).sum(axis=(1, 2))
    solved = squared > 1e-8
    depths = (share * spread * offsets).sum(axis=(1, 2)) / np.where(solved, squared, 1.0)
    return Placement(depths, solved, mean_plane, -mean_offset)
