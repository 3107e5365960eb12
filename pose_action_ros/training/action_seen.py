"""Simulated people as a robot's detector and tracker see them, with and without images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Scene, Script, VirtualCamera
from pose_action_ros.skeletons import BODY_25, COCO_18, convert
from pose_action_ros.tracking import Tracker, TrackerSettings
from pose_action_ros.training.action_noise import detect
from pose_action_ros.training.action_recordings import Sighting

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Detect = Callable[[npt.NDArray[np.uint8]], tuple[Pose2D, ...]]
RENDERED_RATE = 15.0  # [Hz]


def simulated_sighting(rng: Rng, actions: int) -> Sighting:
    """Somebody doing so many things, seen by a detector that is simulated too."""
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = random_script(rng, camera, actions)
    stamps = random_stamps(rng, length)
    joints = script.joints(stamps)  # (T, J, 3)
    # Robots turn their heads after people who walk; otherwise most would leave the picture.
    root = joints[:, FIGURE.index("mid_hip"), None, :2]
    joints[..., :2] -= rng.uniform(0.6, 1.0) * (root - root[:1])
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)  # (T, 25, 3)
    people = _noisy_people(exact, camera.intrinsics, stamps, rng)
    settings = replace(TrackerSettings(), smoothing=bool(rng.random() < 0.85))
    return _tracked(people, stamps, script, Tracker(settings), camera.intrinsics)


def rendered_sighting(rng: Rng, actions: int, detector: Detect) -> Sighting:
    """Somebody doing so many things, rendered and detected."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = random_script(rng, camera, actions)
    scene = Scene([script], camera)
    stamps = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    people = []
    for stamp in stamps:
        frame = scene.frame(float(stamp))
        people.append(_nearest(detector(frame.image), frame.people[0].keypoints))
    return _tracked(people, stamps, script, Tracker(TrackerSettings()), camera.intrinsics)


def random_script(rng: Rng, camera: VirtualCamera, actions: int) -> tuple[Script, float]:
    """A script at the origin, mostly turned to the camera, and how long it is [s]."""
    order: list[str] = []
    for label in rng.choice(ACTIONS, actions, replace=actions > len(ACTIONS)):
        order.extend(["standing", str(label)] if rng.random() < 0.4 else [str(label)])
    seconds = float(rng.uniform(2.5, 4.5))
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    turned = rng.normal(0, 0.6) if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
    script = Script.random(rng, order, seconds, (0.0, 0.0), toward + turned, Body.random(rng))
    return script, float(script.starts[-1]) + seconds


def random_stamps(rng: Rng, length: float) -> Array:
    """Times (T,) [s] of a camera of any rate, not quite even."""
    rate = float(np.exp(rng.uniform(np.log(8), np.log(30))))
    stamps = np.arange(0.0, length, 1.0 / rate)
    return np.sort(stamps + rng.uniform(-0.1, 0.1, len(stamps)) / rate)


def _noisy_people(
    exact: Array, intrinsics: Intrinsics, stamps: Array, rng: Rng
) -> list[Pose2D | None]:
    depths = exact[..., 2] - exact[:, BODY_25.index("mid_hip"), None, 2]
    size = intrinsics.width, intrinsics.height
    points, scores = detect(intrinsics.project(exact), depths, stamps, size, rng)
    return [
        Pose2D(BODY_25, frame, score) if (score > 0).any() else None
        for frame, score in zip(points, scores, strict=True)
    ]


def _nearest(people: Sequence[Pose2D], truth: Pose2D) -> Pose2D | None:
    """The person found whose joints are nearest to the true ones, None when none is near."""
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


def _tracked(
    people: Sequence[Pose2D | None],
    stamps: Array,
    script: Script,
    tracker: Tracker,
    intrinsics: Intrinsics,
) -> Sighting:
    """The one person there is in each frame as the tracker gives it."""
    frames, flat = [], []
    for index, (person, stamp) in enumerate(zip(people, stamps, strict=True)):
        found = tracker.update([person] if person else [], float(stamp))
        if found:
            frames.append(index)
            flat.append(found[0].to(COCO_18))
    points = np.array([person.points for person in flat]).reshape(-1, 18, 2)
    scores = np.array([person.scores for person in flat]).reshape(-1, 18)
    labels = [ACTIONS.index(script.label_at(float(stamps[index]))) for index in frames]
    return Sighting(stamps[frames], points, scores, np.array(labels, np.int64), intrinsics)
