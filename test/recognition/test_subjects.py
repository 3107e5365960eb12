"""The people of the estimates."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.recogniser import subjects_of
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

ONE, TWO = SpmfSettings(), SpmfSettings(people=2, height=96)
BODY = np.random.default_rng(0).normal(0, 0.3, (17, 3))
BODY -= BODY.mean(axis=0)


def person(
    person_id: int, x: float = 0.0, *, height: float = 0.0, score: float = 0.9, placed: bool = True
) -> Pose3D:
    """A person with the middle at x, 3 m away."""
    points = BODY + np.array([x, -height, 3.0])
    return Pose3D(HUMAN36M_17, points, np.full(17, score), person_id, placed)


def ids(*people: Pose3D, spmf: SpmfSettings = TWO, distance: float = 2.0) -> list[tuple[int, ...]]:
    return [subject for subject, _ in subjects_of(people, spmf, distance)]


def test_each_person_is_a_subject_of_a_model_of_one_person() -> None:
    people = [person(7), person(2, x=50.0), person(4, placed=False)]
    found = dict(subjects_of(people, ONE, 2.0))
    assert list(found) == [(7,), (2,), (4,)]
    for one in people:
        np.testing.assert_allclose(found[one.person_id,], one.points - one.points[0])


def test_the_origin_is_a_root_of_any_score_then_below_the_neck_then_the_mean() -> None:
    scores = np.full(17, 0.9)
    scores[0] = 0.1
    ((_, points),) = subjects_of([Pose3D(HUMAN36M_17, BODY, scores, 1, placed=True)], ONE, 2.0)
    assert np.isnan(points[0]).all()
    np.testing.assert_allclose(points[1:], BODY[1:] - BODY[0])
    scores[0] = 0.0
    neck = HUMAN36M_17.index("neck")
    ((_, points),) = subjects_of([Pose3D(HUMAN36M_17, BODY, scores, 1)], ONE, 2.0)
    np.testing.assert_allclose(points[1:], BODY[1:] - BODY[neck] - [0, 0.5, 0])
    scores[neck] = 0.0
    ((_, points),) = subjects_of([Pose3D(HUMAN36M_17, BODY, scores, 1)], ONE, 2.0)
    others = scores > 0
    np.testing.assert_allclose(points[others], BODY[others] - BODY[others].mean(axis=0))


def test_a_pair_has_the_joints_of_both_the_lower_id_first() -> None:
    people = [person(9, x=1.0), person(3)]
    ((subject, points),) = subjects_of(people, TWO, 2.0)
    assert subject == (3, 9)
    np.testing.assert_array_equal(points, np.concatenate([people[1].points, people[0].points]))


@given(st.lists(st.floats(-6, 6), max_size=6), st.floats(0.1, 5.0), st.randoms())
def test_pairs_are_people_near_each_other_in_any_order(
    places: list[float], distance: float, random: object
) -> None:
    people = [person(number, x) for number, x in enumerate(places)]
    near = {
        (one, other)
        for one, other in combinations(range(len(places)), 2)
        if abs(places[one] - places[other]) <= distance - 1e-6
    }
    random.shuffle(people)  # type: ignore[attr-defined]
    found = ids(*people, distance=distance)
    assert len(set(found)) == len(found)
    assert near <= set(found)
    far = {pair for pair in found if abs(places[pair[0]] - places[pair[1]]) > distance + 1e-6}
    assert not far


def test_height_is_no_distance() -> None:
    assert ids(person(1), person(2, x=1.0, height=5.0)) == [(1, 2)]


def test_people_without_position_form_no_pairs() -> None:
    assert ids(person(1), person(2, placed=False), person(3, placed=False)) == []


def test_hidden_legs_do_not_change_the_distance() -> None:
    scores = np.full(17, 0.9)
    scores[: HUMAN36M_17.index("spine")] = 0.05
    hidden = Pose3D(HUMAN36M_17, person(2, x=0.5).points, scores, 2, placed=True)
    ((subject, points),) = subjects_of([person(1), hidden], TWO, 2.0)
    assert subject == (1, 2)
    assert np.isnan(points[17]).all()


@pytest.mark.parametrize(
    "points",
    [np.zeros((17, 3)), np.full((17, 3), np.nan), np.full((17, 3), 2.5)],
    ids=["zeros", "nothing", "a point"],
)
def test_coincident_joints_are_ignored(points: Array) -> None:
    invisible = Pose3D(HUMAN36M_17, points, np.ones(17), 2, placed=True)
    assert ids(person(1), invisible, spmf=ONE) == [(1,)]
    assert ids(person(1), invisible) == []


def test_a_single_joint_and_inferred_joints_are_ignored() -> None:
    points = np.full((17, 3), np.nan)
    points[3] = 1.0
    assert ids(Pose3D(HUMAN36M_17, points, np.ones(17), 1), spmf=ONE) == []
    assert ids(person(1, score=0.1), spmf=ONE) == []
