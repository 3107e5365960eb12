from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hri_types
from pose_action_ros.nodes.humans import HumanMessages, raised_hands
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25
from ros_support import header

SIZE = (640, 480)
MESSAGES = HumanMessages(hri_types)
NAMES = [name for name in vars(hri_types.Skeleton2D) if name.isupper()]


def person(seed: int = 0, score: float = 0.9, **joints: tuple[float, float] | None) -> Pose2D:
    """Somebody in the image with these joints elsewhere [px], or missing."""
    points = np.random.default_rng(seed).uniform([100, 50], [500, 400], (25, 2))
    for name, place in joints.items():
        points[BODY_25.index(name)] = (np.nan, np.nan) if place is None else place
    return Pose2D(BODY_25, points, np.full(25, 0.8), 4, score)


@given(st.integers(0, 1000))
def test_every_joint_is_where_the_constant_of_its_name_says(seed: int) -> None:
    somebody = person(seed)
    message = MESSAGES.skeleton(somebody, SIZE, header())
    assert message.header == header()
    assert len(message.skeleton) == len(NAMES) == 18
    for name in NAMES:
        found = message.skeleton[getattr(hri_types.Skeleton2D, name)]
        x, y = somebody.points[BODY_25.index(name.lower())]
        np.testing.assert_allclose([640 * found.x - 0.5, 480 * found.y - 0.5], [x, y])
        assert found.c == 0.8


def test_left_and_right_eye_and_ear_are_not_where_coco_18_has_them() -> None:
    left, right = (10.0, 20.0), (30.0, 40.0)
    message = MESSAGES.skeleton(
        person(left_eye=left, right_eye=right, left_ear=left, right_ear=right), SIZE, header()
    )
    places = [round(640 * point.x - 0.5) for point in message.skeleton[14:]]
    assert places == [10, 30, 10, 30]


def test_a_joint_that_is_missing_or_outside_has_no_confidence_and_all_are_from_0_to_1() -> None:
    somebody = person(nose=None, left_wrist=(700.0, 20.0), right_ankle=(200.0, 481.0))
    message = MESSAGES.skeleton(somebody, SIZE, header())
    absent = {name for name in NAMES if not message.skeleton[getattr(hri_types.Skeleton2D, name)].c}
    assert absent == {"NOSE", "LEFT_WRIST", "RIGHT_ANKLE"}
    for point in message.skeleton:
        assert 0 <= point.x <= 1
        assert 0 <= point.y <= 1


@given(st.floats(-900, 1500), st.floats(-900, 1500), st.floats(1, 800), st.floats(0, 2))
def test_a_region_is_within_the_image_and_around_the_joints_in_it(
    left: float, top: float, height: float, score: float
) -> None:
    points = np.random.default_rng(1).uniform(0, 1, (25, 2)) * [height / 3, height] + [left, top]
    somebody = Pose2D(BODY_25, points, np.ones(25), 4, score)
    region = MESSAGES.region(somebody, SIZE, header())
    inside = ((points >= 0) & (points <= [639, 479])).all(axis=1)
    if region is None:
        assert not inside.any()
        return
    assert 0 <= region.xmin < region.xmax <= 1
    assert 0 <= region.ymin < region.ymax <= 1
    places = (points[inside] + 0.5) / SIZE
    assert (places >= [region.xmin, region.ymin]).all()
    assert (places <= [region.xmax, region.ymax]).all()
    assert 0 <= region.c <= 1


def test_nobody_has_no_region() -> None:
    nobody = Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25), 4)
    assert MESSAGES.region(nobody, SIZE, header()) is None


@pytest.mark.parametrize(
    ("label", "posture"),
    [("standing", 1), ("sitting", 2), ("squatting", 3), ("lying", 4), ("waving_left", None)],
)
def test_postures(label: str, posture: int | None) -> None:
    message = MESSAGES.posture(label, header())
    assert (message and message.posture) == posture


@pytest.mark.parametrize(
    ("label", "gesture"),
    [
        ("crossing_arms", 2),
        ("waving_left", 6),
        ("waving_both", 6),
        ("walking", 0),
        ("unknown", 0),
        ("raising_hand", 4),
    ],
)
def test_gestures(label: str, gesture: int) -> None:
    shoulder, up, down = (300.0, 200.0), (300.0, 100.0), (300.0, 300.0)
    somebody = person(
        left_shoulder=shoulder, right_shoulder=shoulder, left_wrist=down, right_wrist=up
    )
    assert MESSAGES.gesture(label, somebody, header()).gesture == gesture


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (100.0, 300.0, "LEFT_HAND_RAISED"),
        (300.0, 100.0, "RIGHT_HAND_RAISED"),
        (100.0, 100.0, "BOTH_HANDS_RAISED"),
        (300.0, 300.0, "OTHER"),
        (None, 100.0, "RIGHT_HAND_RAISED"),
    ],
)
def test_the_side_of_a_raised_hand(left: float | None, right: float, expected: str) -> None:
    somebody = person(
        left_shoulder=(300.0, 200.0),
        right_shoulder=(320.0, 200.0),
        left_wrist=None if left is None else (300.0, left),
        right_wrist=(320.0, right),
    )
    assert raised_hands(somebody) == expected
