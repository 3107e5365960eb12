"""People before a camera as images that go through the robot's detector and tracker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, Names
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import FIGURE, Body, Scene, Script, Surroundings, VirtualCamera
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.skeletons import BODY_25, COCO_18, convert
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
Detect = Callable[[Image], tuple[Pose2D, ...]]

RENDERED_RATES: Final = (8.0, 14.0)
"""Least and greatest number of rendered images per second [Hz]; every image takes time."""
_FEET: Final = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


def scene_images(
    script: Script, stamps: Array, camera: VirtualCamera, rng: Rng
) -> Iterator[tuple[Image, Pose2D]]:
    """Images (H, W, 3) BGR of the person of a script in random surroundings, exact keypoints."""
    scene = Scene([script], camera, Surroundings.random(rng))
    for stamp in stamps.tolist():
        frame = scene.frame(stamp)
        yield frame.image, frame.people[0].keypoints


def figure_images(
    body: Body, figures: Sequence[Posed], stamps: Array, camera: VirtualCamera, rng: Rng
) -> Iterator[tuple[Image, Pose2D]]:
    """Images (H, W, 3) BGR of a person's figures, one for each stamp, and exact keypoints."""
    renderer = Surroundings.random(rng).renderer(camera)
    for figure, stamp in zip(figures, stamps.tolist(), strict=True):
        surfaces = person_surfaces(body, figure, camera)
        image = renderer.image([surfaces], [figure.joints[0][_FEET]], stamp)
        exact = convert(camera.to_camera(figure.joints), FIGURE, BODY_25)[0]
        yield image, Pose2D(BODY_25, camera.intrinsics.project(exact), np.ones(len(BODY_25)))


def detect_and_track(
    images: Iterable[tuple[Image, Pose2D]],
    stamps: Array,
    labels: Names,
    intrinsics: Intrinsics,
    detector: Detect,
) -> LabelledKeypoints:
    """Detect and track the single person in images.

    Args:
        images: (H, W, 3) BGR, each with the exact keypoints.
        stamps: (T,) of the images [s].
        labels: (T,) of the images.
        intrinsics: of the camera.
        detector: image to keypoints of people.
    """
    tracker = Tracker(TrackerSettings())
    frames, tracked = [], []
    for index, (image, truth) in enumerate(images):
        person = nearest(detector(image), truth)
        tracks = tracker.update([person] if person else [], float(stamps[index]))
        if tracks:
            frames.append(index)
            tracked.append(tracks[0].to(COCO_18))
    points = np.array([person.points for person in tracked]).reshape(-1, 18, 2)
    scores = np.array([person.scores for person in tracked]).reshape(-1, 18)
    return LabelledKeypoints(stamps[frames], points, scores, labels[frames], intrinsics)


def nearest(people: Sequence[Pose2D], truth: Pose2D) -> Pose2D | None:
    """The detected person with the smallest median joint error; None if none is near the truth."""
    box = truth.box()
    if box is None:
        return None
    size = float(np.hypot(*(box[2:] - box[:2])))
    errors = []
    for person in people:
        common = person.present & truth.present
        apart = np.linalg.norm(person.points - truth.points, axis=1)[common]
        errors.append(float(np.median(apart)) if common.any() else np.inf)
    best = int(np.argmin(errors)) if errors else 0
    return people[best] if errors and errors[best] < 0.2 * size else None
