"""Recorded people as figures: joints stay, and the simulation's own figures come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import figure_of, person_joints
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, perform
from pose_action_ros.simulation.kinematics import pose_body

SEEDS = st.integers(0, 10_000)
SAME = [FIGURE.index(name) for name in PERSON.joints]
ALONG = ("upper_arm", "forearm", "thigh", "shin")


@given(SEEDS, st.sampled_from(ACTIONS))
def test_joints_stay_and_frames_are_rotations(seed: int, action: str) -> None:
    performance = perform(action, np.random.default_rng(seed))
    joints = person_joints(performance.joints([0.5, 2.0]))
    figure = figure_of(performance.body, joints)
    np.testing.assert_allclose(figure.joints[:, SAME], joints)
    assert np.isfinite(figure.joints).all()
    for frame in figure.frames.values():
        np.testing.assert_allclose(
            frame @ frame.swapaxes(1, 2), np.broadcast_to(np.eye(3), (2, 3, 3)), atol=1e-9
        )
        np.testing.assert_allclose(np.linalg.det(frame), 1.0)


@given(SEEDS, st.sampled_from(ACTIONS))
def test_limbs_hang_as_in_the_simulation(seed: int, action: str) -> None:
    performance = perform(action, np.random.default_rng(seed))
    truth = pose_body(performance.body, performance.channels([1.0]))
    figure = figure_of(performance.body, person_joints(truth.joints))
    for side in ("left", "right"):
        for part in ALONG:
            name = f"{side}_{part}"
            np.testing.assert_allclose(
                figure.frames[name][0, :, 2], truth.frames[name][0, :, 2], atol=1e-6
            )


@pytest.mark.parametrize("action", ["standing", "squatting", "waving_left"])
def test_trunk_and_feet_face_as_in_the_simulation(action: str) -> None:
    performance = perform(action, np.random.default_rng(1), Body())
    truth = pose_body(performance.body, performance.channels([1.0]))
    figure = figure_of(performance.body, person_joints(truth.joints))
    for name in ("pelvis", "chest", "head", "left_foot", "right_foot"):
        cosine = (figure.frames[name][0, :, 0] * truth.frames[name][0, :, 0]).sum()
        angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        assert angle < 40, name
    for name in ("left_big_toe", "right_heel", "left_hand", "right_mouth"):
        row = FIGURE.index(name)
        assert np.linalg.norm(figure.joints[0, row] - truth.joints[0, row]) < 0.15, name
