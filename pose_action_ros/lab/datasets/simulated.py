"""Simulated people as PERSON joints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.simulation import ACTIONS, FIGURE, Performance, perform
from pose_action_ros.simulation.free_movement import free_performance

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

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
    return {
        action: np.concatenate(
            [_moments(perform(action, rng), frames, 8.0, rng) for _ in range(performances)]
        )
        for action in ACTIONS
    }


def simulate_free_people(performances: int, frames: int, seed: int) -> Array:
    """People of random bodies moving freely.

    Args:
        performances: each of a body of its own.
        frames: kept of each, at random times of its first 25 seconds.
        seed: other seeds give other bodies and movements.

    Returns:
        (performances * frames, 21, 3) [m] PERSON joints, z up.
    """
    rng = np.random.default_rng(seed)
    parts = [_moments(free_performance(rng), frames, 25.0, rng) for _ in range(performances)]
    return np.concatenate(parts)


def _moments(performance: Performance, frames: int, seconds: float, rng: Rng) -> Array:
    """(frames, 21, 3) at random times."""
    return person_joints(performance.joints(np.sort(rng.uniform(0, seconds, frames))))
