"""Sequences of data sets as images: as they are, and augmented, still the same action."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from action_files import optical_people
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.lab.training.action.protocols import SequenceExamples, augment, sample
from pose_action_ros.lab.training.action.settings import Augmentation
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.skeletons import MSR_20, SBU_15

SPMF = SpmfSettings(skeleton="msr_20", joints="left_hand right_hand head", frames=8, height=24)
NONE = Augmentation(crop=0, warp=0, tilt=0, turn=0, scale=0, offset=0, jitter=0)


def sequence(seed: int, people: int = 1, joints: int = 20, label: int = 0) -> ActionSequence:
    points = optical_people(seed, 12, people, joints)
    return ActionSequence(f"s{seed}", points, label, ("a", "b")[:people], 15.0)


def test_without_changes_an_augmented_sequence_is_the_whole_one() -> None:
    points = sequence(0).points
    same = augment(points, MSR_20, 8, NONE, np.random.default_rng(0))
    whole = sample(points, np.linspace(0, 1, 8))
    assert same == pytest.approx(whole - whole[:1, :1, :1])


def test_sampling_keeps_the_ends_and_goes_straight_between_frames() -> None:
    points = sequence(0).points
    found = sample(points, np.array([0.0, 0.5 / 11, 1.0]))
    assert found[0] == pytest.approx(points[0])
    assert found[1] == pytest.approx((points[0] + points[1]) / 2)
    assert found[2] == pytest.approx(points[-1])


def test_augmentation_changes_about_as_much_as_it_says() -> None:
    rng, points = np.random.default_rng(0), sequence(0).points
    whole = augment(points, MSR_20, 8, NONE, rng)
    apart = [
        np.abs(augment(points, MSR_20, 8, replace(NONE, offset=0.01), rng) - whole).mean()
        for _ in range(50)
    ]
    assert np.mean(apart) == pytest.approx(0.01 * np.sqrt(2 / np.pi), rel=0.1)
    for _ in range(20):
        turned = augment(points, MSR_20, 8, replace(NONE, turn=40.0), rng)
        assert turned[..., 1] == pytest.approx(whole[..., 1])
        assert np.linalg.norm(turned, axis=-1) == pytest.approx(np.linalg.norm(whole, axis=-1))


def test_half_of_the_sequences_are_seen_in_a_mirror_if_it_is_asked_for() -> None:
    rng, points = np.random.default_rng(0), sequence(0, people=2, joints=15).points
    mirrored = replace(NONE, mirror=True)
    whole = sample(points, np.linspace(0, 1, 8))
    orders = (whole, whole[:, ::-1])
    expected = [*orders, *(one[:, :, SBU_15.mirror] * [-1, 1, 1] for one in orders)]
    found = []
    for _ in range(60):
        changed = augment(points, SBU_15, 8, mirrored, rng)
        same = [np.allclose(changed, one - one[:1, :1, :1]) for one in expected]
        assert sum(same) == 1
        found.append(same.index(True))
    assert np.bincount(found, minlength=4).min() > 5


def test_every_sequence_is_drawn_as_often_and_the_same_for_the_same_seed() -> None:
    items = [sequence(number, label=number % 3) for number in range(7)]
    examples = SequenceExamples(items, 3, SPMF, Augmentation())
    images, labels = examples.draw(21, np.random.default_rng(4))
    assert images.shape == (21, *SPMF.shape)
    assert np.bincount(labels).tolist() == [9, 6, 6]
    again, _ = examples.draw(21, np.random.default_rng(4))
    assert (images == again).all()


def test_plain_images_are_those_of_the_sequences() -> None:
    item = sequence(3)
    examples = SequenceExamples([item], 1, SPMF, Augmentation())
    points = sample(item.points, np.linspace(0, 1, 8))[:, 0]
    assert (examples.images[0] == enhanced_spmf(points, SPMF)).all()


def test_two_people_change_places_now_and_then() -> None:
    points = sequence(0, people=2, joints=15).points
    rng = np.random.default_rng(0)
    whole = sample(points, np.linspace(0, 1, 8))
    kept = [
        np.allclose(augment(points, MSR_20, 8, NONE, rng), whole - whole[:1, :1, :1])
        for _ in range(40)
    ]
    assert 8 < sum(kept) < 32
    spmf = replace(SPMF, skeleton="sbu_15", people=2, height=32)
    examples = SequenceExamples([sequence(0, 2, 15)], 1, spmf, Augmentation())
    assert examples.images.shape == (1, *spmf.shape)
