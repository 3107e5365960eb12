"""Free movement: places of the hands, hands and elbows outside the trunk."""

from __future__ import annotations

import numpy as np
import pytest

from performances import joint, performance_of, several_styles
from pose_action_ros.simulation import ACTIONS, Body
from pose_action_ros.simulation.free_movement import FREE
from pose_action_ros.simulation.motions.states import LOW


@pytest.mark.parametrize(
    ("count", "factor"), [(2, 1), pytest.param(30, 3, marks=pytest.mark.exhaustive)]
)
def test_free_movement_covers_more_places_of_hands_than_the_actions(
    count: int, factor: int
) -> None:
    """Places are cubes of a fifth of the arm's length."""

    def places(label: str, styles: int, seconds: float) -> set[tuple[int, ...]]:
        cubes: set[tuple[int, ...]] = set()
        for seed in range(styles):
            joints = performance_of(label, seed, Body()).joints(np.arange(0, seconds, 0.1))
            for side, out in (("left", 1), ("right", -1)):
                reach = joint(joints, f"{side}_wrist") - joint(joints, f"{side}_shoulder")
                rows = np.floor(reach * [1, out, 1] / (0.2 * Body().arm)).astype(int)
                cubes.update(map(tuple, rows.tolist()))
        return cubes

    upright = [label for label in ACTIONS if label not in LOW]
    free = places(FREE, count * len(upright) // 3, 24.0)  # as long as all actions
    actions = set[tuple[int, ...]]().union(*(places(label, count, 8.0) for label in upright))
    assert len(free - actions) > factor * len(actions - free)


@several_styles
def test_free_hands_and_elbows_stay_outside_the_trunk(styles: range) -> None:
    for seed in styles:
        joints = performance_of(FREE, seed).joints(np.arange(0, 25, 0.1))
        hips, neck = joint(joints, "mid_hip"), joint(joints, "neck")
        trunk = neck - hips
        for name in ("left_wrist", "right_wrist", "left_elbow", "right_elbow"):
            place = joint(joints, name) - hips
            along = np.clip(np.sum(place * trunk, axis=1) / np.sum(trunk**2, axis=1), 0, 1)
            assert (np.linalg.norm(place - along[:, None] * trunk, axis=1) < 0.08).mean() < 0.2
