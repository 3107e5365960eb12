"""Simulated people as PERSON joints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.datasets.person import PERSON
from pose_action_ros.simulation import ACTIONS, FIGURE, perform

Array = npt.NDArray[np.float64]

_JOINTS = np.array([FIGURE.index(name) for name in PERSON.joints])


def person_joints(figure: Array) -> Array:
    """PERSON joints (T, 21, 3) of simulated joints (T, J, 3)."""
    joints: Array = figure[:, _JOINTS]
    return joints


def simulate_people(performances: int, frames: int, seed: int) -> dict[str, Array]:
    """People of random bodies doing every action in many styles.

    Args:
        performances: of each action.
        frames: kept of each, at random times of its first eight seconds.
        seed: other seeds give other bodies and styles.

    Returns:
        (performances * frames, 21, 3) [m] PERSON joints, z up, by action.
    """
    rng = np.random.default_rng(seed)
    people = {}
    for action in ACTIONS:
        parts = []
        for _ in range(performances):
            times = np.sort(rng.uniform(0, 8, frames))
            parts.append(person_joints(perform(action, rng).joints(times)))
        people[action] = np.concatenate(parts)
    return people
