"""Obstacles, states of joints, and the tables of a detector's scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.lab.evaluation.obstacles import FURNITURE, Obstacle, random_obstacle
from pose_action_ros.lab.evaluation.visibility import (
    State,
    View,
    VisibilityReport,
    rendered_clip,
    visibility_tables,
    with_obstacle,
)
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene, Script, VirtualCamera
from pose_action_ros.skeletons import BODY_25

CAMERA = Intrinsics.from_field_of_view(640, 480, 65)
SHAPE, BOX = (120, 160), (60.0, 20.0, 100.0, 110.0)
ANKLES, LEGS, TORSO = (
    [BODY_25.index(f"{side}_{part}") for side in ("left", "right") for part in parts]
    for parts in (("ankle",), ("knee", "ankle"), ("shoulder", "hip"))
)


def view() -> View:
    """A person of equally spaced joints in a grey image."""
    points = np.column_stack([np.full(25, 80.0), np.linspace(20, 110, 25)])
    image = np.full((*SHAPE, 3), 99, np.uint8)
    return View(image, points, np.full(25, State.VISIBLE, np.int8), 90.0)


@pytest.mark.parametrize("name", FURNITURE)
def test_furniture_covers_some_of_the_image(name: str) -> None:
    for seed in range(8):
        mask = np.zeros(SHAPE, dtype=np.bool_)
        FURNITURE[name](mask, BOX, np.random.default_rng(seed))
        assert 0 < mask.sum() < mask.size


@given(st.integers(0, 10_000))
def test_states_agree_with_mask_and_window(seed: int) -> None:
    whole = view()
    obstacle = random_obstacle(np.random.default_rng(seed), SHAPE, BOX)
    seen = with_obstacle(whole, obstacle)
    columns, rows = whole.points.round().astype(int).T
    covered = obstacle.mask[rows, columns]
    left, top, right, bottom = obstacle.window
    inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    assert seen.image.shape == (bottom - top, right - left, 3)
    assert not covered[seen.states == State.VISIBLE].any()
    assert inside[seen.states == State.VISIBLE].all()
    assert covered[seen.states == State.HIDDEN].all()
    assert not inside[seen.states == State.OUTSIDE].any()
    np.testing.assert_allclose(seen.points, whole.points - [left, top])


def test_uncertain_joints_stay_uncertain() -> None:
    one = view()
    one.states[3] = State.UNCERTAIN
    everything = Obstacle(np.ones(SHAPE, np.bool_), one.image, (0, 0, 160, 120))
    states = with_obstacle(one, everything).states
    assert states[3] == State.UNCERTAIN
    assert (np.delete(states, 3) == State.HIDDEN).all()


def test_rendered_clips_repeat_and_have_views_of_one_size() -> None:
    first, second = (list(rendered_clip(np.random.default_rng(3), 2)) for _ in range(2))
    assert len(first) == 2
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.states, other.states)
    assert first[0].image.shape == first[1].image.shape


def test_tables_count_reported_joints_by_state() -> None:
    report, one = VisibilityReport("x"), view()
    one.states[LEGS] = State.HIDDEN
    scores = np.full(25, 0.97)
    scores[LEGS] = 0.25
    report.add(one, [Pose2D(BODY_25, one.points, scores)])
    report.add(one, [])
    kept, calibration = visibility_tables(report)
    rows = {(row[0], row[1]): row[2:] for row in kept.rows}
    assert rows["legs", "hidden"][:4] == ["4", "100.0", "100.0", "0.0"]
    assert rows["torso", "visible"][:2] == ["4", "100.0"]
    shares = {row[0]: (row[1], row[2]) for row in calibration.rows}
    assert shares["0.2 to 0.3"] == ("4", "0")
    assert shares["0.95 to 1"] == ("21", "100")
    assert shares["0.5 to 0.6"] == ("0", "-")
    assert "1 people found in 2 views" in kept.title


def test_a_board_in_front_of_the_legs_hides_them_from_the_detector() -> None:
    camera = VirtualCamera.looking_at(
        (0, 0, 1.2), (3.2, 0, 0.9), Intrinsics.from_field_of_view(640, 480, 65)
    )
    script = Script.random(np.random.default_rng(2), ["standing"], 5.0, (3.2, 0.0), np.pi)
    frame = Scene([script], camera).frame(1.0)
    truth = frame.people[0].keypoints
    detector = make_detector(DetectorSettings(max_people=1))
    (whole,) = detector(frame.image)
    assert whole.present[[*LEGS, *TORSO]].all()
    image = frame.image.copy()
    top = int(truth.points[LEGS, 1].min() - 0.15 * np.ptp(truth.points[truth.present, 1]))
    image[top:] = (90, 120, 150)
    detector.reset()
    detector(image)
    (hidden,) = detector(image)
    detector.reset()
    (outside,) = detector(np.ascontiguousarray(frame.image[:top]))
    lifter = Lifter(LifterSettings())
    for person in (hidden, outside):
        assert person.present[TORSO].all()
        assert not person.present[ANKLES].any()
        pose = lifter([person], CAMERA)[0].to(BODY_25)
        assert pose.present[TORSO].all()
        assert np.isnan(pose.points[ANKLES]).all()
