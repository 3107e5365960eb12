"""A recogniser with a model of interactions of two people."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser, RecogniserSettings
from pose_action_ros.skeletons import HUMAN36M_17

RATE = 10.0


def person(person_id: int, x: float, stamp: float, *, placed: bool = True) -> Pose3D:
    """A person at x with a moving left wrist."""
    points = np.random.default_rng(person_id).normal([x, 0, 3], 0.3, (17, 3))
    points[HUMAN36M_17.index("left_wrist"), 1] += 0.4 * np.sin(6 * stamp)
    return Pose3D(HUMAN36M_17, points, np.full(17, 0.9), person_id, placed)


def watched(
    recogniser: Recogniser,
    places: dict[int, float],
    begin: float = 0.0,
    until: float = 3.0,
    absent: Sequence[float] = (),
) -> list[ActionEstimate]:
    """All answers while people stand at these x; the last of them is not seen when absent."""
    answers: list[ActionEstimate] = []
    for number in range(round(begin * RATE), round(until * RATE) + 1):
        stamp = number / RATE
        people = [person(key, x, stamp) for key, x in places.items()]
        answers += recogniser.update(people[:-1] if stamp in absent else people, stamp)
    return answers


@pytest.fixture
def recogniser(interaction_model: Path) -> Recogniser:
    return Recogniser(RecogniserSettings(str(interaction_model)))


def test_estimates_are_about_both_people(recogniser: Recogniser) -> None:
    answers = watched(recogniser, {8: 0.0, 5: 1.0})
    assert {answer.person_ids for answer in answers} == {(5, 8)}
    assert {answer.label for answer in answers} <= {"hugging", "shaking_hands"}
    image = recogniser.image((5, 8))
    assert image is not None
    assert image.shape == (96, 32, 3)
    recogniser.reset()
    assert watched(recogniser, {8: 0.0}) == []


def test_the_order_of_people_makes_no_difference(recogniser: Recogniser) -> None:
    first = watched(recogniser, {8: 0.0, 5: 1.0})
    recogniser.reset()
    again = watched(recogniser, {5: 1.0, 8: 0.0})
    for one, other in zip(first, again, strict=True):
        assert one.scores == pytest.approx(other.scores)


def test_of_three_in_a_row_neighbours_are_pairs(recogniser: Recogniser) -> None:
    answers = watched(recogniser, {1: 0.0, 2: 1.5, 3: 3.0})
    assert {answer.person_ids for answer in answers} == {(1, 2), (2, 3)}


def test_a_short_absence_is_bridged_and_a_long_one_restarts(recogniser: Recogniser) -> None:
    places = {1: 0.0, 2: 1.0}
    bridged = watched(recogniser, places, absent=(2.7, 2.8))[-1]
    assert bridged.window_start == pytest.approx(bridged.stamp - 2.0, abs=0.2)
    gone = [round(4 + number / RATE, 1) for number in range(10)]
    answers = watched(recogniser, places, 3.1, 8.0, absent=gone)
    first = 5.0 + 2.0 * recogniser.settings.min_filled
    assert not [answer for answer in answers if 4.0 <= answer.stamp < first - 1e-6]
    assert all(answer.window_start >= 5.0 for answer in answers if answer.stamp > 4.9)


def test_people_walking_apart_are_no_longer_a_pair(recogniser: Recogniser) -> None:
    assert watched(recogniser, {1: 0.0, 2: 1.0})
    assert watched(recogniser, {1: 0.0, 2: 5.0}, 3.1, 5.0) == []
    assert not recogniser._subjects


def test_one_warning_about_people_without_position(
    recogniser: Recogniser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "pose_action_ros"):
        recogniser.update([person(1, 0.0, 0.0, placed=False)], 0.0)
        assert caplog.messages == []
        for stamp in (0.1, 0.2):
            people = [person(1, 0.0, stamp, placed=False), person(2, 0.5, stamp)]
            assert recogniser.update(people, stamp) == ()
    (message,) = caplog.messages
    assert "2 people in view, 1 placed" in message
