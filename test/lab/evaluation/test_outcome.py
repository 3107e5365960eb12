"""What is right in the end: joints and actions of found and of missed people."""

import numpy as np
import pytest

from pose_action_ros.frame import Person
from pose_action_ros.lab.evaluation.outcome import Outcome, answer_images
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

TRUTH = np.random.default_rng(0).uniform(-1, 1, (17, 3))
ALL = np.ones(17, dtype=np.bool_)


def _person(points: np.ndarray[tuple[int, int], np.dtype[np.float64]], label: str = "") -> Person:
    action = ActionEstimate((0,), label, 1.0, (label,), np.ones(1), 0.0, 0.0)
    keypoints = Pose2D(BODY_25, np.zeros((25, 2)), np.ones(25))
    return Person(0, keypoints, Pose3D(HUMAN36M_17, points, np.ones(17)), action)


def test_missed_people_have_no_error_and_no_right_joint() -> None:
    outcome = Outcome(["waving"])
    outcome.add_pose(_person(TRUTH + 0.5), TRUTH, ALL, 1.0)  # the same relative to the root
    outcome.add_pose(None, TRUTH, ALL, 1.0)
    assert outcome.mpjpe == pytest.approx(0.0)
    assert outcome.pck == 0.5


def test_errors_are_in_true_size() -> None:
    outcome = Outcome(["waving"])
    outcome.add_pose(_person(TRUTH / 1.1), TRUTH, ALL, 1.1)
    assert outcome.mpjpe == pytest.approx(0.0)


def test_missing_joints_are_not_right() -> None:
    points = TRUTH.copy()
    points[10:] = np.nan
    outcome = Outcome(["waving"])
    outcome.add_pose(_person(points), TRUTH, ALL, 1.0)
    assert outcome.pck == pytest.approx(10 / 17)
    assert outcome.mpjpe == pytest.approx(0.0)


def test_hidden_joints_do_not_count() -> None:
    points, exposed = TRUTH.copy(), ALL.copy()
    points[10:] = np.nan
    exposed[10:] = False
    outcome = Outcome(["waving"])
    outcome.add_pose(_person(points), TRUTH, exposed, 1.0)
    assert outcome.joints == 10
    assert outcome.pck == 1.0


def test_answers_of_missed_people_are_wrong() -> None:
    outcome = Outcome(["waving"])
    for person in (_person(TRUTH, "waving"), _person(TRUTH, "unknown"), None, None):
        outcome.add_answer(person, "waving")
    assert outcome.windows == 0.25


def test_people_in_actions_that_the_model_does_not_know_do_not_count() -> None:
    outcome = Outcome(["waving"])
    outcome.add_answer(_person(TRUTH, "unknown"), "juggling")
    assert outcome.right == (0, 0)


def test_nothing_measured_is_not_a_number() -> None:
    none = Outcome(["waving"])
    assert np.isnan([none.mpjpe, none.pck, none.windows]).all()


@pytest.mark.parametrize("rate", [10.0, 15.0, 30.0])
def test_answers_count_five_times_a_second_from_two_seconds_on(rate: float) -> None:
    stamps = np.arange(0, 4, 1 / rate)
    chosen = np.array(answer_images(stamps.tolist()))
    assert not chosen[stamps < 1.99].any()
    assert chosen.sum() == pytest.approx(10, abs=1)
