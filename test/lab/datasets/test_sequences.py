"""Sequences of actions, and normalisation of bone lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_files import optical_people
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.sequences import (
    ActionSequence,
    bone_lengths,
    standard_bones,
)
from pose_action_ros.skeletons import MSR_20, SBU_15, SKELETONS, Skeleton

Array = npt.NDArray[np.float64]

skeletons = st.sampled_from(list(SKELETONS.values()))
seeds = st.integers(0, 2**32 - 1)


def sequence(**changes: Any) -> ActionSequence:
    values: dict[str, Any] = {
        "name": "one",
        "points": optical_people(0, 4, 1, 20),
        "label": 3,
        "subjects": ("s01",),
        "rate": 15.0,
    }
    return ActionSequence(**(values | changes))


def bones(points: Array, skeleton: Skeleton) -> Array:
    """(..., B, 3) one by one."""
    return np.stack([points[..., c, :] - points[..., p, :] for p, c in skeleton.bones], axis=-2)


def lengths_of(seed: int, skeleton: Skeleton) -> Array:
    lengths = np.random.default_rng(seed).uniform(0.05, 0.6, len(skeleton))
    lengths[skeleton.root] = 0
    return lengths


@given(skeletons, seeds)
def test_bones_get_their_lengths_and_keep_their_directions(skeleton: Skeleton, seed: int) -> None:
    points = optical_people(seed, 3, 2, len(skeleton))
    lengths = lengths_of(seed, skeleton)
    result = standard_bones(points, skeleton, lengths)
    children = [child for _, child in skeleton.bones]
    before, after = bones(points, skeleton), bones(result, skeleton)
    np.testing.assert_allclose(
        np.linalg.norm(after, axis=-1), lengths[children] + 0 * after[..., 0]
    )
    directions = before / np.linalg.norm(before, axis=-1, keepdims=True)
    np.testing.assert_allclose(after, directions * lengths[children, None], atol=1e-9)
    np.testing.assert_array_equal(result[..., skeleton.root, :], points[..., skeleton.root, :])


@given(skeletons, seeds)
def test_normalisation_is_idempotent_and_translation_invariant(
    skeleton: Skeleton, seed: int
) -> None:
    points = optical_people(seed, 3, 1, len(skeleton))
    lengths = lengths_of(seed, skeleton)
    once = standard_bones(points, skeleton, lengths)
    np.testing.assert_allclose(standard_bones(once, skeleton, lengths), once, atol=1e-9)
    shift = np.array([1.0, -2.0, 3.0])
    moved = standard_bones(points + shift, skeleton, lengths)
    np.testing.assert_allclose(moved, once + shift, atol=1e-9)


def test_bone_without_length_keeps_none() -> None:
    points = optical_people(0, 2, 1, 20)
    elbow, shoulder = MSR_20.index("left_elbow"), MSR_20.index("left_shoulder")
    points[..., elbow, :] = points[..., shoulder, :]
    result = standard_bones(points, MSR_20, np.full(20, 0.3))
    np.testing.assert_array_equal(result[..., elbow, :], result[..., shoulder, :])
    wrist = result[..., MSR_20.index("left_wrist"), :] - result[..., elbow, :]
    np.testing.assert_allclose(np.linalg.norm(wrist, axis=-1), 0.3)


@given(skeletons, seeds)
def test_measured_lengths_are_those_set(skeleton: Skeleton, seed: int) -> None:
    lengths = lengths_of(seed, skeleton)
    people = [optical_people(seed, frames, 1, len(skeleton)) for frames in (2, 5)]
    made = [sequence(points=standard_bones(points, skeleton, lengths)) for points in people]
    np.testing.assert_allclose(bone_lengths(made, skeleton), lengths)


def test_long_and_short_sequences_count_the_same() -> None:
    points = optical_people(0, 2, 1, 15)
    double = np.concatenate([2 * points] * 4)
    mean = bone_lengths([sequence(points=points), sequence(points=double)], SBU_15)
    np.testing.assert_allclose(mean, 1.5 * bone_lengths([sequence(points=points)], SBU_15))
    assert mean[SBU_15.root] == 0


def test_wrong_lengths_and_points_are_refused() -> None:
    points = optical_people(0, 2, 1, 20)
    for lengths in (np.ones(19), np.full(20, -1.0), np.full(20, np.nan)):
        with pytest.raises(InputError, match="expected 20 numbers from 0 for skeleton 'msr_20'"):
            standard_bones(points, MSR_20, lengths)
    with pytest.raises(InputError, match=r"expected \(..., 15, 3\) for skeleton 'sbu_15'"):
        standard_bones(points, SBU_15, np.ones(15))
    with pytest.raises(InputError, match="no sequences to measure"):
        bone_lengths([], SBU_15)


def test_sequence_has_a_read_only_copy_of_its_points() -> None:
    points = optical_people(0, 4, 1, 20)
    one = sequence(points=points)
    points[0] = 9
    assert one.points.max() < 9
    with pytest.raises(ValueError, match="read-only"):
        one.points[0] = 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": np.zeros((1, 1, 20, 3))}, "one: got 1 frames, expected 2 or more"),
        ({"points": np.full((2, 1, 20, 3), np.nan)}, "one: got points that are not finite"),
        ({"points": np.zeros((2, 2, 20, 3))}, r"one: got points \(2, 2, 20, 3\) of subjects"),
        ({"points": np.zeros((2, 20, 3))}, r"expected \(T, P, J, 3\) of one subject or two"),
        ({"points": np.zeros((2, 3, 20, 3)), "subjects": ("a", "b", "c")}, "one subject or two"),
        ({"label": -1}, "one: got label -1"),
        ({"rate": 0.0}, "rate 0.0 Hz, expected a label from 0 and a positive rate"),
    ],
)
def test_wrong_sequences_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sequence(**changes)
