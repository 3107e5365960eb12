"""Simulated people as a robot's detector and tracker see them, with and without images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.training.action.gestures import gesture_script
from pose_action_ros.lab.training.action.recordings import Sighting
from pose_action_ros.lab.training.detector_noise import simulate_detections
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Scene, Script, VirtualCamera
from pose_action_ros.skeletons import BODY_25, COCO_18, convert
from pose_action_ros.tracking import Tracker, TrackerSettings
from pose_action_ros.tracking.similarity import sizes

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
Detect = Callable[[npt.NDArray[np.uint8]], tuple[Pose2D, ...]]
RENDERED_RATE = 10.0  # [Hz]
IDLE = 6.0  # [s]


def simulated_sighting(rng: Rng, actions: int) -> Sighting:
    """Somebody doing so many things, seen by a detector that is simulated too."""
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = random_script(rng, camera, actions)
    stamps = random_stamps(rng, length)
    joints = kept_in_view(script.joints(stamps), FIGURE.index("mid_hip"), rng)
    return seen_without_images(joints, stamps, _labels(script, stamps), camera, rng)


def gesture_sighting(rng: Rng, names: Sequence[str], count: int) -> Sighting:
    """Somebody making so many gestures, seen by a simulated detector.

    Args:
        rng: source of chance.
        names: labels, "standing" and all gestures after it.
        count: of gestures made.
    """
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = gesture_script(rng, camera, names[1:], count)
    stamps = random_stamps(rng, length)
    labels = _labels(script, stamps, names)
    return seen_without_images(script.joints(stamps), stamps, labels, camera, rng)


def rendered_gesture_sighting(
    rng: Rng, names: Sequence[str], count: int, detector: Detect
) -> Sighting:
    """The same, rendered and detected."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = gesture_script(rng, camera, names[1:], count)
    return _rendered(script, length, camera, detector, names)


def rendered_sighting(rng: Rng, actions: int, detector: Detect) -> Sighting:
    """Somebody doing so many things, rendered and detected."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = random_script(rng, camera, actions)
    return _rendered(script, length, camera, detector)


def idle_sighting(rng: Rng, detector: Detect) -> Sighting:
    """Somebody standing about for IDLE seconds, rendered and detected."""
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    toward = float(np.arctan2(camera.position[1], camera.position[0])) + rng.normal(0, 0.8)
    script = Script.random(rng, ["standing"], IDLE, (0.0, 0.0), toward, Body.random(rng))
    return _rendered(script, IDLE, camera, detector)


def _rendered(
    script: Script,
    length: float,
    camera: VirtualCamera,
    detector: Detect,
    names: Sequence[str] = ACTIONS,
) -> Sighting:
    stamps = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    return seen_rendered(script, stamps, _labels(script, stamps, names), camera, detector)


def seen_rendered(
    script: Script, stamps: Array, labels: Labels, camera: VirtualCamera, detector: Detect
) -> Sighting:
    """The one person of a script, rendered at the stamps (T,) [s] and detected.

    Args:
        script: what the person does.
        stamps: of the images.
        labels: (T,) of them.
        camera: that sees it.
        detector: of images.
    """
    scene = Scene([script], camera)
    people = []
    for stamp in stamps:
        frame = scene.frame(float(stamp))
        people.append(nearest(detector(frame.image), frame.people[0].keypoints))
    return seen_in_images(people, stamps, labels, camera.intrinsics)


def kept_in_view(joints: Array, root: int, rng: Rng) -> Array:
    """Joints (T, J, 3) [m], z up, of somebody whom the robot turns its head after.

    Otherwise most who walk would leave the picture.
    """
    way = joints[:, root, None] - joints[:1, root, None]
    return np.asarray(joints - rng.uniform(0.6, 1.0) * way * [1.0, 1.0, 0.0])


def seen_without_images(
    joints: Array, stamps: Array, labels: Labels, camera: VirtualCamera, rng: Rng
) -> Sighting:
    """Joints of FIGURE (T, J, 3) [m] in the world as a simulated detector sees them."""
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)  # (T, 25, 3)
    depths = exact[..., 2] - exact[:, BODY_25.index("mid_hip"), None, 2]
    size = camera.intrinsics.width, camera.intrinsics.height
    pixels = camera.intrinsics.project(exact)
    points, scores = simulate_detections(pixels, depths, stamps, size, rng)
    if rng.random() < 0.85:
        points = smoothed(points, stamps)
    seen = np.flatnonzero((scores > 0).any(axis=1))
    flat = convert(np.concatenate([points, scores[..., None]], axis=-1)[seen], BODY_25, COCO_18)
    return Sighting(stamps[seen], flat[..., :2], flat[..., 2], labels[seen], camera.intrinsics)


def true_keypoints(joints: Array, camera: VirtualCamera) -> Pose2D:
    """Where the joints of FIGURE (1, J, 3) [m] in the world are in the image."""
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)[0]
    return Pose2D(BODY_25, camera.intrinsics.project(exact), np.ones(len(BODY_25)))


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


def smoothed(points: Array, stamps: Array) -> Array:
    """Keypoints (T, 25, 2) of one person as Tracker smooths them, without its assignment."""
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


def _labels(script: Script, stamps: Array, names: Sequence[str] = ACTIONS) -> npt.NDArray[np.int64]:
    found = [names.index(script.label_at(float(stamp))) for stamp in stamps]
    return np.array(found, dtype=np.int64)


def nearest(people: Sequence[Pose2D], truth: Pose2D) -> Pose2D | None:
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


def seen_in_images(
    people: Sequence[Pose2D | None], stamps: Array, labels: Labels, intrinsics: Intrinsics
) -> Sighting:
    """The one person there is in each frame as the tracker gives it."""
    tracker = Tracker(TrackerSettings())
    frames, flat = [], []
    for index, (person, stamp) in enumerate(zip(people, stamps, strict=True)):
        found = tracker.update([person] if person else [], float(stamp))
        if found:
            frames.append(index)
            flat.append(found[0].to(COCO_18))
    points = np.array([person.points for person in flat]).reshape(-1, 18, 2)
    scores = np.array([person.scores for person in flat]).reshape(-1, 18)
    return Sighting(stamps[frames], points, scores, labels[frames], intrinsics)
