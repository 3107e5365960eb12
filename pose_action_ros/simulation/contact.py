"""Contact: the lowest points of the surface of a posed body, without clothes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body

Array = npt.NDArray[np.float64]

SOLE: Final = 0.008
"""Height of heel and toe joints above the ground, fraction of the body height."""
TRUNK: Final = ("chest", "belly", "seat")
SEAT: Final = ("seat", "left_hip", "right_hip")
"""Parts that sit on something."""
LYING: Final = (*TRUNK, "left_hip", "right_hip", "left_shoulder", "right_shoulder")
"""Parts that lie on something."""


def lowest(body: Body, points: Mapping[str, Array], frames: Mapping[str, Array]) -> Array:
    """(T,) height [m] of the lowest point of the surface.

    Args:
        body: measures.
        points: (T, 3) [m] of each joint.
        frames: (T, 3, 3) axes of each segment.
    """
    heights = part_heights(body, points, frames)
    low: Array = np.min(list(heights.values()), axis=0)
    return low


def part_heights(
    body: Body, points: Mapping[str, Array], frames: Mapping[str, Array]
) -> dict[str, Array]:
    """(T,) height [m] of the lowest point of each part: trunk, head and joints of the limbs."""
    heights = {
        name: _ellipsoid(points[joint], frames[frame], radii, offset)
        for name, (joint, frame, radii, offset) in _ellipsoids(body).items()
    }
    for name, radius in _radii(body).items():
        for side in ("left", "right"):
            heights[f"{side}_{name}"] = points[f"{side}_{name}"][..., 2] - radius
    return heights


def seat_radii(body: Body) -> tuple[float, float, float]:
    """Radii [m] of the ellipsoid around the hips: depth, breadth, height."""
    hips = body.hip_breadth / 2
    return 0.66 * hips, 0.99 * hips, 0.21 * body.trunk


def _ellipsoids(body: Body) -> dict[str, tuple[str, str, tuple[float, ...], tuple[float, ...]]]:
    """Joint, frame, radii [m] and offset [m] of the centre along the axes of the frame."""
    half = body.trunk / 2
    long, broad, high = body.head_length, body.head_breadth, body.head_height
    chest = (0.46 * body.chest_depth, body.chest_breadth / 2, 0.72 * half)
    belly = (body.waist_depth / 2, body.waist_breadth / 2, 0.75 * half)
    skull = (0.50 * long, 0.49 * broad, 0.50 * high)
    return {
        "chest": ("neck", "chest", chest, (0.0, 0.0, -0.6 * half)),
        "belly": ("spine", "lumbar", belly, (0.0, 0.0, -0.25 * half)),
        "seat": ("mid_hip", "pelvis", seat_radii(body), (-0.015 * body.hip_breadth, 0.0, 0.0)),
        "head": ("head_top", "head", skull, (0.03 * long, 0.0, -0.5 * high)),
    }


def _ellipsoid(
    joint: Array, frame: Array, radii: tuple[float, ...], offset: tuple[float, ...]
) -> Array:
    """(T,) lowest height of an ellipsoid: that of its centre minus its support downwards."""
    down = frame[..., 2, :]  # (T, 3) world z along the axes
    centre = joint[..., 2] + down @ np.array(offset)
    height: Array = centre - np.linalg.norm(down * np.array(radii), axis=-1)
    return height


def radius(girth: float) -> float:
    """Radius of a round limb from its girth."""
    return girth / (2 * np.pi)


def _radii(body: Body) -> dict[str, float]:
    """Radius [m] of the surface around each joint of the limbs; fingers give way."""
    calf, thigh = radius(body.calf_girth), radius(body.thigh_girth)
    arm, forearm = radius(body.upper_arm_girth), radius(body.forearm_girth)
    return {
        "shoulder": 1.02 * arm,
        "elbow": 0.84 * forearm,
        "wrist": 0.56 * forearm,
        "hand": 0.09 * body.hand,
        "hip": 0.95 * thigh,
        "knee": calf,
        "ankle": 0.62 * calf,
        **dict.fromkeys(("heel", "big_toe", "small_toe"), SOLE * body.height),
    }
