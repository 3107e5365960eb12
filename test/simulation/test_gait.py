"""Walking: arms and legs swing together, held arms, pauses, people stay within the room."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from performances import joint, several_styles
from pose_action_ros.simulation import Body, perform
from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.simulation.motions.gait import HELD, walking


def test_opposite_arm_and_leg_swing_together() -> None:
    joints = perform("walking", np.random.default_rng(1)).joints(np.arange(0, 8, 0.02))
    hips = joint(joints, "mid_hip")
    across = joint(joints, "left_hip") - joint(joints, "right_hip")
    ahead = np.cross(across, [0, 0, 1])
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    swing = {
        name: np.sum((joint(joints, name) - hips) * ahead, axis=1)
        for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle")
    }
    legs = swing["left_ankle"] - swing["right_ankle"]
    arms = swing["left_wrist"] - swing["right_wrist"]
    assert np.corrcoef(legs, arms)[0, 1] < -0.7


@pytest.mark.parametrize("label", ["walking", "running"])
@several_styles
def test_walking_stays_within_the_room(label: str, styles: range) -> None:
    for seed, room in product(styles, (0.0, 0.6, 1.1, 2.0)):
        performance = perform(label, np.random.default_rng(seed), room=room)
        hips = joint(performance.joints(np.arange(0, 20, 0.1)), "mid_hip")
        assert np.linalg.norm(hips[:, :2], axis=1).max() < max(2 * room, 0.3)


def test_walking_people_hold_their_arms_in_many_ways() -> None:
    for seed, name in product(range(7), HELD):
        body = Body()
        motion = walking(body, np.random.default_rng(seed), 1.0, arms=name)
        channels = motion(np.arange(0.0, 8.0, 0.04)).limited()
        stride = np.ptp(channels["left_hip_flex"])
        assert stride > 5
        swing = np.min([np.ptp(channels[f"{side}_flex"]) for side in SIDES])
        if name != "swing":
            assert swing < 0.4 * 60


def test_walking_at_times_stops_and_says_so() -> None:
    stops = 0
    for seed in range(40):
        performance = perform("walking", np.random.default_rng(seed), room=1.0)
        channels = performance.channels(np.arange(0, 20, 0.1))
        still = channels["phase"] == 1
        if still.any():
            stops += 1
            assert np.ptp(np.abs(np.diff(channels["left_knee"]))[still[1:]]) < 20
    assert 2 < stops < 20
