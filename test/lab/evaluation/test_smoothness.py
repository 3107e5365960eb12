"""Acceleration error and delay of poses with a known noise and a known delay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.evaluation.smoothness import LAGS, Motion, acceleration_error, delay

Array = npt.NDArray[np.float64]
JOINTS = 17


def swinging(times: Array, seed: int = 0) -> Array:
    """(T, 17, 3) joints that swing at several frequencies."""
    rng = np.random.default_rng(seed)
    rates, phases, sizes = rng.uniform(0, 1, (3, JOINTS, 3))
    angles = (2 + 7 * rates) * times[:, None, None] + 6 * phases
    return np.asarray(0.3 * sizes * np.sin(angles))


def delayed(images: float, seed: int = 0, noise: float = 0.0) -> Motion:
    times = np.arange(200) / 25
    late = swinging(times - images / 25, seed)
    return Motion(late + np.random.default_rng(seed).normal(0, noise, late.shape), swinging(times))


@given(st.floats(LAGS[1], LAGS[-2]))
def test_delay_is_found_between_images(images: float) -> None:
    found, correlation = delay([delayed(images), delayed(images)])
    assert found == pytest.approx(images, abs=0.05)
    assert correlation > 0.9


def test_noise_and_missing_joints_do_not_change_the_delay() -> None:
    motion = delayed(2.0, noise=0.01)
    motion.poses[40:60] = np.nan
    motion.poses[:, 5] = np.nan
    found, correlation = delay([motion])
    assert found == pytest.approx(2.0, abs=0.1)
    assert 0.5 < correlation < 1


def test_acceleration_error_of_white_noise() -> None:
    noise = 0.01
    expected = noise * np.sqrt(6) * np.sqrt(8 / np.pi)  # second differences, then norms in 3D
    assert acceleration_error([delayed(0, noise=noise)]) == pytest.approx(expected, rel=0.05)


@given(st.floats(-1, 1), st.floats(-0.1, 0.1))
def test_an_offset_and_a_drift_are_no_acceleration(offset: float, drift: float) -> None:
    motion = delayed(0)
    moved = motion.poses + offset + drift * np.arange(200)[:, None, None]
    assert acceleration_error([Motion(moved, motion.truth)]) == pytest.approx(0, abs=1e-12)


def test_images_without_a_person_do_not_count() -> None:
    motion, noisy = delayed(0), delayed(0, noise=0.01)
    motion.poses[::3] = np.nan
    assert np.isnan(acceleration_error([motion]))
    assert acceleration_error([motion, noisy]) == acceleration_error([noisy])
    nothing = Motion(np.full_like(motion.truth, np.nan), motion.truth)
    assert np.isnan(delay([nothing])).all()


def test_root_and_relative_pose_are_measured_apart() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, (200, 1, 3))
    motion = delayed(0)
    shaken = Motion(motion.poses + noise, motion.truth)
    assert acceleration_error([shaken.aligned()]) == pytest.approx(0, abs=1e-12)
    assert acceleration_error([shaken.root()]) == pytest.approx(acceleration_error([shaken]))
