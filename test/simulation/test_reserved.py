"""Laws of the movements that no model is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.simulation import ACTIONS, FIGURE, OTHERS, perform
from pose_action_ros.simulation.channels import CHANNELS, LATERAL, Channels
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions.postures import POSTURES
from pose_action_ros.simulation.motions.reserved import RESERVED

TIMES = np.arange(0.0, 8.0, 0.05)
each = pytest.mark.parametrize("label", RESERVED)


def test_no_training_has_these_names() -> None:
    assert not set(RESERVED) & {*ACTIONS, *OTHERS, *POSTURES}


@each
def test_people_stay_on_the_floor_or_the_stair_and_move_like_people(label: str) -> None:
    for seed in range(2):
        performance = perform(label, np.random.default_rng(seed))
        joints = performance.joints(TIMES)
        assert joints[..., 2].min() > -0.02
        highest = max([0.0, *(box.top for box in performance.furniture)])
        assert joints[..., 2].min(axis=1).max() < 0.03 + highest
        speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) / 0.05
        assert speed.max() < 8
        assert performance.labels([0.0, 5.0]) == [label, label]


@each
def test_mirrored_channels_give_mirrored_joints_and_the_seed_the_same(label: str) -> None:
    performance = perform(label, np.random.default_rng(5))
    channels = performance.channels(TIMES[::10])
    mirrored = Channels.zeros(len(channels))
    for name in CHANNELS:
        side, _, rest = name.partition("_")
        other = {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, name)
        mirrored[other] = (-1 if name in LATERAL else 1) * channels[name]
    joints = performance.joints(TIMES[::10])
    expected = joints[:, FIGURE.mirror] * [1, -1, 1]
    assert np.allclose(pose_body(performance.body, mirrored).joints, expected, atol=1e-9)
    again = perform(label, np.random.default_rng(5))
    np.testing.assert_array_equal(again.joints(TIMES[::10]), joints)


def test_a_step_up_ends_on_the_stair() -> None:
    performance = perform("stepping_up", np.random.default_rng(1))
    (stair,) = performance.furniture
    channels = performance.channels(np.arange(0.0, 20.0, 0.05))
    assert channels["lift"].max() == pytest.approx(stair.top)
    assert channels["lift"].min() == 0
