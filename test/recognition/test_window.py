"""The window: the newest seconds of poses at equal steps, at any camera rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.window import Window, resample

Array = npt.NDArray[np.float64]

SPMF = SpmfSettings()
SECONDS, MAX_GAP = 2.0, 0.5
STEP = SECONDS / (SPMF.frames - 1)


def motion(time: float) -> Array:
    """(17, 3) a person who sways, each joint in its own way."""
    joint = np.arange(17.0)[:, None]
    return np.asarray(np.sin(joint * [1.0, 2.0, 3.0]) + 0.3 * np.sin(time + joint))


def watching(stamps: npt.ArrayLike, spmf: SpmfSettings = SPMF, seconds: float = SECONDS) -> Window:
    """A window that has seen the motion at these times."""
    window = Window(seconds, MAX_GAP, spmf)
    for stamp in np.asarray(stamps).tolist():
        window.add(motion(stamp), stamp)
    return window


def expected(times: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """The image of the motion at these times."""
    return enhanced_spmf([motion(time) for time in np.asarray(times).tolist()], SPMF)


def differing(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Mean difference of two images."""
    return float(np.abs(one.astype(int) - other).mean())


@given(st.integers(32, 150))
def test_poses_at_the_steps_give_their_image(count: int) -> None:
    stamps = np.arange(count) * STEP
    np.testing.assert_array_equal(watching(stamps).image(), expected(stamps[-32:]))


@pytest.mark.parametrize("rate", [5, 15, 30, 60, 240])
def test_the_rate_of_the_camera_hardly_matters(rate: float) -> None:
    stamps = np.arange(0, 4.0001, 1 / rate)
    newest = np.floor(stamps[-1] / STEP + 1e-6) * STEP
    image = watching(stamps).image()
    assert differing(image, expected(newest - np.arange(31, -1, -1) * STEP)) < 3


def test_uneven_stamps_give_nearly_the_same_image() -> None:
    rng = np.random.default_rng(2)
    stamps = np.concatenate([[0.0], np.sort(rng.uniform(0, 4, 150)), [62 * STEP]])
    stamps = stamps[stamps <= 62 * STEP]
    assert differing(watching(stamps).image(), expected(np.arange(31, 63) * STEP)) < 3


def test_before_the_first_pose_the_image_is_black() -> None:
    window = watching(np.arange(8) * STEP)
    image = window.image()
    assert not image[:, :20].any()
    assert image[:, -6:].any()
    assert not Window(SECONDS, MAX_GAP, SPMF).image().any()


def test_linear_motion_is_resampled_exactly() -> None:
    stamps = np.array([0.0, 0.4, 0.5, 1.3])
    points = stamps[:, None, None] * np.ones((4, 2, 3))
    times = np.linspace(0, 1.3, 9)
    assert resample(stamps, points, times)[:, 0, 0] == pytest.approx(times)


def test_outside_of_the_stamps_the_pose_is_constant() -> None:
    points = np.array([1.0, 2.0])[:, None, None] * np.ones((2, 1, 3))
    found = resample(np.array([0.0, 1.0]), points, np.array([-1.0, 0.5, 9.0]))
    assert found[:, 0, 0] == pytest.approx([1.0, 1.5, 2.0])
    alone = resample(np.array([3.0]), points[:1], np.array([0.0, 3.0, 9.0]))
    assert alone[:, 0, 0] == pytest.approx([1.0, 1.0, 1.0])


def test_a_joint_known_on_one_side_keeps_its_position() -> None:
    stamps = np.arange(4.0)
    points = stamps[:, None, None] * np.ones((4, 2, 3))
    points[1:3, 0] = np.nan
    found = resample(stamps, points, np.array([0.25, 1.5, 2.75]))
    assert found[[0, 2], 0, 0] == pytest.approx([0.0, 3.0])
    assert np.isnan(found[1, 0]).all()
    assert found[:, 1, 0] == pytest.approx([0.25, 1.5, 2.75])


@given(st.lists(st.floats(0.01, 0.49), min_size=6, max_size=40), st.integers(0, 2**32 - 1))
def test_later_poses_never_change_earlier_times(steps: list[float], seed: int) -> None:
    stamps = np.cumsum(steps)
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(len(stamps), 3, 3))
    points[rng.random((len(stamps), 3)) < 0.3] = np.nan
    half = len(stamps) // 2
    times = np.sort(rng.uniform(stamps[0], stamps[half - 1], 20))
    whole = resample(stamps, points, times)
    np.testing.assert_array_equal(whole, resample(stamps[:half], points[:half], times))


@given(st.lists(st.floats(0.001, 0.49), min_size=1, max_size=200))
def test_it_starts_at_the_pose_of_its_oldest_step(steps: list[float]) -> None:
    stamps = np.cumsum(steps)
    window = watching(stamps)
    newest = stamps[0] + np.floor((stamps[-1] - stamps[0]) / STEP + 1e-6) * STEP
    oldest = max(newest - SECONDS, stamps[0])
    assert window.start == pytest.approx(stamps[stamps <= oldest + 1e-6].max())
    assert window.newest == stamps[-1]
    assert window.filled == pytest.approx(min(1.0, (stamps[-1] - stamps[0]) / SECONDS))
    assert len(window._stamps) <= (stamps >= window.start).sum()


def test_a_short_gap_is_bridged_and_a_long_one_restarts() -> None:
    window = watching(np.arange(0, 3.01, 0.1))
    window.add(motion(3.5), 3.5)
    assert window.filled == 1.0
    window.add(motion(4.1), 4.1)
    assert (window.filled, window.start) == (0.0, 4.1)
    window.add(motion(4.2), 4.2)
    assert window.filled == pytest.approx(0.05)
    np.testing.assert_array_equal(window.image(), watching([4.1, 4.2]).image())


def test_an_earlier_stamp_restarts() -> None:
    window = watching(np.arange(0, 3.01, 0.1))
    window.add(motion(1.0), 1.0)
    assert (window.newest, window.filled) == (1.0, 0.0)
    np.testing.assert_array_equal(window.image(), watching([1.0]).image())


def test_the_same_stamp_again_is_ignored() -> None:
    window = watching([0.0, 0.1])
    before = window.image()
    window.add(motion(7.0), 0.1)
    np.testing.assert_array_equal(window.image(), before)


def test_an_empty_window_is_not_filled() -> None:
    window = Window(SECONDS, MAX_GAP, SPMF)
    assert window.filled == 0.0
    assert (window.start, window.newest) == (np.inf, -np.inf)


def test_at_most_a_window_of_steps_is_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    window = watching([0.0], seconds=1e-6)
    pushed: list[Array] = []
    monkeypatch.setattr(window._stream, "push", pushed.append)
    window.add(motion(0.4), 0.4)
    assert len(pushed) == SPMF.frames
    assert pushed[-1] == pytest.approx(motion(0.4), abs=1e-5)
