"""Writes .npz files of joint positions: people as a Kinect 2 sees them, standing upright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

JOINTS = {
    "SpineBase": ("", 0.9),
    "SpineMid": ("SpineBase", 1.1),
    "SpineShoulder": ("SpineMid", 1.42),
    "Neck": ("SpineShoulder", 1.5),
    "Head": ("Neck", 1.6),
    **{
        f"{limb}{side}": (above if above.startswith("Spine") else f"{above}{side}", up)
        for side in ("Left", "Right")
        for limb, above, up in (
            ("Hip", "SpineBase", 0.9),
            ("Knee", "Hip", 0.5),
            ("Ankle", "Knee", 0.1),
            ("Shoulder", "SpineShoulder", 1.4),
            ("Elbow", "Shoulder", 1.1),
            ("Wrist", "Elbow", 0.9),
        )
    },
}
"""Parent and height [m] of each joint; those of limbs are 0.2 m from the middle."""


def write_mocap(path: Path, frames: int = 3, noise: float = 0.0, **changes: Any) -> Path:
    """Write a recording `a` of the subject `b`, walking, 30 Hz.

    Args:
        path: .npz.
        frames: of the recording.
        noise: standard deviation of random motion [m].
        changes: arrays to add or to replace.
    """
    names = list(JOINTS)
    sides = [0.2 * (name.endswith("Left") - float(name.endswith("Right"))) for name in names]
    places = np.array([[x, up, 0.0] for x, (_, up) in zip(sides, JOINTS.values(), strict=True)])
    moved = np.random.default_rng(0).normal(0, noise, (frames, *places.shape))
    arrays: dict[str, Any] = {
        "names": ["a"],
        "subjects": ["b"],
        "labels": ["walking"],
        "descriptions": ["a walk"],
        "fps": 30.0,
        "joints": names,
        "parents": [names.index(parent) if parent else -1 for parent, _ in JOINTS.values()],
        "a/positions": (places + moved).astype(np.float32),
    }
    np.savez(path, **(arrays | changes))
    return path
