"""Windows of people before random cameras: times, rays, targets, missing joints."""

from __future__ import annotations

import numpy as np

from lifter_views import AGES, COUNT, views
from pose_action_ros.lab.datasets.person import INPUT_ROWS, OUTPUT_ROWS, PERSON, standing_heights
from pose_action_ros.lab.training.lifter.robot import remove_joints
from pose_action_ros.lab.training.lifter.views import (
    complete_views,
    images_of,
    random_times,
    samples_of,
)
from pose_action_ros.lifting.normalisation import STANDARD_HEIGHT, normalise, virtual_to_optical


def test_times_fall_and_a_quarter_has_the_newest_image_alone() -> None:
    times = random_times(4000, AGES, np.random.default_rng(0))
    assert times.shape == (4000, images_of(AGES))
    assert not times[:, 0].any()
    steps = np.diff(np.where(np.isfinite(times), times, np.nan), axis=1)
    assert (steps[np.isfinite(steps)] < 0).all()
    alone = np.isnan(times[:, 1:]).all(axis=1).mean()
    assert 0.22 < alone < 0.32
    assert random_times(5, np.zeros(1), np.random.default_rng(0)).tolist() == [[0.0]] * 5


def test_views_have_exact_upright_joints_or_none() -> None:
    found = views()
    exact = found.joints[:, :, INPUT_ROWS]
    present = found.scores > 0
    rays = exact[..., :2] / exact[..., 2:]
    np.testing.assert_allclose(found.rays[present], rays[present])
    assert np.isnan(found.rays[~present]).all()
    assert not present[np.isnan(found.times)].any()
    assert 0.7 < present[:, 0].mean() < 1
    head, foot = (found.joints[:, 0, PERSON.index(name)] for name in ("nose", "left_ankle"))
    assert (head[:, 1] < foot[:, 1]).mean() > 0.98


def test_cameras_of_some_views_move() -> None:
    found = views()
    usable = np.isfinite(found.times[:, 1])
    moved = np.linalg.norm(found.joints[usable, 1] - found.joints[usable, 0], axis=-1).max(axis=1)
    assert 0.2 < (moved > 1e-6).mean() < 0.4
    assert moved.max() < 1.0


def test_targets_are_the_true_pose_at_standard_height() -> None:
    found = views()
    samples, inputs = samples_of(found, AGES), normalise(found.rays[:, 0], found.scores[:, 0])
    lifted = found.joints[:, 0, OUTPUT_ROWS] - found.joints[:, 0, :1]
    scale = STANDARD_HEIGHT / standing_heights(found.joints[:, 0])
    back = virtual_to_optical(samples.targets, inputs.rotations)
    np.testing.assert_allclose(back, lifted * scale[:, None, None], atol=1e-9)
    np.testing.assert_allclose(samples.features[:, 0], inputs.features)
    assert samples.features.shape == (COUNT, len(AGES), 18, 3)
    assert samples.usable.mean() > 0.7
    assert (samples.weights == 1).all()


def test_joints_are_missing_as_in_detections_or_any_third_or_none() -> None:
    scores = remove_joints(np.ones((20000, 2, 18)), np.random.default_rng(5))
    missing = (scores[:, 0] == 0).sum(axis=1)
    assert 0.3 < (missing == 0).mean() < 0.6
    assert 0.25 < ((missing == 6) | (missing == 7)).mean() < 0.45
    assert set(np.unique(scores)) == {0.0, 1.0}


def test_complete_views_have_all_joints_of_their_images() -> None:
    complete = complete_views(views(6))
    exact = complete.joints[:, :, INPUT_ROWS]
    np.testing.assert_array_equal(complete.rays, exact[..., :2] / exact[..., 2:])
    assert (complete.scores.all(axis=-1) == np.isfinite(complete.times)).all()
