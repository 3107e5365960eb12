"""The window: seconds of poses at any camera rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.recognition.window import Window, resample

Array = npt.NDArray[np.float64]


def motion(time: float) -> Array:
    """(2, 3) two joints at a time."""
    return np.array([[np.sin(time), 0.0, time], [1.0, np.cos(time), 2.0]])


def filled(rate: float, seconds: float = 3.0) -> Window:
    window = Window(2.0, 0.5)
    for stamp in np.arange(0, seconds + 1e-9, 1 / rate):
        window.add(motion(stamp), stamp)
    return window


@pytest.mark.parametrize("rate", [5, 15, 30, 60])
def test_the_rate_of_the_camera_does_not_matter(rate: float) -> None:
    expected = np.stack([motion(time) for time in np.linspace(1.0, 3.0, 32)])
    assert filled(rate).sampled(32) == pytest.approx(expected, abs=0.006)


def test_linear_motion_is_resampled_exactly() -> None:
    stamps = np.array([0.0, 0.4, 0.5, 1.3])
    points = stamps[:, None, None] * np.ones((4, 2, 3))
    times = np.linspace(0, 1.3, 9)
    assert resample(stamps, points, times)[:, 0, 0] == pytest.approx(times)


def test_outside_of_the_stamps_the_pose_is_held() -> None:
    points = np.array([1.0, 2.0])[:, None, None] * np.ones((2, 1, 3))
    found = resample(np.array([0.0, 1.0]), points, np.array([-1.0, 0.5, 9.0]))
    assert found[:, 0, 0] == pytest.approx([1.0, 1.5, 2.0])


def test_a_missing_joint_is_bridged_and_one_never_seen_stays_missing() -> None:
    stamps = np.arange(5.0)
    points = stamps[:, None, None] * np.ones((5, 3, 3))
    points[1:4, 1] = np.nan
    points[:, 2] = np.nan
    found = resample(stamps, points, stamps)
    assert found[:, 1, 0] == pytest.approx(stamps)
    assert np.isnan(found[:, 2]).all()


@given(st.lists(st.floats(0.001, 0.49), min_size=1, max_size=200))
def test_memory_is_bounded_by_the_window(steps: list[float]) -> None:
    window = Window(2.0, 0.5)
    stamps = np.cumsum(steps)
    for stamp in stamps:
        window.add(motion(stamp), float(stamp))
    inside = int((stamps > stamps[-1] - 2.0).sum())
    assert inside <= len(window._stamps) <= inside + 2
    assert window.sampled(16).shape == (16, 2, 3)


def test_a_short_gap_is_bridged_and_a_long_one_starts_anew() -> None:
    window = filled(10)
    window.add(motion(3.5), 3.5)
    assert window.filled == 1.0
    window.add(motion(4.1), 4.1)
    assert window.filled == 0.0
    window.add(motion(4.2), 4.2)
    assert window.filled == pytest.approx(0.05)
    assert window.start == 4.1


def test_time_jumping_back_starts_anew() -> None:
    window = filled(10)
    window.add(motion(1.0), 1.0)
    assert (window.newest, window.filled) == (1.0, 0.0)


def test_the_same_stamp_again_replaces_the_pose() -> None:
    window = Window(2.0, 0.5)
    window.add(motion(0.0), 0.0)
    window.add(motion(7.0), 0.0)
    assert window.filled == 0.0
    assert window.sampled(3)[-1] == pytest.approx(motion(7.0))


def test_an_empty_window_is_not_filled() -> None:
    window = Window(2.0, 0.5)
    assert window.filled == 0.0
    assert window.newest == -np.inf
