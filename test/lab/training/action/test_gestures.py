"""Unnamed gestures: deterministic, with human speeds."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lab.training.action.gestures import KINDS, gesture
from pose_action_ros.lab.training.action.settings import ActionData
from pose_action_ros.simulation import FIGURE, Body, Performance

WRISTS = [FIGURE.index(f"{side}_wrist") for side in ("left", "right")]
TIMES = np.linspace(0, 4, 60)


def joints(number: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(T, J, 3) of a person performing the gesture."""
    rng = np.random.default_rng(seed)
    body = Body.random(rng)
    return Performance("gesture", body, gesture(number).motion(body, rng)).joints(TIMES)


def check_gesture(number: int) -> None:
    first, again = joints(number, number), joints(number, number)
    assert np.isfinite(first).all()
    assert first == pytest.approx(again)
    speeds = np.linalg.norm(np.diff(first, axis=0), axis=-1) / TIMES[1]  # (T-1, J) [m/s]
    assert np.percentile(speeds, 99) < 5.0


@pytest.mark.parametrize("number", range(2 * len(KINDS)))
def test_a_gesture_is_deterministic_and_has_human_speed(number: int) -> None:
    check_gesture(number)


@pytest.mark.exhaustive
def test_all_gestures_are_deterministic_and_have_human_speed() -> None:
    for number in range(ActionData().gestures):
        check_gesture(number)


def test_people_differ_less_than_gestures() -> None:
    hands = np.array(
        [
            [np.sort(joints(number, seed)[30:, WRISTS, 2].mean(axis=0)) for seed in range(4)]
            for number in range(12)
        ]
    )  # (gestures, people, hands)
    assert hands.std(axis=1).mean() < hands.mean(axis=1).std(axis=0).mean()


def test_all_kinds_occur() -> None:
    assert {gesture(number).kind for number in range(8)} == set(KINDS)
