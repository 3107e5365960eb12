"""People before a camera with a simulated detector (see detector_noise) and tracker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.augmentation import restyle, rotation
from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, LabelledPoses, Names
from pose_action_ros.lab.training.detector_noise.series import simulate_detections
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.similarity import sizes
from pose_action_ros.simulation import FIGURE, VirtualCamera
from pose_action_ros.skeletons import BODY_25, COCO_18, HUMAN36M_17, convert
from pose_action_ros.tracking import TrackerSettings

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

RATES = (8.0, 30.0)
"""Least and greatest number of images per second [Hz]."""
FOOT = 0.08  # height of an ankle above the floor [m]
ROOT = 0.93  # height of the middle of the hips of a standing person of STATURE [m]
STATURE = 1.72  # [m]
_SMOOTHED = 0.85  # share of the people with keypoints smoothed as by the tracker
_TO_WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Row vectors of the optical frame (y down) to the world frame (z up)."""


def random_stamps(rng: Rng, length: float, rates: tuple[float, float] = RATES) -> Array:
    """Timestamps (T,) [s] of a camera with a random rate within `rates` [Hz], and jitter."""
    rate = float(np.exp(rng.uniform(*np.log(rates))))
    stamps = np.arange(0.0, length, 1.0 / rate)
    return np.sort(stamps + rng.uniform(-0.1, 0.1, len(stamps)) / rate)


def simulate_keypoints(
    joints: Array, stamps: Array, labels: Names, camera: VirtualCamera, rng: Rng
) -> LabelledKeypoints:
    """Project joints of FIGURE (T, J, 3) [m], world frame, and add the errors of a detector."""
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)  # (T, 25, 3)
    depths = exact[..., 2] - exact[:, BODY_25.index("mid_hip"), None, 2]
    size = camera.intrinsics.width, camera.intrinsics.height
    pixels = camera.intrinsics.project(exact)
    points, scores = simulate_detections(pixels, depths, stamps, size, rng)
    if rng.random() < _SMOOTHED:
        points = _smoothed(points, stamps)
    kept = np.flatnonzero((scores > 0).any(axis=1))
    flat = convert(np.concatenate([points, scores[..., None]], axis=-1)[kept], BODY_25, COCO_18)
    return LabelledKeypoints(
        stamps[kept], flat[..., :2], flat[..., 2], labels[kept], camera.intrinsics
    )


def _smoothed(points: Array, stamps: Array) -> Array:
    """Smooth the keypoints (T, 25, 2) of one person like Tracker."""
    settings, one_euro = TrackerSettings(), OneEuroFilter()
    extents = np.nan_to_num(sizes(points), nan=1.0)  # (T,)
    steps = np.diff(stamps, prepend=stamps[0])
    cutoff, slope = settings.smoothing_cutoff, settings.smoothing_speed
    return np.array(
        [
            one_euro(frame, float(step), max(float(extent), 1.0), cutoff, slope)
            for frame, step, extent in zip(points, steps, extents, strict=True)
        ]
    )


def varied_person(poses: LabelledPoses, rng: Rng) -> LabelledKeypoints:
    """Keypoints of another person performing the recorded motion in front of another camera.

    Args:
        poses: root-relative; stamps and labels are kept.
        rng: random generator of body, posture, camera and detector errors.
    """
    points = restyle(_interpolated(poses)[None], rng)[0]
    upright = points @ _TO_WORLD  # (T, 17, 3), z up
    camera = random_view(rng, STATURE).camera
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    angle = toward + np.pi / 2 + rng.normal(0, 0.5)
    upright = upright @ rotation(2, angle).T + [0.0, 0.0, _root_height(upright)]
    joints = convert(upright, HUMAN36M_17, FIGURE)
    return simulate_keypoints(joints, poses.stamps, poses.labels, camera, rng)


def _root_height(upright: Array) -> float:
    """Height of the root above the floor [m], from root-relative joints (T, 17, 3), z up."""
    ankles = upright[:, [HUMAN36M_17.index(f"{side}_ankle") for side in ("left", "right")], 2]
    if np.isnan(ankles).all():  # a camera that shows the upper body alone
        return ROOT
    return FOOT - float(np.nanmin(ankles))


def _interpolated(poses: LabelledPoses) -> Array:
    """(T, 17, 3) with temporarily missing joints interpolated in time."""
    points = poses.points.astype(np.float64)
    for joint in points.transpose(1, 2, 0).reshape(-1, len(points)):
        present = np.isfinite(joint)
        if present.any():
            joint[~present] = np.interp(
                poses.stamps[~present], poses.stamps[present], joint[present]
            )
    return points
