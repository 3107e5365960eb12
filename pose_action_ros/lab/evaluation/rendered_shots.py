"""Keypoints of rendered recordings by the 2D detector and the tracker, as on a robot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.datasets.person import standing_heights
from pose_action_ros.lab.datasets.simulated import figure_of
from pose_action_ros.lab.evaluation.shots import Shot, Take
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import FIGURE, Body
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.skeletons import COCO_18
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

_OTHER_PERSON = 0.3  # median error over apparent size from which a detection is a false positive
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


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
        detector: its state is that of another video.
    """
    detector.reset()
    tracker = Tracker(TrackerSettings())
    exact = take.exact()
    keypoints = np.concatenate([np.full(exact[..., :2].shape, np.nan), exact[..., 2:] * 0], axis=-1)
    for number, image in enumerate(_images(take)):
        people = tracker.update(detector(image), number / take.capture.rate)
        found = _nearest(people, exact[number])
        if found is not None:
            keypoints[number] = np.column_stack([found.points, found.scores])
    return keypoints


def _images(take: Take) -> Iterator[npt.NDArray[np.uint8]]:
    """(H, W, 3) BGR images of a take."""
    rng = np.random.default_rng([*take.seed, 1])
    joints, camera = take.capture.joints, take.camera
    body = Body.random(rng).scaled(float(np.median(standing_heights(joints))))
    renderer = Surroundings.random(rng).renderer(camera)
    figure = figure_of(body, joints)
    for number in range(len(joints)):
        now = slice(number, number + 1)
        moment = Posed(figure.joints[now], {name: one[now] for name, one in figure.frames.items()})
        surfaces = person_surfaces(body, moment, camera)
        yield renderer.image([surfaces], [moment.joints[0][_FEET]], number / take.capture.rate)


def _nearest(people: Sequence[Pose2D], exact: Array) -> Pose2D | None:
    """The detection of the person with exact keypoints (18, 3), as COCO-18; None without any."""
    size = np.ptp(exact[exact[:, 2] > 0, :2], axis=0).max()
    for person in people:
        found = person.to(COCO_18)
        errors = np.linalg.norm(found.points - exact[:, :2], axis=1)
        if np.nanmedian(errors) <= _OTHER_PERSON * size:
            return found
    return None
