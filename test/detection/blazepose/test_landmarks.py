from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.detection.blazepose.detector import LANDMARKS, LEAST_JOINT_SCORE
from pose_action_ros.detection.blazepose.landmarks import (
    LEAST_HEAT,
    TORSO,
    Array,
    Landmarks,
    refine,
)
from pose_action_ros.detection.blazepose.regions import Region, output_of_shape, sigmoid
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import find_model, read_card
from references import refinement

BODY = np.random.default_rng(5).uniform((80, 40), (120, 160), (33, 2))
BODY[TORSO] = [(90, 75), (90, 105), (110, 75), (110, 105)]
FOUND = Landmarks(BODY, np.ones(33), 0.9, Region(100, 100, 150))


def heat(column: float, row: float, height: float) -> Array:
    rows, columns = np.indices((64, 64))
    square = (columns - column) ** 2 + (rows - row) ** 2
    return (height - square)[..., None]


def test_a_sure_heatmap_pulls_the_point_to_its_peak() -> None:
    moved, peak = refine(np.array([[0.5, 0.5]]), heat(33, 31, 8))
    assert peak == pytest.approx(1 / (1 + np.exp(-8)))
    np.testing.assert_allclose(moved * 64, [[33, 31]], atol=0.1)


def test_an_unsure_heatmap_leaves_the_point() -> None:
    point = np.array([[0.5, 0.5]])
    np.testing.assert_array_equal(refine(point, heat(33, 31, -3))[0], point)


@given(
    arrays(np.float64, (5, 2), elements=st.floats(-0.3, 1.3)),
    arrays(np.float64, (12, 9, 5), elements=st.floats(-9, 5)),
)
def test_equals_the_slow_reference(points: Array, heatmaps: Array) -> None:
    expected = refinement.refine(points, heatmaps)
    np.testing.assert_allclose(refine(points, heatmaps)[0], expected, atol=1e-9)


@pytest.mark.parametrize("place", [-3.0, -0.02, 0.0, 0.999, 1.0, 7.0])
def test_points_at_the_border_and_outside_stay_finite(place: float) -> None:
    moved, peak = refine(np.array([[place, 0.5]]), heat(0, 32, 8))
    assert np.isfinite(moved).all()
    assert 0 <= peak <= 1


def test_the_same_pose_is_the_same_person() -> None:
    assert FOUND.same_person(replace(FOUND, points=BODY + 2))
    assert not FOUND.same_person(replace(FOUND, points=BODY + np.array([60, 0])))


def test_a_pose_turned_over_on_the_same_body_is_the_same_person_and_ranks_lower() -> None:
    turned = replace(
        FOUND,
        points=BODY * np.array([1, -1]) + np.array([0, 200]),
        region=Region(100, 100, 150, pi),
        score=1.0,
    )
    assert FOUND.same_person(turned)
    assert turned.rank < FOUND.rank


def test_outputs_are_found_by_their_shape() -> None:
    outputs = {"a": np.zeros((1, 4)), "b": np.ones((1, 2))}
    assert output_of_shape(outputs, (1, 2)) == "b"
    with pytest.raises(ModelError, match=r"expected one output of \(1, 3\)"):
        output_of_shape(outputs, (1, 3))


def test_sigmoid_does_not_overflow() -> None:
    np.testing.assert_allclose(sigmoid(np.array([-1e9, 0, 1e9])), [0, 0.5, 1], atol=1e-9)


def test_the_card_states_the_thresholds() -> None:
    visibility = read_card(find_model(LANDMARKS), "landmarks").scores["visibility"]
    assert visibility["least_score"] == LEAST_JOINT_SCORE
    assert visibility["least_heat"] == LEAST_HEAT
