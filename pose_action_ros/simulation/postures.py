"""Postures of the arms while standing: where hands are when they do nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.reach import arm

Array = npt.NDArray[np.float64]
Arm = dict[str, npt.ArrayLike]
Rng = np.random.Generator


def hanging(body: Body, rng: Rng) -> Arm:
    """Arms down at the sides."""
    return {
        "flex": rng.normal(2, 6),
        "abduct": rng.normal(9, 3) + 6 * (body.build - 1) * 3,
        "rotate_in": rng.normal(15, 12),
        "elbow": abs(rng.normal(14, 8)),
        "pronate": rng.normal(25, 15),
        "curl": rng.uniform(0.15, 0.45),
    }


def on_hip(body: Body, rng: Rng) -> Arm:
    """Hand on the hip, elbow out."""
    aside = (body.half_hips * 1.9 - body.half_shoulders) / body.arm
    place = np.array([0.02, aside, -body.trunk * 0.88 / body.arm]) + rng.normal(0, 0.02, 3)
    return {
        **arm(body, place, [-0.35 + rng.normal(0, 0.15), 1.0, 0.1]),
        "pronate": rng.normal(55, 10),
        "wrist_flex": rng.uniform(20, 50),
        "curl": rng.uniform(0.2, 0.6),
    }


def in_front(body: Body, rng: Rng) -> Arm:
    """Hands held together before the belly or below."""
    place = np.array(
        [
            rng.uniform(0.22, 0.34),
            -(body.half_shoulders - rng.uniform(-0.01, 0.07)) / body.arm,
            -rng.uniform(0.5, 0.95) * body.trunk / body.arm,
        ]
    )
    return {
        **arm(body, place, [-0.4, 1.0, -rng.uniform(0.3, 1.2)]),
        "pronate": rng.normal(20, 15),
        "wrist_flex": rng.uniform(0, 25),
        "curl": rng.uniform(0.2, 0.6),
    }


def behind(body: Body, rng: Rng) -> Arm:
    """Hands held behind the back."""
    place = np.array([-0.24, -(body.half_shoulders - 0.05) / body.arm, -0.80 + rng.normal(0, 0.03)])
    return {
        **arm(body, place, [-0.6, 1.0, -0.2]),
        "pronate": rng.normal(30, 10),
        "curl": rng.uniform(0.2, 0.5),
    }


def in_pocket(body: Body, rng: Rng) -> Arm:
    """Hand in the trouser pocket."""
    place = np.array([0.10, 0.04, -body.trunk * 1.06 / body.arm]) + rng.normal(0, 0.015, 3)
    return {
        **arm(body, place, [-1.0, 0.9, 0.0]),
        "pronate": rng.normal(30, 8),
        "wrist_flex": rng.uniform(0, 15),
        "curl": 0.3,
    }


def bent(body: Body, rng: Rng) -> Arm:
    """Forearm ahead at the level of the belly, as when holding something or about to act."""
    return {
        "flex": rng.normal(8, 8),
        "abduct": rng.normal(12, 5) * body.build,
        "rotate_in": rng.normal(25, 15),
        "elbow": rng.uniform(60, 115),
        "pronate": rng.normal(30, 25),
        "curl": rng.uniform(0.2, 0.8),
    }


ARMS: Mapping[str, tuple[Callable[[Body, Rng], Arm], bool, float]] = {
    # name: (posture, both arms alike, how often)
    "hanging": (hanging, False, 0.56),
    "in_front": (in_front, True, 0.2),
    "behind": (behind, True, 0.05),
    "on_hip": (on_hip, False, 0.06),
    "in_pocket": (in_pocket, False, 0.07),
    "bent": (bent, False, 0.06),
}


def arm_posture(body: Body, rng: Rng, name: str = "") -> tuple[Arm, Arm]:
    """Left and right arm in the named posture, or in a random one, seldom a different one each."""
    if not name:
        shares = np.array([share for _, _, share in ARMS.values()])
        name = str(rng.choice(list(ARMS), p=shares / shares.sum()))
    make, alike, _ = ARMS[name]
    if alike:
        arms = make(body, rng)
        return arms, arms
    if name not in ("hanging", "bent") and rng.random() < 0.4:
        pair = (make(body, rng), hanging(body, rng))
        return pair if rng.random() < 0.5 else (pair[1], pair[0])
    if name == "hanging":
        left = hanging(body, rng)
        right = {key: np.asarray(value) + rng.normal(0, 0.8) for key, value in left.items()}
        return left, {**right, "curl": left["curl"]}
    return make(body, rng), make(body, rng)
