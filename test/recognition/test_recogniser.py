"""Times, people and labels of the estimates; the models have random weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from action_models import LABELS, WINDOW
from pose_action_ros.engines import Tensors
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser, RecogniserSettings
from pose_action_ros.recognition.classifier import Need
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, convert

SECONDS = 3.0


def pose(time: float, person_id: int = 0, score: float = 0.9) -> Pose3D:
    """A person who raises and lowers the left wrist."""
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


@pytest.fixture
def settings(action_model: Path) -> RecogniserSettings:
    """Without what makes answers depend on earlier ones."""
    return RecogniserSettings(str(action_model), label_smoothing=0.0, label_margin=0.0)


@pytest.fixture
def recogniser(settings: RecogniserSettings) -> Recogniser:
    return Recogniser(settings)


def test_estimates_have_probabilities_and_times(recogniser: Recogniser) -> None:
    answers = watched(recogniser, 30)
    for answer in answers:
        assert answer.scores.sum() == pytest.approx(1)
        assert answer.labels == recogniser.labels == LABELS
        assert len(answer.scores) == len(LABELS)
        assert answer.score == answer.scores.max()
        assert answer.label == answer.labels[int(answer.scores.argmax())]
        earliest = max(0, answer.stamp - WINDOW)
        assert answer.window_start <= earliest + 1e-6
        assert answer.window_start == pytest.approx(earliest, abs=0.1)
        assert answer.window_start * 30 == pytest.approx(round(answer.window_start * 30))


@pytest.mark.parametrize("rate", [5, 15, 30, 60])
def test_an_estimate_every_stride_at_any_rate(recogniser: Recogniser, rate: float) -> None:
    stamps = [answer.stamp for answer in watched(recogniser, rate)]
    assert stamps[0] == pytest.approx(recogniser.settings.min_filled * WINDOW, abs=1 / rate)
    steps = np.diff(stamps)
    assert steps.min() >= 0.2 - 1e-3
    assert steps.max() <= 0.2 + 1 / rate + 1e-6


def test_two_rates_give_nearly_the_same_image(recogniser: Recogniser) -> None:
    images: list[npt.NDArray[np.uint8]] = []
    for rate in (15, 30):
        recogniser.reset()
        watched(recogniser, rate)
        image = recogniser.image((0,))
        assert image is not None
        images.append(image)
    assert images[0].shape == (48, 32, 3)
    assert np.abs(images[0].astype(int) - images[1]).mean() < 3


def test_people_are_estimated_separately(recogniser: Recogniser) -> None:
    both = watched(recogniser, 15, ids=(3, 7))
    assert {answer.person_ids for answer in both} == {(3,), (7,)}
    recogniser.reset()
    alone = watched(recogniser, 15, ids=(7,))
    together = [answer for answer in both if answer.person_ids == (7,)]
    for one, other in zip(alone, together, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)


def test_unknown_below_the_threshold_keeps_the_probabilities(recogniser: Recogniser) -> None:
    recogniser.settings = replace(recogniser.settings, unknown_below=1.0)
    answers = watched(recogniser, 15)
    assert {answer.label for answer in answers} == {UNKNOWN}
    assert all(answer.score == answer.scores.max() for answer in answers)


def test_no_people_and_one_frame_give_no_estimate(recogniser: Recogniser) -> None:
    assert recogniser.update([], 0.0) == ()
    assert recogniser.update([pose(0)], 0.1) == ()
    assert recogniser.image((0,)) is None
    assert recogniser.image((99,)) is None


def test_people_outside_the_image_are_removed(recogniser: Recogniser) -> None:
    watched(recogniser, 15, ids=range(6))
    recogniser.update([], SECONDS + 0.4)
    assert recogniser.image((5,)) is not None
    recogniser.update([], SECONDS + 0.6)
    assert recogniser.image((5,)) is None
    assert not recogniser._subjects


def test_a_long_gap_restarts(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    assert recogniser.update([pose(4.0)], 4.0) == ()


def test_an_earlier_stamp_restarts(recogniser: Recogniser) -> None:
    first = [answer.stamp for answer in watched(recogniser, 15)]
    assert recogniser.update([], 0.0) == ()
    assert [answer.stamp for answer in watched(recogniser, 15)] == first


def test_the_same_image_twice_is_harmless(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    assert recogniser.update([pose(SECONDS)], SECONDS) == ()


def test_a_person_without_joints_is_ignored(recogniser: Recogniser) -> None:
    watched(recogniser, 15)
    nothing = Pose3D(HUMAN36M_17, np.full((17, 3), np.nan), np.zeros(17), 0)
    assert recogniser.update([nothing], SECONDS + 0.3) == ()


def test_inferred_joints_count_as_missing(recogniser: Recogniser) -> None:
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


def test_another_window_than_the_model_s(settings: RecogniserSettings) -> None:
    short = Recogniser(replace(settings, window=1.0))
    assert watched(short, 15)[0].stamp == pytest.approx(settings.min_filled, abs=0.07)
    with pytest.raises(SettingError, match=r"got 0.01, expected at least 0.1 s"):
        Recogniser(replace(settings, window=0.01))


class FixedNetwork:
    """A network with given probabilities."""

    def __init__(self, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recogniser._classifier, "_engine", self)
        self.probabilities: Sequence[float] = ()

    def __call__(self, tensors: Tensors) -> Tensors:
        return {"scores": np.tile(self.probabilities, (len(tensors["image"]), 1))}


def test_labels_survive_short_uncertainty_and_scores_are_smoothed(
    settings: RecogniserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Recogniser(replace(settings, label_smoothing=0.5, label_margin=0.1))
    network = FixedNetwork(patient, monkeypatch)
    network.probabilities = (0.8, 0.1, 0.1)
    answers = watched(patient, 10, until=2.0)
    network.probabilities = (0.1, 0.8, 0.1)
    for stamp in (2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2):
        answers += patient.update([pose(stamp)], stamp)
    labels = [answer.label for answer in answers if answer.stamp >= 1.99]
    changed = labels.index(LABELS[1])
    assert labels == [LABELS[0]] * changed + [LABELS[1]] * (len(labels) - changed)
    assert 1 < changed < 5
    assert answers[0].scores == pytest.approx([0.8, 0.1, 0.1])
    assert 0.6 < answers[-1].score < 0.8


def test_an_earlier_stamp_discards_earlier_estimates(
    settings: RecogniserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Recogniser(replace(settings, label_smoothing=10.0, label_margin=0.9))
    network = FixedNetwork(slow, monkeypatch)
    network.probabilities = (0.8, 0.1, 0.1)
    assert {answer.label for answer in watched(slow, 10)} == {LABELS[0]}
    network.probabilities = (0.1, 0.8, 0.1)
    assert {answer.label for answer in watched(slow, 10)} == {LABELS[1]}


def test_the_threshold_of_the_model_can_be_replaced(
    settings: RecogniserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recogniser = Recogniser(settings)
    monkeypatch.setattr(recogniser._classifier, "unknown_below", (1.0,) * len(LABELS))
    assert {answer.label for answer in watched(recogniser, 10)} == {UNKNOWN}
    recogniser.reset()
    recogniser.settings = replace(settings, unknown_below=0.0)
    assert UNKNOWN not in {answer.label for answer in watched(recogniser, 10)}


def test_labels_are_not_answered_without_the_joints_that_they_need(
    settings: RecogniserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recogniser = Recogniser(settings)
    network = FixedNetwork(recogniser, monkeypatch)
    network.probabilities = (0.1, 0.8, 0.1)
    wrists = [HUMAN36M_17.index(f"{side}_wrist") for side in ("left", "right")]
    needs = (Need(tuple(wrists), 0.5, (1,)),)
    monkeypatch.setattr(recogniser._classifier, "needs", needs)

    def last_answer(hidden: Sequence[int], share: float) -> ActionEstimate:
        """After 2 s, with joints that are hidden during the first part."""
        recogniser.reset()
        answer: tuple[ActionEstimate, ...] = ()
        for stamp in np.arange(0, 2.0, 0.1).tolist():
            person = pose(stamp)
            scores = person.scores.copy()
            scores[list(hidden)] *= stamp >= 2 * share
            answer = recogniser.update([replace(person, scores=scores)], stamp) or answer
        return answer[0]

    assert last_answer([], 0).label == LABELS[1]
    assert last_answer(wrists, 0.4).label == LABELS[1]
    assert last_answer(wrists[:1], 1.0).label == LABELS[1]
    without = last_answer(wrists, 0.8)
    assert without.label != LABELS[1]
    assert without.scores == pytest.approx([0.1, 0.0, 0.1])


def test_other_settings_keep_the_state_and_another_model_has_none(
    recogniser: Recogniser, other_action_model: Path
) -> None:
    watched(recogniser, 15)
    rarely = replace(recogniser.settings, stride=1.0)
    assert recogniser.with_settings(rarely) is recogniser
    assert recogniser.settings is rarely
    assert recogniser.image((0,)) is not None
    other = recogniser.with_settings(replace(rarely, action_model=str(other_action_model)))
    assert other.labels == ("sitting", "falling")
    assert other.image((0,)) is None
    assert {answer.labels for answer in watched(other, 15)} == {other.labels}


def test_an_unusable_model_leaves_the_recogniser_unchanged(
    recogniser: Recogniser,
) -> None:
    before = recogniser.settings
    with pytest.raises(ModelError, match="no model 'nothing'"):
        recogniser.with_settings(replace(before, action_model="nothing", stride=9.0))
    assert recogniser.settings is before
    assert watched(recogniser, 15)
