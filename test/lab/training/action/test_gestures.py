"""Unnamed gestures: deterministic, human speeds, and windows numbered after the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.lab.training.action.data import TrainingData
from pose_action_ros.lab.training.action.gestures import KINDS, PREFIX, gesture
from pose_action_ros.lab.training.action.settings import ActionData
from pose_action_ros.lab.training.action.windows import NO_ACTION
from pose_action_ros.recognition import SpmfSettings
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


@pytest.mark.parametrize("labels", [("standing", "waving_left", "waving_right"), ("bowing",)])
def test_windows_of_gestures_are_numbered_after_the_labels(
    labels: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "gestures"  # the same people for both labels
    choices = ActionData(gestures=2, gesture_people=2, actions_each=4)
    windows = TrainingData(choices, SpmfSettings(), folder).gestures(labels)
    count = len(labels)
    stands = {0} if "standing" in labels else {NO_ACTION}
    assert set(windows.truth.tolist()) == {*range(count, count + 2), *stands}
    _, changed = windows.augmented(np.arange(len(windows.truth)), np.random.default_rng(0))
    assert (changed == windows.truth).all()  # mirrored gestures keep their label


def test_unnamed_gestures_are_not_trained_on_and_labelled_no_action(tmp_path: Path) -> None:
    data = TrainingData(
        ActionData(gestures=3, validation=2, test=2, actions_each=2), SpmfSettings(), tmp_path
    )
    numbers = []
    for part in ("validation", "test"):
        windows = data.unnamed(part)
        assert len(windows.truth) > 0
        assert set(windows.truth.tolist()) == {NO_ACTION}
        with np.load(next(tmp_path.glob(f"unnamed_{part}_*.npz"))) as file:
            names = file["names"][np.unique(file["labels"])]
        numbers.append(
            {int(str(name).removeprefix(PREFIX)) for name in names if name != "standing"}
        )
    first, second = numbers
    assert min(first | second) >= 3
    assert not first & second
