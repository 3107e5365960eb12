"""Simulated detector: errors of the measured size, joints inside the image, occluded arms lost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.training.detector_noise.series import ARMS, BIAS, simulate_detections
from pose_action_ros.simulation import FIGURE, Body, Performance, VirtualCamera
from pose_action_ros.simulation.standing import Standing
from pose_action_ros.skeletons import BODY_25, convert

Array = npt.NDArray[np.float64]
STAMPS = np.arange(0, 2, 1 / 15)
SIZE = (640, 480)
INTRINSICS = Intrinsics(*SIZE, 500.0, 500.0, 320.0, 240.0)
LEFT, RIGHT = (BODY_25.index(f"{side}_wrist") for side in ("left", "right"))


def viewed_from(angle: float) -> tuple[Array, Array]:
    """Exact pixels (T, 25, 2) and depths (T, 25) of a person with hanging arms, seen from [rad]."""
    rng = np.random.default_rng(2)
    body = Body.random(rng)
    stand = Standing(body, rng, arms="hanging")
    joints = Performance("standing", body, stand).joints(STAMPS)
    joints = joints - joints[:, :1] * [1.0, 1.0, 0.0]
    place = 4.0 * np.array([np.cos(angle), np.sin(angle), 0.0]) + [0.0, 0.0, 1.0]
    camera = VirtualCamera.looking_at(place, np.array([0.0, 0.0, 1.0]), INTRINSICS)
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)
    depths = exact[..., 2] - exact[:, BODY_25.index("mid_hip"), None, 2]
    return camera.intrinsics.project(exact), depths


def test_detections_are_near_the_truth_and_inside_the_image() -> None:
    rng = np.random.default_rng(0)
    stamps = np.arange(0, 5, 1 / 15)
    truth = np.broadcast_to(rng.uniform(100, 400, (25, 2)), (len(stamps), 25, 2))
    depths = np.zeros((len(stamps), 25))
    for seed in range(10):
        points, scores = simulate_detections(
            truth, depths, stamps, SIZE, np.random.default_rng(seed)
        )
        assert (np.isnan(points).any(axis=-1) == (scores == 0)).all()
        present = points[scores > 0]
        assert ((present >= 0) & (present < SIZE)).all()
        errors = np.linalg.norm(points - truth, axis=-1)
        assert np.nanmedian(errors) < 0.08 * np.linalg.norm(np.ptp(truth[0], axis=0))


def test_scores_change_slowly_and_most_recordings_are_sure() -> None:
    """As measured on films, where a score near 1 changes by a thousandth between two images."""
    pixels, depths = viewed_from(0.0)
    levels, steps = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        scores = simulate_detections(pixels, depths, STAMPS, SIZE, rng)[1]
        known = np.where(scores > 0, scores, np.nan)
        levels.append(np.nanmedian(known))
        steps.append(np.nanmedian(np.abs(np.diff(known, axis=0))))
    assert 0.6 < np.mean(np.array(levels) > 0.95) < 0.9
    assert np.median(steps) < 0.002
    assert max(steps) < 0.02


def missing_share(angle: float) -> Array:
    """(25,) share of frames in which each joint of a standing person is missing."""
    pixels, depths = viewed_from(angle)
    scores = [
        simulate_detections(pixels, depths, STAMPS, SIZE, np.random.default_rng(seed))[1]
        for seed in range(60)
    ]
    return np.asarray(np.mean(np.array(scores) == 0, axis=(0, 1)))


def test_an_arm_behind_the_trunk_is_missing_and_an_arm_in_front_is_not() -> None:
    left, front, right = (missing_share(angle) for angle in (np.pi / 2, 0.0, -np.pi / 2))
    assert left[RIGHT] > 0.3
    assert right[LEFT] > 0.3
    assert max(left[LEFT], right[RIGHT], front[LEFT], front[RIGHT]) < 0.1
    others = np.setdiff1d(np.arange(25), ARMS)
    assert abs(left[others] - front[others]).max() < 0.1


def test_the_median_error_is_a_hundredth_of_the_height() -> None:
    pixels, depths = viewed_from(0.3)
    height = np.linalg.norm(np.ptp(pixels[0], axis=0))
    detections = [
        simulate_detections(pixels, depths, STAMPS, SIZE, np.random.default_rng(seed))[0]
        for seed in range(60)
    ]
    errors = np.linalg.norm(np.array(detections) - pixels, axis=-1)
    assert BIAS / 2 < np.nanmedian(errors) / height < 2 * BIAS
    assert np.nanpercentile(errors, 97) / height > 4 * BIAS
