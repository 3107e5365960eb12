"""Missing joints and errors of a detector of people."""

from __future__ import annotations

import numpy as np

from pose_action_ros.lab.training.detector_noise.views import (
    drop_joints,
    drop_third,
    noisy_keypoints,
)
from pose_action_ros.skeletons import COCO_18


def test_dropped_joints_are_those_of_detections_in_all_images() -> None:
    scores = drop_joints(np.ones((20000, 2, 18)), np.random.default_rng(1))
    np.testing.assert_array_equal(scores[:, 0], scores[:, 1])
    scores = scores[:, 0]
    whole = (scores > 0).all(axis=1).mean()
    assert 0.5 < whole < 0.7
    neck, shoulder = COCO_18.index("neck"), COCO_18.index("left_shoulder")
    assert not scores[scores[:, shoulder] == 0, neck].any()
    wrist, elbow = COCO_18.index("left_wrist"), COCO_18.index("left_elbow")
    assert (scores[:, wrist] == 0).sum() > (scores[:, elbow] == 0).sum()


def test_a_third_of_the_joints_is_six() -> None:
    missing = (drop_third(np.ones((100, 2, 18)), np.random.default_rng(0)) == 0).sum(axis=-1)
    assert set(missing.ravel().tolist()) <= {6, 7}  # the neck goes with a shoulder


def test_errors_are_a_few_centimetres_and_last() -> None:
    rng = np.random.default_rng(2)
    rays, depths, factors = np.zeros((5000, 3, 18, 2)), np.full(5000, 4.0), np.ones(5000)
    noisy, scores = noisy_keypoints(rays, np.ones((5000, 3, 18)), depths, factors, rng)
    errors = np.linalg.norm(noisy, axis=-1) * 4.0
    assert 0.01 < np.median(errors) < 0.03
    assert errors.max() < 0.9
    assert scores[errors < 0.02].mean() > scores[errors > 0.1].mean()
    changes = np.linalg.norm(np.diff(noisy, axis=1), axis=-1) * 4.0
    assert np.median(changes) < 0.5 * np.median(errors)
    exact, sure = noisy_keypoints(rays, np.ones((5000, 3, 18)), depths, 0 * factors, rng)
    assert not exact.any()
    assert (sure == 1).all()
