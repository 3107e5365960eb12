"""Regions of people from MoveNet's joints."""

from math import remainder, tau

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.detection.blazepose.crowd_finder import region_of
from pose_action_ros.detection.movenet.decode import Candidate
from pose_action_ros.skeletons import COCO_17

Array = npt.NDArray[np.float64]

STANDING = {
    "nose": (0, -60), "eye": (4, -64), "ear": (8, -62), "shoulder": (18, -45), "elbow": (25, -20),
    "wrist": (28, 5), "hip": (10, 0), "knee": (11, 40), "ankle": (12, 80),
}  # fmt: skip
"""x of the left side and y [px] relative to the hips."""


def person(points: Array, scores: Array | None = None) -> Candidate:
    scores = np.full(len(points), 0.8) if scores is None else scores
    return Candidate(points, scores, 0.8, np.stack([points.min(0), points.max(0)]))


def standing() -> Array:
    places = []
    for joint in COCO_17.joints:
        side, _, name = joint.rpartition("_")
        x, y = STANDING[name]
        places.append((-x if side == "right" else x, y))
    return np.array(places, dtype=np.float64)


def test_an_upright_person_is_in_the_middle_of_an_upright_region() -> None:
    region = region_of(person(standing()))
    assert (region.x, region.y) == (0, 0)
    assert region.angle == 0
    assert 200 < region.side < 260


@given(st.floats(-3, 3), st.floats(0.1, 10), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_the_region_follows_the_person(angle: float, scale: float, x: float, y: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    region, moved = region_of(person(standing())), region_of(person(standing() @ turn.T + [x, y]))
    np.testing.assert_allclose((moved.x, moved.y), (x, y), atol=1e-6)
    np.testing.assert_allclose(moved.side, region.side * scale)
    assert abs(remainder(moved.angle - angle, tau)) < 1e-6


def test_guesses_do_not_enlarge_the_region() -> None:
    """Legs below the picture are guesses of low scores."""
    points, scores = standing(), np.full(17, 0.8)
    for joint in ("left_ankle", "right_ankle"):
        points[COCO_17.index(joint)] = 0, 900
        scores[COCO_17.index(joint)] = 0.05
    assert region_of(person(points, scores)).side < 260


def test_a_person_without_a_sure_joint_has_a_region() -> None:
    region = region_of(person(standing(), np.zeros(17)))
    assert np.isfinite([region.x, region.y, region.side, region.angle]).all()
