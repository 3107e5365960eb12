"""Recorded motions on other bodies: bone lengths of random people, and people with such bones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.simulation.measures import random_measures

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

FIT: Final = 0.06
"""Standard deviation of the logarithm of a bone's length between motion capture systems."""
FIT_BREADTH: Final = 0.15
"""The same for the distances of the hips and of the shoulders, which the systems place differently:
hips 175 to 270 mm and shoulders 300 to 470 mm apart for adults."""

_MEASURES: Final = {
    "hip": "half_hips",
    "knee": "thigh",
    "ankle": "shin",
    "shoulder": "half_shoulders",
    "elbow": "upper_arm",
    "wrist": "forearm",
}
"""Measure of a body that is the bone that ends in a joint of the limbs."""

_ANKLES: Final = [PERSON.index("left_ankle"), PERSON.index("right_ankle")]
_LEGS: Final = [*_ANKLES, PERSON.index("left_knee"), PERSON.index("right_knee")]


def random_lengths(rng: Rng, count: int) -> Array:
    """Draw the bones (count, 21) [m] of random people, each by the joint at its end; the root's 0.

    Bodies are those of the simulation, recorded by a random motion capture system: each bone, the
    same on both sides, is multiplied by a random factor (FIT, FIT_BREADTH).
    """
    measures = random_measures(rng, count)
    lengths = np.zeros((count, len(PERSON)))
    for name, length in _bones(measures).items():
        spread = FIT_BREADTH if name in ("hip", "shoulder") else FIT
        fitted = length * np.exp(rng.normal(0.0, spread, count))
        for joint in (name, f"left_{name}", f"right_{name}"):
            if joint in PERSON.joints:
                lengths[:, PERSON.index(joint)] = fitted
    return lengths


def _bones(measures: Mapping[str, Array]) -> dict[str, Array]:
    """Bones (N,) [m] of people who look ahead, by the joint at the end, without the side.

    The face is that of the simulation (`simulation.kinematics`).
    """
    size, long, broad = (measures[f"head_{name}"] for name in ("height", "length", "breadth"))
    chin = measures["neck_and_head"] - size
    return {
        **{joint: measures[name] for joint, name in _MEASURES.items()},
        "spine": measures["trunk"] / 2,
        "neck": measures["trunk"] / 2,
        "head_top": measures["neck_and_head"],
        "nose": np.hypot(0.60 * long, chin + 0.41 * size),
        "eye": np.sqrt((0.11 * long) ** 2 + (0.215 * broad) ** 2 + (0.125 * size) ** 2),
        "ear": np.sqrt((0.60 * long) ** 2 + (0.52 * broad) ** 2 + (0.06 * size) ** 2),
    }


def on_bodies(joints: Array, lengths: Array) -> Array:
    """Put motions (..., 21, 3) [m], z up, on bodies with bones (..., 21) [m].

    The directions of all bones stay, so the posture does. Ways on the ground and the height of the
    lower ankle above it are multiplied by the ratio of the legs, so that standing feet stay where
    they are.
    """
    own = bone_lengths(joints)
    lengths = np.broadcast_to(lengths, own.shape)
    scale = lengths[..., _LEGS].sum(axis=-1) / np.maximum(own[..., _LEGS].sum(axis=-1), 1e-6)
    result: Array = joints * scale[..., None, None]
    for parent, child in PERSON.bones:
        bone = joints[..., child, :] - joints[..., parent, :]
        factor = lengths[..., child] / np.maximum(own[..., child], 1e-6)
        result[..., child, :] = result[..., parent, :] + bone * factor[..., None]
    lowest = joints[..., _ANKLES, 2].min(axis=-1) * scale
    result[..., 2] += (lowest - result[..., _ANKLES, 2].min(axis=-1))[..., None]
    return result


def bone_lengths(joints: Array) -> Array:
    """(..., 21) length [m] of the bone of people (..., 21, 3) that ends in each joint."""
    lengths = np.zeros(joints.shape[:-1])
    for parent, child in PERSON.bones:
        lengths[..., child] = np.linalg.norm(
            joints[..., child, :] - joints[..., parent, :], axis=-1
        )
    return lengths
