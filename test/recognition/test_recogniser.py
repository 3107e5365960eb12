"""The recogniser: when it answers, for whom, and with what; the model's answer is made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser, RecogniserSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, convert

SETTINGS = RecogniserSettings(unknown_below=0.0, stride=0.2)
SECONDS = 3.0


def pose(time: float, person_id: int = 0, score: float = 0.9) -> Pose3D:
    """A person whose left wrist goes up and down."""
    rest = np.random.default_rng(abs(person_id)).normal(0, 0.4, (17, 3))
    rest[:, 2] += 3.0
    rest[HUMAN36M_17.index("left_wrist"), 1] += 0.4 * np.sin(6 * time)
    return Pose3D(HUMAN36M_17, rest, np.full(17, score), person_id)


def watched(
    recogniser: Recogniser, rate: float, ids: Sequence[int] = (0,), until: float = SECONDS
) -> list[ActionEstimate]:
    """All answers while these people are seen from time 0 on."""
    stamps = np.arange(0, until + 1e-9, 1 / rate).tolist()
    return [
        answer
        for stamp in stamps
        for answer in recogniser.update([pose(stamp, key) for key in ids], stamp)
    ]


@pytest.fixture(scope="module")
def shipped() -> Recogniser:
    return Recogniser(SETTINGS)


@pytest.fixture
def recogniser(shipped: Recogniser) -> Recogniser:
    shipped.reset()
    shipped.settings = SETTINGS
    return shipped


def test_answers_are_probabilities_with_the_times_they_are_about(recogniser: Recogniser) -> None:
    answers = watched(recogniser, 30)
    for answer in answers:
        assert answer.scores.sum() == pytest.approx(1)
        assert len(answer.scores) == len(answer.labels) == len(recogniser.labels)
        assert answer.score == answer.scores.max()
        assert answer.label == answer.labels[int(answer.scores.argmax())]
        assert answer.window_start == pytest.approx(max(0, answer.stamp - 2.0), abs=0.04)


@pytest.mark.parametrize("rate", [5, 15, 30, 60])
def test_it_answers_every_stride_at_any_rate_once_enough_is_seen(
    recogniser: Recogniser, rate: float
) -> None:
    stamps = [answer.stamp for answer in watched(recogniser, rate)]
    assert stamps[0] == pytest.approx(1.0, abs=1 / rate)
    steps = np.diff(stamps)
    assert steps.min() >= 0.2 - 1e-3
    assert steps.max() <= 0.2 + 1 / rate + 1e-6


def test_two_rates_give_nearly_the_same_image(recogniser: Recogniser) -> None:
    images: list[npt.NDArray[np.uint8]] = []
    for rate in (15, 30):
        recogniser.reset()
        watched(recogniser, rate)
        image = recogniser.image(0)
        assert image is not None
        images.append(image)
    assert images[0].shape == (32, 32, 3)
    assert np.abs(images[0].astype(int) - images[1]).mean() < 2


def test_people_are_answered_each_for_themselves(recogniser: Recogniser) -> None:
    both = watched(recogniser, 15, ids=(3, 7))
    assert {answer.person_ids for answer in both} == {(3,), (7,)}
    recogniser.reset()
    alone = watched(recogniser, 15, ids=(7,))
    together = [answer for answer in both if answer.person_ids == (7,)]
    for one, other in zip(alone, together, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)


def test_unknown_below_the_threshold_keeps_the_probabilities(recogniser: Recogniser) -> None:
    recogniser.settings = replace(SETTINGS, unknown_below=1.0)
    answers = watched(recogniser, 15)
    assert {answer.label for answer in answers} == {UNKNOWN}
    assert all(answer.score == answer.scores.max() for answer in answers)


def test_nobody_and_one_frame_give_no_answer(recogniser: Recogniser) -> None:
    assert recogniser.update([], 0.0) == ()
    assert recogniser.update([pose(0)], 0.1) == ()
    assert recogniser.image(0) is None
    assert recogniser.image(99) is None


def test_people_who_left_are_forgotten(recogniser: Recogniser) -> None:
    watched(recogniser, 15, ids=range(6))
    recogniser.update([], SECONDS + 0.4)
    assert recogniser.image(5) is not None
    recogniser.update([], SECONDS + 0.6)
    assert recogniser.image(5) is None
    assert not recogniser._people


def test_a_long_gap_starts_anew(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    assert recogniser.update([pose(4.0)], 4.0) == ()


def test_time_jumping_back_starts_anew(recogniser: Recogniser) -> None:
    first = [answer.stamp for answer in watched(recogniser, 15)]
    assert recogniser.update([], 0.0) == ()
    assert [answer.stamp for answer in watched(recogniser, 15)] == first


def test_the_same_image_twice_is_harmless(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    assert recogniser.update([pose(SECONDS)], SECONDS) == ()


def test_a_person_without_joints_is_not_seen(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    nothing = Pose3D(HUMAN36M_17, np.full((17, 3), np.nan), np.zeros(17), 0)
    assert recogniser.update([nothing], SECONDS + 0.3) == ()


def test_guessed_joints_count_as_missing(recogniser: Recogniser) -> None:
    for stamp in np.arange(0, SECONDS, 1 / 15):
        assert recogniser.update([pose(stamp, score=0.1)], float(stamp)) == ()


def test_other_skeletons_are_converted_by_name(recogniser: Recogniser) -> None:
    answers: list[ActionEstimate] = []
    for stamp in np.arange(0, SECONDS, 1 / 15).tolist():
        points = convert(pose(stamp).points, HUMAN36M_17, BODY_25)
        answers += recogniser.update([Pose3D(BODY_25, points, np.ones(25), 0)], stamp)
    assert answers


@pytest.mark.parametrize("ids", [(UNTRACKED,), (4, 4)])
def test_people_need_ids(recogniser: Recogniser, ids: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="ids"):
        recogniser.update([pose(0, key) for key in ids], 0.0)


@pytest.mark.parametrize("stamp", [float("nan"), float("inf")])
def test_the_stamp_is_a_time(recogniser: Recogniser, stamp: float) -> None:
    with pytest.raises(InputError, match="seconds"):
        recogniser.update([pose(0)], stamp)


def test_another_window_than_the_model_s() -> None:
    short = Recogniser(replace(SETTINGS, window=1.0))
    assert watched(short, 15)[0].stamp == pytest.approx(0.5, abs=0.07)
