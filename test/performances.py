"""Performances of actions in several styles, for tests of motions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.simulation import FIGURE, Body, Performance, perform
from pose_action_ros.simulation.free_movement import FREE, free_performance

Array = npt.NDArray[np.float64]
several_styles = pytest.mark.parametrize(
    "styles",
    [range(2), pytest.param(range(2, 40), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)


def joint(joints: Array, name: str) -> Array:
    return joints[:, FIGURE.index(name)]


def performance_of(label: str, seed: int, body: Body | None = None) -> Performance:
    """Draw a performance of an action or of free movement."""
    rng = np.random.default_rng(seed)
    return free_performance(rng, body) if label == FREE else perform(label, rng, body)
