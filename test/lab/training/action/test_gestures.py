"""Made-up gestures: the same each time, within reach, and windows numbered after the labels."""

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
    """(T, J, 3) of somebody making the gesture."""
    rng = np.random.default_rng(seed)
    body = Body.random(rng)
    return Performance("gesture", body, gesture(number).motion(body, rng)).joints(TIMES)


@pytest.mark.parametrize("number", range(ActionData().gestures))
def test_a_gesture_is_the_same_each_time_and_as_fast_as_people_are(number: int) -> None:
    first, again = joints(number, number), joints(number, number)
    assert np.isfinite(first).all()
    assert first == pytest.approx(again)
    speeds = np.linalg.norm(np.diff(first, axis=0), axis=-1) / TIMES[1]  # (T-1, J) [m/s]
    assert np.percentile(speeds, 99) < 5.0


def test_people_differ_less_than_gestures() -> None:
    hands = np.array(
        [
            [np.sort(joints(number, seed)[30:, WRISTS, 2].mean(axis=0)) for seed in range(8)]
            for number in range(16)
        ]
    )  # (gestures, people, hands)
    assert hands.std(axis=1).mean() < hands.mean(axis=1).std(axis=0).mean()


def test_all_kinds_occur() -> None:
    assert {gesture(number).kind for number in range(8)} == set(KINDS)


@pytest.mark.parametrize("labels", [("standing", "waving_left", "waving_right"), ("bowing",)])
def test_their_windows_have_the_numbers_after_the_labels(
    labels: tuple[str, ...], tmp_path: Path
) -> None:
    choices = ActionData(gestures=3, gesture_people=3, actions_each=4)
    windows = TrainingData(choices, SpmfSettings(), tmp_path).gestures(labels)
    known = len(labels)
    stands = {0} if "standing" in labels else {-1}
    assert set(windows.truth.tolist()) == {*range(known, known + 3), *stands}
    _, changed = windows.augmented(np.arange(len(windows.truth)), np.random.default_rng(0))
    assert (changed == windows.truth).all()  # in the mirror they are the same


def test_unnamed_gestures_are_not_those_to_train_on_and_no_action(tmp_path: Path) -> None:
    data = TrainingData(
        ActionData(gestures=3, validation=3, test=3, actions_each=2), SpmfSettings(), tmp_path
    )
    made = []
    for part in ("validation", "test"):
        windows = data.unnamed(part)
        assert len(windows.truth) > 0
        assert set(windows.truth.tolist()) == {NO_ACTION}
        with np.load(next(tmp_path.glob(f"unnamed_{part}_*.npz"))) as file:
            names = file["names"][np.unique(file["labels"])]
        made.append({int(str(name).removeprefix(PREFIX)) for name in names if name != "standing"})
    first, second = made
    assert min(first | second) >= 3
    assert not first & second
