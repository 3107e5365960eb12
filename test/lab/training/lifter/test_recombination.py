"""Recombined and tilted people keep their bones, and nothing else changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_action_ros.lab.datasets.bodies import bone_lengths
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import simulate_free_people
from pose_action_ros.lab.training.lifter.recombination import recombined, toppled

Array = npt.NDArray[np.float64]
LIMBS = [
    PERSON.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "elbow", "wrist")
]
TRUNK = [row for row in range(len(PERSON)) if row not in LIMBS]


@pytest.fixture(scope="module")
def clips() -> Array:
    people = simulate_free_people(12, 1, 3, 1 / 15, 5)
    return people.astype(np.float64)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), share=st.floats(0, 1))
def test_limbs_come_whole_from_one_of_the_people(clips: Array, seed: int, share: float) -> None:
    people = recombined(clips, share, np.random.default_rng(seed))
    np.testing.assert_array_equal(people[:, :, TRUNK], clips[:, :, TRUNK])
    lengths, donors = bone_lengths(people), bone_lengths(clips)
    for row in LIMBS:
        gaps = np.abs(lengths[:, None, :, row] - donors[None, :, :, row]).max(axis=-1)
        assert gaps.min(axis=1).max() < 1e-6


def test_a_limb_keeps_its_angles(clips: Array) -> None:
    people = recombined(clips, 1.0, np.random.default_rng(1))
    elbows = [_knee_angles(people), _knee_angles(clips)]
    gaps = np.abs(elbows[0][:, None] - elbows[1][None]).max(axis=-1)
    assert gaps.min(axis=1).max() < 1e-6
    assert not np.allclose(people, clips)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), share=st.floats(0, 1))
def test_a_tilt_moves_all_images_of_a_clip_alike(clips: Array, seed: int, share: float) -> None:
    people = toppled(clips, share, np.random.default_rng(seed))
    np.testing.assert_allclose(_distances(people), _distances(clips), atol=1e-9)
    np.testing.assert_allclose(_speeds(people), _speeds(clips), atol=1e-9)


def test_no_share_changes_nothing(clips: Array) -> None:
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(recombined(clips, 0.0, rng), clips)
    np.testing.assert_array_equal(toppled(clips, 0.0, rng), clips)


def _knee_angles(people: Array) -> Array:
    """(N, M) cosine between left thigh and shin."""
    hip, knee, ankle = (people[:, :, PERSON.index(f"left_{n}")] for n in ("hip", "knee", "ankle"))
    thigh, shin = knee - hip, ankle - knee
    lengths = np.linalg.norm(thigh, axis=-1) * np.linalg.norm(shin, axis=-1)
    cosine: Array = (thigh * shin).sum(axis=-1) / lengths
    return cosine


def _distances(people: Array) -> Array:
    """(N, M, 21, 21) between all joints of each image."""
    distances: Array = np.linalg.norm(people[:, :, None] - people[:, :, :, None], axis=-1)
    return distances


def _speeds(people: Array) -> Array:
    """(N, M - 1) way of the root between images."""
    speeds: Array = np.linalg.norm(np.diff(people[:, :, 0], axis=1), axis=-1)
    return speeds
