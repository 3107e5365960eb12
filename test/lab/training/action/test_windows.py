"""Windows for training equal the recogniser's; augmentation changes what it should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.augmentation import disturb, mirror
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.visible import LEGS, NO_ACTION, Visible
from pose_action_ros.lab.training.action.windows import (
    ENDING,
    OMITTED,
    PAUSE,
    PAUSED,
    WindowMixture,
    WindowSet,
    cut_window,
    find_windows,
)
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.window import Window
from pose_action_ros.skeletons import HUMAN36M_17
from properties import examples

NUMBERS = {"first": 0, "second": 1}


def number(name: str) -> int:
    return NUMBERS[name]


LEFT, RIGHT = HUMAN36M_17.index("left_wrist"), HUMAN36M_17.index("right_wrist")


def recording(seed: int = 0) -> LabelledPoses:
    """Ten seconds at 20 Hz with a gap of one second at 6; the action changes at 4."""
    rng = np.random.default_rng(seed)
    stamps = np.arange(0, 10, 0.05) + rng.uniform(0, 0.01, 200)
    stamps = stamps[(stamps < 6) | (stamps > 7)]
    points = rng.normal(0, 0.4, (len(stamps), 17, 3))
    return LabelledPoses(stamps, points, np.where(stamps < 4, "first", "second"))


def test_a_cut_window_equals_the_window_of_the_recogniser() -> None:
    one, spmf = recording(), SpmfSettings(frames=16)
    window, step = Window(2.0, 0.5, spmf), 2.0 / 15
    for frame, (stamp, points) in enumerate(zip(one.stamps, one.points, strict=True)):
        window.add(points, float(stamp))
        begun = float(one.stamps[one.starts[frame]])
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
    places = find_windows([one], number, every=0.2, settle=0.7, shortest=1.0)
    ends = one.stamps[[place.frame for place in places]]
    for begin in (0.0, 7.0):
        assert not ((ends > begin) & (ends < begin + 0.99)).any()
    assert not ((ends > 4 - ENDING) & (ends < 4.69)).any()
    assert np.diff(ends).min() >= 0.2
    assert all(place.label == (one.stamps[place.frame] >= 4) for place in places)


def test_an_empty_track_has_no_windows() -> None:
    empty = LabelledPoses(np.zeros(0), np.zeros((0, 17, 3)), np.zeros(0, "U1"))
    assert find_windows([empty], number, 0.2, 0.7, 1.0) == []


def test_the_mirror_swaps_sides_and_is_its_own_inverse() -> None:
    points = recording().points[:8].astype(np.float64)
    mirrored = mirror(points, HUMAN36M_17)
    assert mirrored[:, LEFT] == pytest.approx(points[:, RIGHT] * [-1, 1, 1])
    assert mirror(mirrored, HUMAN36M_17) == pytest.approx(points)
    together = mirror(np.stack([points, -points], axis=1), HUMAN36M_17)  # two people
    assert together[:, 0] == pytest.approx(mirrored)


def test_disturbed_windows_keep_their_shape_and_root() -> None:
    rng = np.random.default_rng(3)
    points = recording().points[:32].astype(np.float64)
    for _ in range(30):
        changed = disturb(points, rng)
        assert changed.shape == points.shape
        assert np.isfinite(changed).any()
        assert np.isfinite(changed[-1, 0]).all() or np.isnan(changed[:, 0]).all()


def test_disturbed_windows_lose_legs_and_arms_sometimes() -> None:
    rng = np.random.default_rng(3)
    points = recording().points[:32].astype(np.float64)
    missing = np.isnan([disturb(points, rng)[..., 0] for _ in range(1000)])  # (W, N, J)
    begun = ~missing.all(axis=2)  # where the track has begun
    legs = missing[..., LEGS].all(axis=2)
    assert 0.1 < np.all(legs | ~begun, axis=1).mean() < 0.2
    for part, low, high in (("wrist", 0.06, 0.16), ("elbow", 0.02, 0.1)):
        row = HUMAN36M_17.index(f"left_{part}")
        gone = missing[..., row] & begun
        some = gone.any(axis=1) & (~missing[..., row]).any(axis=1)
        assert low < some.mean() < high


def test_augmentation_swaps_the_labels_of_mirrored_windows() -> None:
    one = recording()
    places = find_windows([one], number, 0.5, 0.7, 1.0)
    windows = WindowSet([one], places, 2.0, SpmfSettings(), np.array([1, 0]))
    chosen = np.arange(len(places))
    images, labels = windows.augmented(chosen, np.random.default_rng(0))
    assert images.shape == (len(places), *SpmfSettings().shape)
    swapped = labels != windows.truth
    assert 0 < swapped.sum() < len(places)
    assert windows.images.shape == images.shape


def test_windows_that_lack_joints_show_no_action() -> None:
    one = recording()
    one.points[:, LEGS] = np.nan
    places = find_windows([one], number, 0.5, 0.7, 1.0)
    visible = Visible(("kicking", "waving_left"))
    windows = WindowSet([one], places, 2.0, SpmfSettings(), np.array([0, 1]), visible=visible)
    assert set(windows.truth.tolist()) == {NO_ACTION, 1}
    _, labels = windows.augmented(np.arange(len(places)), np.random.default_rng(0))
    assert set(labels.tolist()) <= {NO_ACTION, 1}


@examples(30)
@given(
    lengths=st.lists(st.floats(0.3, 3.0), min_size=2, max_size=8),
    settle=st.floats(0.0, 0.6),
    every=st.floats(0.05, 1.0),
    seed=st.integers(0, 100),
)
def test_windows_are_those_of_the_definition(
    lengths: list[float], settle: float, every: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ends = np.cumsum(lengths)
    stamps = np.sort(rng.uniform(0, ends[-1], int(20 * ends[-1])))
    part = np.searchsorted(ends, stamps, side="right")
    names = np.array(["first", UNKNOWN, "second", "skipped"])
    order = rng.integers(4, size=len(lengths))
    one = LabelledPoses(stamps, np.zeros((len(stamps), 17, 3)), names[order][part])
    classes = {"first": 0, "second": 1, UNKNOWN: PAUSED, "skipped": OMITTED}
    places = find_windows([one], classes.__getitem__, every, settle, 0.0)
    found = {place.frame: place.label for place in places}
    newest, before = -np.inf, ""
    for frame, label in enumerate(one.labels.tolist()):  # frame by frame
        same = [one.labels[other] == label for other in range(len(stamps))]
        begin = max((other + 1 for other in range(frame) if not same[other]), default=0)
        end = min((other for other in range(frame, len(stamps)) if not same[other]), default=None)
        held = stamps[frame] - stamps[begin]
        usable = held >= settle and label != "skipped"
        usable = usable and (label != UNKNOWN or held <= max(PAUSE, settle))
        usable = usable and (end is None or stamps[end] - stamps[frame] >= ENDING)
        usable = usable and (label != before or stamps[frame] - newest >= every)
        assert (frame in found) == usable
        if usable:
            newest, before = stamps[frame], label
            assert found[frame] == (NO_ACTION if label == UNKNOWN else classes[label])


def test_sources_have_their_shares_and_the_seed_determines_the_images() -> None:
    first, second = (
        WindowSet(
            [one], find_windows([one], known, 0.5, 0.7, 1.0), 2.0, SpmfSettings(), np.arange(2)
        )
        for one, known in ((recording(), number), (recording(1), lambda _: NO_ACTION))
    )
    empty = WindowSet([], [], 2.0, SpmfSettings(), np.array([0]))
    examples = WindowMixture({first: 0.9, second: 0.1, empty: 0.5}, 2)
    images, labels = examples.draw(100, np.random.default_rng(1))
    assert images.shape == (100, *SpmfSettings().shape)
    assert 0 < (labels == NO_ACTION).sum() < 25
    again, _ = examples.draw(100, np.random.default_rng(1))
    assert (again == images).all()
