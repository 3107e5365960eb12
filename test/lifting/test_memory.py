"""What is remembered of people between images."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lifting.memory import FORGOTTEN, Memory
from pose_action_ros.poses import UNTRACKED


def steadied(depths: list[float], person_id: int = 1, rate: float = 30.0) -> np.ndarray:
    memory, calm = Memory(), []
    for number, depth in enumerate(depths):
        memory.at(number / rate)
        calm.append(memory.steady([person_id], np.array([depth]))[0])
    return np.array(calm)


def test_noise_at_rest_is_calmed() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 300)
    calm = steadied((3 + noise).tolist())
    assert np.abs(np.diff(calm[30:])).mean() < 0.25 * np.abs(np.diff(noise[30:])).mean()
    assert calm[30:].mean() == pytest.approx(3.0, abs=0.02)


def test_somebody_who_walks_is_followed() -> None:
    walk = np.linspace(4.0, 1.0, 60)  # 1.5 m/s
    assert np.abs(steadied(walk.tolist())[15:] - walk[15:]).max() < 0.2


def test_who_has_no_id_has_no_past() -> None:
    np.testing.assert_array_equal(steadied([3.0, 4.0, 2.0], UNTRACKED), [3.0, 4.0, 2.0])


def test_people_do_not_mix() -> None:
    memory = Memory()
    memory.at(0.0)
    memory.steady([1, 2], np.array([2.0, 5.0]))
    memory.at(0.03)
    calm = memory.steady([2, 1], np.array([5.0, 2.0]))
    np.testing.assert_allclose(calm, [5.0, 2.0])


def test_where_nothing_is_known_nothing_is_invented() -> None:
    memory = Memory()
    memory.at(0.0)
    assert np.isnan(memory.steady([1], np.array([np.nan]))[0])
    assert memory.steady([1], np.array([3.0]))[0] == 3.0


@pytest.mark.parametrize("stamp", [FORGOTTEN + 0.1, -60.0])
def test_who_was_gone_for_long_or_before_time_jumped_back_begins_anew(stamp: float) -> None:
    memory = Memory()
    memory.at(0.0)
    memory.steady([1], np.array([5.0]))
    memory.at(stamp)
    assert memory.steady([1], np.array([2.0]))[0] == 2.0


def test_images_out_of_order_change_little() -> None:
    memory = Memory()
    for stamp in (0.0, 0.1, 0.05, 0.15):
        memory.at(stamp)
        calm = memory.steady([1], np.array([3.0]))
    assert calm[0] == pytest.approx(3.0)
