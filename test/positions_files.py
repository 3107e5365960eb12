"""Writes files of CMU's positions: people who stand upright, facing z, y up; left is x."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

LIMBS = {"hip": 0.9, "knee": 0.5, "ankle": 0.1, "shoulder": 1.3, "elbow": 1.05, "wrist": 0.85}
"""Height [m] of the joints of limbs."""
SIDE = 0.15
"""[m] of a limb from the middle."""
# Parent and height [m] of the other joints; the thorax is missing, as in CMU's conversion.
_TRUNK = {
    "root": ("", 1.0),
    "upperback": ("root", 1.1),
    "thorax": ("upperback", 1.2),
    "lowerneck": ("thorax", 1.2),
    "upperneck": ("lowerneck", 1.3),
    "head_end": ("upperneck", 1.5),
    "lclavicle": ("thorax", 1.2),
    "rclavicle": ("thorax", 1.2),
}
_ABOVE = {"knee": "hip", "ankle": "knee", "elbow": "shoulder", "wrist": "elbow"}


def _joints() -> dict[str, tuple[str, tuple[float, float, float]]]:
    """Parents and positions; those above the thorax are lower by its length of 0.1 m."""
    joints = {name: (parent, (0.0, up, 0.0)) for name, (parent, up) in _TRUNK.items()}
    for side, sign in (("l", 1), ("r", -1)):
        for limb, up in LIMBS.items():
            above = {"hip": "root", "shoulder": f"{side}clavicle"}.get(limb)
            lower = 0.1 * (limb in {"shoulder", "elbow", "wrist"})
            parent = above or side + _ABOVE[limb]
            joints[side + limb] = (parent, (SIDE * sign, up - lower, 0.0))
    return joints


def write_positions(
    path: Path, splits: Sequence[str] = ("train",), lacking: str = "", width: int = 3
) -> Path:
    """Write a recording `standing/one` of four frames for each split.

    Args:
        path: .npz.
        splits: "train", "test" or both.
        lacking: name of a joint that is written wrongly.
        width: coordinates of a joint.
    """
    joints = _joints()
    names = list(joints)
    places = np.repeat([[place[:width] for _, place in joints.values()]], 4, axis=0)
    arrays: dict[str, Any] = {f"{split}/standing/one": places for split in splits}
    parents = [names.index(parent) if parent else -1 for parent, _ in joints.values()]
    written = [name.replace(lacking, "other") if lacking else name for name in names]
    np.savez(path, joint_names=np.array(written), parents=np.array(parents), **arrays)
    return path
