"""Sequences of data sets as augmented images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_files import optical_people
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.lab.training.action.sequence_examples import (
    SequenceExamples,
    augment,
    random_times,
)
from pose_action_ros.lab.training.action.settings import Augmentation
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.window import resample
from pose_action_ros.skeletons import MSR_20, SBU_15

Array = npt.NDArray[np.float64]
SPMF = SpmfSettings(skeleton="msr_20", joints="left_hand right_hand head", frames=8, height=24)
NONE = Augmentation(crop=0, warp=0, tilt=0, turn=0, scale=0, offset=0, jitter=0)
WHOLE = np.linspace(0, 1, 8)


def sequence(
    seed: int, people: int = 1, joints: int = 20, label: int = 0, frames: int = 12
) -> ActionSequence:
    points = optical_people(seed, frames, people, joints)
    return ActionSequence(f"s{seed}", points, label, ("a", "b")[:people], 15.0)


def poses(people: int = 1, joints: int = 20, count: int = 60) -> Array:
    """(count, 8, P, J, 3) the same poses again and again."""
    return np.repeat(sequence(0, people, joints).points[None, :8], count, axis=0)


@given(st.integers(0, 2**32 - 1))
def test_sampling_is_linear_between_frames_and_keeps_the_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = [sequence(number, frames=int(rng.integers(2, 20))) for number in range(5)]
    examples = SequenceExamples(items, 1, SPMF, NONE)
    times = np.sort(rng.random((3, 8)), axis=1)
    times[:, 0], times[:, -1] = 0, 1
    chosen = rng.integers(5, size=3)
    found = examples.sampled(chosen, times)
    for row, number in enumerate(chosen):
        points = items[number].points
        stamps = np.linspace(0, 1, len(points))
        expected = resample(stamps, points.reshape(len(points), -1, 3), times[row])
        assert found[row, :, 0] == pytest.approx(expected)
        assert found[row, 0] == pytest.approx(points[0])
        assert found[row, -1] == pytest.approx(points[-1])


def test_times_rise_within_the_sequence() -> None:
    rng = np.random.default_rng(0)
    assert random_times(2, 8, NONE, rng) == pytest.approx(np.tile(WHOLE, (2, 1)))
    times = random_times(500, 8, Augmentation(crop=0.2, warp=0.4), rng)
    assert (np.diff(times, axis=1) >= 0).all()
    assert (times >= 0).all()
    assert (times <= 1).all()
    assert 0.6 < (times[:, 0] > 0).mean() < 0.8


def test_augmentation_has_the_size_of_its_settings() -> None:
    rng, given_ = np.random.default_rng(0), poses()
    whole = augment(given_, MSR_20, NONE, rng)
    assert whole == pytest.approx(given_ - given_[:, :1, :1, :1])
    apart = np.abs(augment(given_, MSR_20, replace(NONE, offset=0.01), rng) - whole)
    assert apart.mean() == pytest.approx(0.01 * np.sqrt(2 / np.pi), rel=0.1)
    assert np.ptp(apart, axis=1).max() == pytest.approx(0, abs=1e-9)  # constant in time
    jitter = augment(given_, MSR_20, replace(NONE, jitter=0.01), rng) - whole
    assert jitter.std(axis=1).mean() == pytest.approx(0.01, rel=0.4)
    turned = augment(given_, MSR_20, replace(NONE, turn=40.0), rng)
    assert turned[..., 1] == pytest.approx(whole[..., 1])
    assert np.linalg.norm(turned, axis=-1) == pytest.approx(np.linalg.norm(whole, axis=-1))
    tilted = augment(given_, MSR_20, replace(NONE, tilt=10.0), rng)
    assert np.linalg.norm(tilted, axis=-1) == pytest.approx(np.linalg.norm(whole, axis=-1))
    assert np.abs(tilted[..., 1] - whole[..., 1]).max() > 0.01


def test_half_of_the_people_are_mirrored_and_half_in_another_order() -> None:
    rng, given_ = np.random.default_rng(0), poses(2, 15)
    orders = (given_[0], given_[0][:, ::-1])
    expected = [*orders, *(one[:, :, SBU_15.mirror] * [-1, 1, 1] for one in orders)]
    found = []
    for changed in augment(given_, SBU_15, replace(NONE, mirror=True), rng):
        same = [np.allclose(changed, one - one[:1, :1, :1]) for one in expected]
        assert sum(same) == 1
        found.append(same.index(True))
    assert np.bincount(found, minlength=4).min() > 5


def test_sequences_are_drawn_equally_often_and_determined_by_the_seed() -> None:
    items = [sequence(number, label=number % 3) for number in range(7)]
    examples = SequenceExamples(items, 3, SPMF, Augmentation())
    images, labels = examples.draw(21, np.random.default_rng(4))
    assert images.shape == (21, *SPMF.shape)
    assert np.bincount(labels).tolist() == [9, 6, 6]
    again, _ = examples.draw(21, np.random.default_rng(4))
    assert (images == again).all()


def test_unchanged_images_are_those_of_the_sequences() -> None:
    item = sequence(3)
    examples = SequenceExamples([item], 1, SPMF, Augmentation())
    points = resample(np.linspace(0, 1, 12), item.points[:, 0], WHOLE)
    assert np.abs(examples.images[0].astype(int) - enhanced_spmf(points, SPMF)).max() <= 4


def test_images_of_two_people_have_the_pairs_of_both() -> None:
    spmf = replace(SPMF, skeleton="sbu_15", people=2, height=32)
    examples = SequenceExamples([sequence(0, 2, 15)], 1, spmf, Augmentation())
    assert examples.images.shape == (1, *spmf.shape)
