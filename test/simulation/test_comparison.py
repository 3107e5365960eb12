from dataclasses import replace

import numpy as np
import pytest

from pose_action_ros.camera import Intrinsics
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation.comparison import SETTLING, TruthScore, stature
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CAMERA = Intrinsics.from_field_of_view(640, 480, 60)
_HEIGHTS = {
    "head_top": 1.7,
    "neck": 1.4,
    "spine": 1.15,
    "mid_hip": 0.9,
    "hip": 0.9,
    "knee": 0.5,
    "ankle": 0.07,
}


def _standing(person_id: int, x: float = 0.0) -> tuple[Pose2D, Pose3D]:
    """True keypoints and pose of an upright person, 4 m away, with random arms."""
    rng = np.random.default_rng(person_id)
    points = rng.uniform((x - 0.3, -0.5, 3.9), (x + 0.3, 0.5, 4.1), (17, 3))
    for name, height in _HEIGHTS.items():
        for joint in (name, f"right_{name}", f"left_{name}"):
            if joint in HUMAN36M_17.joints:
                points[HUMAN36M_17.index(joint)] = (x, 0.9 - height, 4.0)
    pixels = CAMERA.project(rng.uniform((x - 0.3, -0.8, 4), (x + 0.3, 0.8, 4), (25, 3)))
    return (
        Pose2D(BODY_25, pixels, np.ones(25), person_id),
        Pose3D(HUMAN36M_17, points, np.ones(17), person_id, placed=True),
    )


def test_stature_is_that_of_the_upright_person() -> None:
    _, pose = _standing(0)
    assert stature(pose, CAMERA) == pytest.approx(CAMERA.fy * 1.7 / 4, rel=0.02)


def test_the_truth_has_no_error() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    score.add_image(([keypoints], [pose]), ([keypoints], [pose]), CAMERA)
    report = score.report()
    assert (report.found, report.keypoint_error, report.pose_error) == (1, 0, 0)
    assert report.ids == {0: 1}


def test_a_shift_is_measured_in_statures() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    shift = 0.05 * stature(pose, CAMERA)
    found = replace(keypoints, points=keypoints.points + np.array([shift, 0]))
    elsewhere = replace(pose, points=pose.points + np.array([1.0, 2.0, 3.0]))
    score.add_image(([found], [elsewhere]), ([keypoints], [pose]), CAMERA)
    assert score.report().keypoint_error == pytest.approx(0.05, rel=1e-3)
    assert score.report().pose_error == pytest.approx(0, abs=1e-9)


def test_people_are_matched_in_any_order_with_any_ids() -> None:
    score = TruthScore()
    (flat_0, pose_0), (flat_1, pose_1) = _standing(0, -1.0), _standing(1, 1.0)
    found = [replace(flat_1, person_id=8), replace(flat_0, person_id=9)]
    lifted = [replace(pose_0, person_id=9), replace(pose_1, person_id=8)]
    score.add_image((found, lifted), ([flat_0, flat_1], [pose_0, pose_1]), CAMERA)
    assert (score.true_person(8), score.true_person(9), score.true_person(5)) == (1, 0, None)
    assert score.report().pose_error == pytest.approx(0, abs=1e-9)


def test_missing_people_and_joints() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    points = keypoints.points.copy()
    points[:20] = np.nan
    some = replace(keypoints, points=points)
    score.add_image(([some], []), ([keypoints], [pose]), CAMERA)
    score.add_image(([], []), ([keypoints], [pose]), CAMERA)
    report = score.report()
    assert report.found == 0.5
    assert report.keypoint_error == 0
    assert np.isnan(report.pose_error)


def test_distant_detection_is_not_a_match() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    far = replace(keypoints, points=keypoints.points + 400)
    score.add_image(([far], [pose]), ([keypoints], [pose]), CAMERA)
    assert score.report().found == 0


def test_answers_right_after_a_change_do_not_count() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    score.add_image(([keypoints], [pose]), ([keypoints], [pose]), CAMERA)
    for stamp in np.arange(0, 10, 0.1):
        score.add_truth(stamp, 0, "walking" if stamp < 4.95 else "bowing")
    for stamp in (0.5, 2.0, 4.0, 5.0 + SETTLING / 2, 7.0, 8.0):
        score.add_answer(stamp, 0, "walking", ("walking", "bowing"))
    report = score.report()
    assert report.answers == 4
    assert report.accuracy == 0.5


def test_answers_during_movements_that_the_model_does_not_know_do_not_count() -> None:
    score, (keypoints, pose) = TruthScore(), _standing(0)
    score.add_image(([keypoints], [pose]), ([keypoints], [pose]), CAMERA)
    score.add_truth(0.0, 0, "walking")
    score.add_truth(5.0, 0, "standing_up")
    for stamp in (2.0, 8.0):
        score.add_answer(stamp, 0, "walking", ("walking", "bowing"))
    assert score.report().answers == 1
    assert score.report().accuracy == 1.0


def test_score_without_images_is_nan() -> None:
    report = TruthScore().report()
    assert np.isnan([report.found, report.keypoint_error, report.pose_error, report.accuracy]).all()
