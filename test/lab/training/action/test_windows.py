"""Windows for training equal the recogniser's; augmentation changes what it should."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lab.training.action.augmentation import disturb, mirror
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.windows import (
    NO_ACTION,
    WindowMixture,
    WindowSet,
    cut_window,
    find_windows,
)
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.window import Window
from pose_action_ros.skeletons import HUMAN36M_17

LEFT, RIGHT = HUMAN36M_17.index("left_wrist"), HUMAN36M_17.index("right_wrist")


def recording(seed: int = 0) -> LabelledPoses:
    """Ten seconds at 20 Hz with a gap of one second at 6; the action changes at 4."""
    rng = np.random.default_rng(seed)
    stamps = np.arange(0, 10, 0.05) + rng.uniform(0, 0.01, 200)
    stamps = stamps[(stamps < 6) | (stamps > 7)]
    points = rng.normal(0, 0.4, (len(stamps), 17, 3))
    return LabelledPoses(stamps, points, np.where(stamps < 4, 0, 1))


def test_a_cut_window_equals_the_window_of_the_recogniser() -> None:
    one, spmf = recording(), SpmfSettings(frames=16)
    window, step = Window(2.0, 0.5, spmf), 2.0 / 15
    for frame, (stamp, points) in enumerate(zip(one.stamps, one.points, strict=True)):
        window.add(points, float(stamp))
        begun = float(one.stamps[one.segment_starts(0.5)[frame]])
        # Times of the recogniser's window count from its first pose: equal where one is a stamp.
        if frame and abs((stamp - begun) / step - round((stamp - begun) / step)) < 1e-6:
            image = enhanced_spmf(cut_window(one, frame, 2.0, 16), spmf)
            assert np.abs(window.image().astype(int) - image).max() <= 1


def test_the_start_of_a_window_before_the_track_is_missing() -> None:
    one = recording()
    frame = int(np.searchsorted(one.stamps, 7.5))
    points = cut_window(one, frame, 2.0, 41)
    present = np.isfinite(points).all(axis=(1, 2))
    assert present.sum() == pytest.approx(41 * 0.25, abs=2)
    assert (np.diff(present.astype(int)) >= 0).all()


def test_windows_begin_after_the_action_and_the_track() -> None:
    one = recording()
    places = find_windows([one], every=0.2, settle=0.7, shortest=1.0)
    ends = one.stamps[[place.frame for place in places]]
    for begin in (0.0, 7.0):
        assert not ((ends > begin) & (ends < begin + 0.99)).any()
    assert not ((ends > 4) & (ends < 4.69)).any()
    assert np.diff(ends).min() >= 0.2
    assert all(place.label == (one.stamps[place.frame] >= 4) for place in places)


def test_an_empty_track_has_no_windows() -> None:
    empty = LabelledPoses(np.zeros(0), np.zeros((0, 17, 3)), np.zeros(0, np.int64))
    assert find_windows([empty], 0.2, 0.7, 1.0) == []


def test_the_mirror_swaps_sides_and_is_its_own_inverse() -> None:
    points = recording().points[:8]
    mirrored = mirror(points, HUMAN36M_17)
    assert mirrored[:, LEFT] == pytest.approx(points[:, RIGHT] * [-1, 1, 1])
    assert mirror(mirrored, HUMAN36M_17) == pytest.approx(points)
    together = mirror(np.stack([points, -points], axis=1), HUMAN36M_17)  # two people
    assert together[:, 0] == pytest.approx(mirrored)


def test_disturbed_windows_keep_their_shape_and_root() -> None:
    rng = np.random.default_rng(3)
    points = recording().points[:32]
    for _ in range(30):
        changed = disturb(points, rng)
        assert changed.shape == points.shape
        assert np.isfinite(changed[-1, 0]).all() or np.isnan(changed[:, 0]).all()


def test_augmentation_swaps_the_labels_of_mirrored_windows() -> None:
    one = recording()
    places = find_windows([one], 0.5, 0.7, 1.0)
    windows = WindowSet([one], places, 2.0, SpmfSettings(), np.array([1, 0]))
    chosen = np.arange(len(places))
    images, labels = windows.augmented(chosen, np.random.default_rng(0))
    assert images.shape == (len(places), *SpmfSettings().shape)
    swapped = labels != windows.truth
    assert 0 < swapped.sum() < len(places)
    assert windows.images.shape == images.shape


def test_labels_beyond_the_last_stand_for_no_action() -> None:
    one = recording()
    places = find_windows([one], 0.5, 0.7, 1.0)
    windows = WindowSet([one], places, 2.0, SpmfSettings(), np.array([0]))
    assert set(windows.truth.tolist()) == {0, NO_ACTION}
    _, labels = windows.augmented(np.arange(len(places)), np.random.default_rng(0))
    assert (labels == windows.truth).all()


def test_sources_have_their_shares_and_the_seed_determines_the_images() -> None:
    first, second = (
        WindowSet([one], find_windows([one], 0.5, 0.7, 1.0), 2.0, SpmfSettings(), mirrored)
        for one, mirrored in ((recording(), np.array([0, 1])), (recording(1), np.array([0])))
    )
    empty = WindowSet([], [], 2.0, SpmfSettings(), np.array([0]))
    examples = WindowMixture({first: 0.9, second: 0.1, empty: 0.5}, 2)
    images, labels = examples.draw(100, np.random.default_rng(1))
    assert images.shape == (100, *SpmfSettings().shape)
    assert 0 < (labels == NO_ACTION).sum() < 25
    again, _ = examples.draw(100, np.random.default_rng(1))
    assert (again == images).all()
