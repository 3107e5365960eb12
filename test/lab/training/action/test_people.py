"""People of motion capture in front of virtual cameras."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import person_joints
from pose_action_ros.lab.training.action.people import (
    CAPTURE_RATE,
    CAPTURE_SECONDS,
    captured_person,
)
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.simulation import Script
from pose_action_ros.skeletons import COCO_18

NAMES = ("walking", UNKNOWN)


def capture(action: str, seconds: float) -> npt.NDArray[np.float64]:
    """(T, 21, 3) joints like those of a motion capture system."""
    script = Script.random(np.random.default_rng(0), [action], seconds)
    return person_joints(script.joints(np.arange(0, seconds, 1 / CAPTURE_RATE)))


@pytest.fixture(scope="module")
def people() -> dict[str, npt.NDArray[np.float64]]:
    return {"walking/01": capture("walking", 3.0), "directing_traffic/01": capture("pointing", 12)}


def test_tracks_are_excerpts_of_recordings(people: dict[str, npt.NDArray[np.float64]]) -> None:
    labels = []
    for seed in range(6):
        person = captured_person(np.random.default_rng(seed), people, NAMES, None)
        assert person.points.shape == (len(person.stamps), len(COCO_18), 2)
        assert (np.diff(person.stamps) > 0).all()
        assert person.stamps[-1] <= CAPTURE_SECONDS
        assert len(set(person.labels.tolist())) == 1
        labels.append(int(person.labels[0]))
    assert set(labels) == {0, 1}


def test_the_seed_determines_the_track(
    people: dict[str, npt.NDArray[np.float64]],
) -> None:
    first, same, other = (
        captured_person(np.random.default_rng(seed), people, NAMES, None) for seed in (1, 1, 2)
    )
    assert first.points == pytest.approx(same.points, nan_ok=True)
    assert first.intrinsics != other.intrinsics or len(first.points) != len(other.points)


def test_captured_joints_are_complete() -> None:
    assert capture("walking", 1.0).shape[1:] == (len(PERSON), 3)
