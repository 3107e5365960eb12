"""Keypoints of rendered recordings by the 2D detector and the tracker, as on a robot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.datasets.simulated import figure_of
from pose_action_ros.lab.evaluation.shots import Shot, Take
from pose_action_ros.lab.training.lifter.clips import Clip, fitted_body
from pose_action_ros.lab.training.lifter.rendering import detected, images_of
from pose_action_ros.simulation import Body

Array = npt.NDArray[np.float64]


def rendered_shots(takes: Sequence[Take]) -> Iterator[Shot]:
    """Render takes, each with random clothes and surroundings, and detect the person.

    Raises:
        ModelError, EngineError: the detector is missing or cannot be loaded.
    """
    detector = make_detector(DetectorSettings(max_people=1))
    for take in tqdm(takes, desc="detector", unit="shot"):
        yield take.shot(detected_keypoints(take, detector))


def detected_keypoints(take: Take, detector: Detector) -> Array:
    """(T, 18, 3) smoothed keypoints of the person of a take, NaN and 0 where missing.

    Args:
        take: to render.
        detector: of any state, which is reset.
    """
    detector.reset()
    capture, rng = take.capture, np.random.default_rng([*take.seed, 1])
    body = fitted_body(Body.random(rng), capture.joints)
    figure = figure_of(body, capture.joints)
    clip = Clip(body, figure, capture.joints, capture.action, capture.subject, capture.defined)
    images = images_of(clip, take.camera, capture.rate, rng)
    exact = take.exact()
    keypoints = np.zeros_like(exact)
    keypoints[..., :2] = np.nan
    for number, person in detected(images, exact[..., :2], capture.rate, detector):
        keypoints[number] = np.column_stack([person.points, person.scores])
    return keypoints
