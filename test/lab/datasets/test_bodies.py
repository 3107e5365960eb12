"""Motions on other bodies: directions stay, lengths are those of the body, feet stay down."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.datasets.bodies import FIT_BREADTH, bone_lengths, on_bodies, random_lengths
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import person_joints
from pose_action_ros.simulation import ACTIONS, Body, perform
from pose_action_ros.simulation.channels import Channels
from pose_action_ros.simulation.kinematics import pose_body
from properties import examples

Array = npt.NDArray[np.float64]
ANKLES = [PERSON.index("left_ankle"), PERSON.index("right_ankle")]


def motion(action: str, seed: int) -> Array:
    performance = perform(action, np.random.default_rng(seed))
    return person_joints(performance.joints(np.arange(0, 2, 0.25)))


@examples(20)
@given(st.integers(0, 1000), st.sampled_from(ACTIONS))
def test_bones_are_those_of_the_body_and_directions_stay(seed: int, action: str) -> None:
    joints = motion(action, seed)
    lengths = random_lengths(np.random.default_rng(seed), len(joints))
    moved = on_bodies(joints, lengths)
    np.testing.assert_allclose(bone_lengths(moved), lengths, atol=1e-9)
    for parent, child in PERSON.bones:
        before, after = (j[:, child] - j[:, parent] for j in (joints, moved))
        assert np.sum(before * after, axis=1) == pytest.approx(
            np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        )


@examples(20)
@given(st.integers(0, 1000), st.sampled_from(ACTIONS))
def test_the_own_bones_change_nothing(seed: int, action: str) -> None:
    joints = motion(action, seed)
    np.testing.assert_allclose(on_bodies(joints, bone_lengths(joints)), joints, atol=1e-9)


def test_standing_feet_stay_at_the_height_of_the_ankles() -> None:
    clips = motion("standing", 1).reshape(2, 4, 21, 3)
    lengths = random_lengths(np.random.default_rng(0), 2)
    moved = on_bodies(clips, lengths[:, None])
    legs = lengths[:, PERSON.index("left_knee")] + lengths[:, PERSON.index("left_ankle")]
    own = bone_lengths(clips[0, 0])
    before = own[PERSON.index("left_knee")] + own[PERSON.index("left_ankle")]
    lowest = moved[..., ANKLES, 2].min(axis=-1)
    np.testing.assert_allclose(
        lowest, clips[..., ANKLES, 2].min(axis=-1) * (legs / before)[:, None], rtol=1e-9
    )


def test_random_bones_are_those_of_random_bodies_and_vary_more() -> None:
    """The bones without the fit of a motion capture system are those of the posed figure."""
    lengths = random_lengths(np.random.default_rng(0), 4000)
    figures = [Body.random(np.random.default_rng(seed)) for seed in range(400)]
    posed = np.stack([bone_lengths(person_of(body)) for body in figures])
    for name in PERSON.joints[1:]:
        row = PERSON.index(name)
        ratio = np.median(lengths[:, row]) / np.median(posed[:, row])
        assert ratio == pytest.approx(1.0, abs=0.06), name
    hips = lengths[:, PERSON.index("left_hip")]
    assert np.log(hips).std() > 0.9 * FIT_BREADTH
    np.testing.assert_array_equal(hips, lengths[:, PERSON.index("right_hip")])


def person_of(body: Body) -> Array:
    """PERSON joints (21, 3) of a body in the neutral pose."""
    joints: Array = person_joints(pose_body(body, Channels.zeros(1)).joints)[0]
    return joints
