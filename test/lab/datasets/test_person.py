"""PERSON: bone lengths, and people of the simulation."""

from __future__ import annotations

import numpy as np

from pose_action_ros.lab.datasets.person import (
    INPUT_ROWS,
    OUTPUT_ROWS,
    PERSON,
)
from pose_action_ros.lab.datasets.simulated import (
    simulate_free_people,
    simulate_people,
    simulate_postures,
)
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.simulation.motions.postures import POSTURES
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17


def test_person_has_the_joints_of_both_skeletons() -> None:
    assert tuple(PERSON.joints[row] for row in INPUT_ROWS) == COCO_18.joints
    assert tuple(PERSON.joints[row] for row in OUTPUT_ROWS) == HUMAN36M_17.joints


def test_parents_come_first() -> None:
    assert all(parent < child for parent, child in PERSON.bones)


def test_simulated_people_do_every_action_and_differ_by_seed() -> None:
    first, second = (simulate_people(1, 3, 2, 0.1, seed=seed) for seed in (1, 2))
    assert tuple(first) == ACTIONS
    for action in ACTIONS:
        assert first[action].shape == (3, 2, 21, 3)
        assert not np.allclose(first[action], second[action])
    np.testing.assert_array_equal(first["bowing"], simulate_people(1, 3, 2, 0.1, seed=1)["bowing"])


def test_simulated_people_take_every_posture() -> None:
    people = simulate_postures(1, 2, 3, 0.1, seed=1)
    assert tuple(people) == POSTURES
    for clips in people.values():
        assert clips.shape == (2, 3, 21, 3)
        assert clips[..., 2].min() > -0.02
        assert np.linalg.norm(np.diff(clips, axis=1), axis=-1).max() < 0.8


def test_free_people_differ_by_seed_and_from_moment_to_moment() -> None:
    first, second = (simulate_free_people(2, 5, 3, 0.05, seed=seed) for seed in (1, 2))
    assert first.shape == (10, 3, 21, 3)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, simulate_free_people(2, 5, 3, 0.05, seed=1))
    arms = first[:, :, PERSON.index("left_wrist")] - first[:, :, PERSON.index("left_shoulder")]
    wrists = arms[:, 0]
    assert np.linalg.norm(arms[:, 1] - arms[:, 0], axis=1).max() < 0.4
    # The arms of a walker may hold something and stay as they are.
    assert np.median(np.linalg.norm(wrists[1:] - wrists[:-1], axis=1)) > 0.01
