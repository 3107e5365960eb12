"""Simulated people's poses as a robot gets them: exact, or through detector, tracker and lifter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lifting import Lifter
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Scene, Script, VirtualCamera
from pose_action_ros.skeletons import BODY_25, COCO_18, HUMAN36M_17, convert
from pose_action_ros.tracking.settings import TrackerSettings
from pose_action_ros.tracking.tracker import Tracker
from pose_action_ros.training.action_noise import detect
from pose_action_ros.training.action_recordings import Recording

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Detect = Callable[[npt.NDArray[np.uint8]], tuple[Pose2D, ...]]

RENDERED_RATE = 15.0  # [Hz]


@dataclass(frozen=True, eq=False)
class _Watched:
    """What a detector found of one person over time, and the truth about the action."""

    people: Sequence[Pose2D | None]
    stamps: Array
    labels: npt.NDArray[np.int64]
    intrinsics: Intrinsics


def simulated_recording(
    rng: Rng, actions: int, lifter: Lifter | None, min_score: float
) -> Recording:
    """Somebody doing things, without images.

    Args:
        rng: source of everything random.
        actions: how many things.
        lifter: makes poses from noisy keypoints; None for the exact poses.
        min_score: joints with a lower score are missing.
    """
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = random_script(rng, camera, actions)
    stamps = random_stamps(rng, length)
    joints = script.joints(stamps)  # (T, J, 3)
    # Robots turn their heads after people who walk; otherwise most would leave the picture.
    root = joints[:, FIGURE.index("mid_hip"), None, :2]
    joints[..., :2] -= rng.uniform(0.6, 1.0) * (root - root[:1])
    optical = camera.to_camera(joints)
    labels = np.array([ACTIONS.index(script.label_at(stamp)) for stamp in stamps])
    if lifter is None:
        return Recording(stamps, convert(optical, FIGURE, HUMAN36M_17), labels)
    people = _noisy_people(optical, camera.intrinsics, stamps, rng)
    watched = _Watched(people, stamps, labels, camera.intrinsics)
    tracker = Tracker(replace(TrackerSettings(), smoothing=bool(rng.random() < 0.85)))
    return _lifted(watched, tracker, lifter, min_score)


def rendered_recording(
    rng: Rng, actions: int, detector: Detect, lifter: Lifter, min_score: float
) -> Recording:
    """Somebody doing things, rendered and detected; the person nearest to the truth is taken."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = random_script(rng, camera, actions)
    scene = Scene([script], camera)
    stamps = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    labels = np.array([ACTIONS.index(script.label_at(stamp)) for stamp in stamps])
    people = []
    for stamp in stamps:
        frame = scene.frame(float(stamp))
        people.append(_nearest(detector(frame.image), frame.people[0].keypoints))
    watched = _Watched(people, stamps, labels, camera.intrinsics)
    return _lifted(watched, Tracker(TrackerSettings()), lifter, min_score)


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
    optical: Array, intrinsics: Intrinsics, stamps: Array, rng: Rng
) -> list[Pose2D | None]:
    exact = convert(optical, FIGURE, BODY_25)  # (T, 25, 3)
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


def _lifted(watched: _Watched, tracker: Tracker, lifter: Lifter, min_score: float) -> Recording:
    """Track and lift the one person there is in each frame."""
    stamps, labels = watched.stamps, watched.labels
    tracked = [
        tracker.update([person] if person else [], float(stamp))
        for person, stamp in zip(watched.people, stamps, strict=True)
    ]
    seen = np.flatnonzero([len(found) > 0 for found in tracked])
    if not len(seen):
        return Recording(stamps[:0], np.zeros((0, 17, 3)), labels[:0])
    flat = [tracked[index][0].to(COCO_18) for index in seen]
    points, scores = lifter.lift(
        np.stack([person.points for person in flat]),
        np.stack([person.scores for person in flat]),
        watched.intrinsics,
    )
    points[scores < min_score] = np.nan
    kept = np.isfinite(points).all(axis=-1).any(axis=-1)
    return Recording(stamps[seen][kept], points[kept], labels[seen][kept])
