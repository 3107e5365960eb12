"""Distances of people, smoothed over time."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lifting.depth_filter import TRACK_MEMORY, DepthFilter
from pose_action_ros.poses import UNTRACKED


def filtered(depths: list[float], person_id: int = 1, rate: float = 30.0) -> np.ndarray:
    depth_filter, smooth = DepthFilter(), []
    for number, depth in enumerate(depths):
        depth_filter.begin(number / rate)
        smooth.append(depth_filter([person_id], np.array([depth]))[0])
    return np.array(smooth)


def test_noise_at_rest_is_reduced() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 300)
    smooth = filtered((3 + noise).tolist())
    assert np.abs(np.diff(smooth[30:])).mean() < 0.25 * np.abs(np.diff(noise[30:])).mean()
    assert smooth[30:].mean() == pytest.approx(3.0, abs=0.02)


def test_a_walking_person_is_not_delayed() -> None:
    walk = np.linspace(4.0, 1.0, 60)  # 1.5 m/s
    assert np.abs(filtered(walk.tolist())[15:] - walk[15:]).max() < 0.2


def test_untracked_people_are_not_filtered() -> None:
    np.testing.assert_array_equal(filtered([3.0, 4.0, 2.0], UNTRACKED), [3.0, 4.0, 2.0])


def test_people_do_not_mix() -> None:
    depth_filter = DepthFilter()
    depth_filter.begin(0.0)
    depth_filter([1, 2], np.array([2.0, 5.0]))
    depth_filter.begin(0.03)
    smooth = depth_filter([2, 1], np.array([5.0, 2.0]))
    np.testing.assert_allclose(smooth, [5.0, 2.0])


def test_an_unknown_distance_stays_unknown() -> None:
    depth_filter = DepthFilter()
    depth_filter.begin(0.0)
    assert np.isnan(depth_filter([1], np.array([np.nan]))[0])
    assert depth_filter([1], np.array([3.0]))[0] == 3.0


@pytest.mark.parametrize("stamp", [TRACK_MEMORY + 0.1, -0.1])
def test_a_long_gap_or_an_earlier_stamp_restarts_the_filter(stamp: float) -> None:
    depth_filter = DepthFilter()
    depth_filter.begin(0.0)
    depth_filter([1], np.array([5.0]))
    depth_filter.begin(stamp)
    assert depth_filter([1], np.array([2.0]))[0] == 2.0
