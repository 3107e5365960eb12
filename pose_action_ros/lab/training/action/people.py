"""Simulated and motion-captured people, as the robot's detector and tracker observe them.

Either images are rendered and go through the real detector, or the detector's errors are simulated
(see detector_noise).

Of the CMU motion capture recordings, walking and running have labels of the simulation. The others
stand for no action; recordings of games, where people walk, run and jump in turn, are omitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.datasets.cmu import read_positions
from pose_action_ros.lab.datasets.person import PERSON, standing_heights
from pose_action_ros.lab.datasets.simulated import figure_of
from pose_action_ros.lab.training.action.augmentation import restyle, rotation
from pose_action_ros.lab.training.action.gestures import gesture_script
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, LabelledPoses
from pose_action_ros.lab.training.detector_noise.series import simulate_detections
from pose_action_ros.one_euro import OneEuroFilter
from pose_action_ros.poses import Pose2D
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.similarity import sizes
from pose_action_ros.simulation import (
    ACTIONS,
    FIGURE,
    Body,
    Scene,
    Script,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.skeletons import BODY_25, COCO_18, HUMAN36M_17, convert
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
Detect = Callable[[npt.NDArray[np.uint8]], tuple[Pose2D, ...]]

RENDERED_RATE = 10.0  # [Hz]
IDLE = 6.0  # length of a recording of a person standing about [s]
FOOT = 0.08  # height of an ankle above the floor [m]
CMU_LABELS = {
    "walking": "walking",
    "walking_extra": "walking",
    "running": "running",
    "basketball_signal": UNKNOWN,
    "directing_traffic": UNKNOWN,
    "washwindow": UNKNOWN,
}
"""Label by action of the CMU recordings."""
CAPTURE_RATE = 60.0  # [Hz]
CAPTURE_SECONDS = 8.0  # longest excerpt of a motion capture recording [s]
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]
_TO_WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Row vectors of the optical frame (y down) to the world frame (z up)."""


def simulated_person(rng: Rng, actions: int) -> LabelledKeypoints:
    """Simulate a person performing some actions, and a detector."""
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = random_script(rng, camera, actions)
    stamps = random_stamps(rng, length)
    joints = keep_in_view(script.joints(stamps), FIGURE.index("mid_hip"), rng)
    return simulate_keypoints(joints, stamps, _labels(script, stamps), camera, rng)


def simulated_gestures(rng: Rng, names: Sequence[str], count: int) -> LabelledKeypoints:
    """Simulate a person performing gestures, and a detector.

    Args:
        rng: random generator.
        names: labels, "standing" followed by the gestures.
        count: number of gestures.
    """
    camera = VirtualCamera.random(rng, distance=(1.5, 6.0))
    script, length = gesture_script(rng, camera, names[1:], count)
    stamps = random_stamps(rng, length)
    labels = _labels(script, stamps, names)
    return simulate_keypoints(script.joints(stamps), stamps, labels, camera, rng)


def rendered_gestures(
    rng: Rng, names: Sequence[str], count: int, detector: Detect
) -> LabelledKeypoints:
    """Render a person performing gestures, and detect."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = gesture_script(rng, camera, names[1:], count)
    return _rendered(script, length, camera, detector, names)


def rendered_person(rng: Rng, actions: int, detector: Detect) -> LabelledKeypoints:
    """Render a person performing some actions, and detect."""
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    script, length = random_script(rng, camera, actions)
    return _rendered(script, length, camera, detector)


def rendered_idle_person(rng: Rng, detector: Detect) -> LabelledKeypoints:
    """Render a person standing about for IDLE seconds, and detect."""
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
) -> LabelledKeypoints:
    stamps = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    return render_and_detect(script, stamps, _labels(script, stamps, names), camera, detector)


def render_and_detect(
    script: Script, stamps: Array, labels: Labels, camera: VirtualCamera, detector: Detect
) -> LabelledKeypoints:
    """Render the single person of a script and detect the keypoints.

    Args:
        script: movements of the person.
        stamps: (T,) of the images [s].
        labels: (T,) of the images.
        camera: the virtual camera.
        detector: images to keypoints of people.
    """
    scene = Scene([script], camera)
    people = []
    for stamp in stamps:
        frame = scene.frame(float(stamp))
        people.append(nearest(detector(frame.image), frame.people[0].keypoints))
    return track(people, stamps, labels, camera.intrinsics)


def captured_actions(path: Path, split: str) -> dict[str, Array]:
    """Motion capture joints (T, 21, 3) [m] by `action/name`, of the actions in CMU_LABELS."""
    recordings = read_positions(path, split)
    return {one.name: one.joints for one in recordings if one.action in CMU_LABELS}


def captured_person(
    rng: Rng, people: Mapping[str, Array], names: tuple[str, ...], detector: Detect | None
) -> LabelledKeypoints:
    """An excerpt of a motion capture recording, rendered and detected, or with simulated detector.

    Args:
        rng: random generator.
        people: recordings by `action/name`; every action is equally likely.
        names: label names that the labels are indices into.
        detector: None for a simulated one.
    """
    action = str(rng.choice(sorted({name.split("/")[0] for name in people})))
    name = str(rng.choice([name for name in people if name.split("/")[0] == action]))
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    joints = _excerpt(people[name], rng)
    length = (len(joints) - 1) / CAPTURE_RATE
    even = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    stamps = even if detector else random_stamps(rng, length)
    moved = keep_in_view(joints[(stamps * CAPTURE_RATE).astype(int)], PERSON.root, rng)
    labels = np.full(len(stamps), names.index(CMU_LABELS[action]))
    body = Body.random(rng).scaled(float(np.median(standing_heights(moved))))
    figure = figure_of(body, moved)
    if detector is None:
        return simulate_keypoints(figure.joints, stamps, labels, camera, rng)
    renderer = Surroundings.random(rng).renderer(camera)
    people_found = []
    for row, stamp in enumerate(stamps.tolist()):
        one = figure_of(body, moved[row : row + 1])
        surfaces = person_surfaces(body, one, camera)
        image = renderer.image([surfaces], [one.joints[0][_FEET]], stamp)
        truth = _true_keypoints(figure.joints[row : row + 1], camera)
        people_found.append(nearest(detector(image), truth))
    return track(people_found, stamps, labels, camera.intrinsics)


def _excerpt(joints: Array, rng: Rng) -> Array:
    """Up to CAPTURE_SECONDS of a recording, rotated at random, starting at the origin."""
    count = min(len(joints), int(CAPTURE_SECONDS * CAPTURE_RATE))
    first = int(rng.integers(len(joints) - count + 1))
    part = joints[first : first + count]
    angle = rng.uniform(-np.pi, np.pi)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = part - part[:1, PERSON.root, None] * [1.0, 1.0, 0.0]
    return np.concatenate([moved[..., :2] @ matrix.T, moved[..., 2:]], axis=-1)


def varied_person(poses: LabelledPoses, rng: Rng) -> LabelledKeypoints:
    """Keypoints of another person performing the recorded motion in front of another camera.

    Args:
        poses: root-relative; stamps and labels are kept.
        rng: random generator of body, posture, camera and detector errors.
    """
    points = restyle(_interpolated(poses), rng)
    upright = points @ _TO_WORLD  # (T, 17, 3), z up
    ankles = upright[:, [HUMAN36M_17.index(f"{side}_ankle") for side in ("left", "right")], 2]
    lowest = np.nanmin(ankles, initial=0.0)
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    angle = toward + np.pi / 2 + rng.normal(0, 0.5)
    upright = upright @ rotation(2, angle).T - np.array([0.0, 0.0, lowest - FOOT])
    joints = convert(upright, HUMAN36M_17, FIGURE)
    return simulate_keypoints(joints, poses.stamps, poses.labels, camera, rng)


def _interpolated(poses: LabelledPoses) -> Array:
    """(T, 17, 3) with temporarily missing joints interpolated in time."""
    points = poses.points.copy()
    for joint in points.transpose(1, 2, 0).reshape(-1, len(points)):
        present = np.isfinite(joint)
        if present.any():
            joint[~present] = np.interp(
                poses.stamps[~present], poses.stamps[present], joint[present]
            )
    return points


def keep_in_view(joints: Array, root: int, rng: Rng) -> Array:
    """Reduce the motion across the floor of joints (T, J, 3) [m], z up.

    This stands for a robot that turns towards the person; otherwise most walking people would leave
    the image.
    """
    way = joints[:, root, None] - joints[:1, root, None]
    return np.asarray(joints - rng.uniform(0.6, 1.0) * way * [1.0, 1.0, 0.0])


def simulate_keypoints(
    joints: Array, stamps: Array, labels: Labels, camera: VirtualCamera, rng: Rng
) -> LabelledKeypoints:
    """Project joints of FIGURE (T, J, 3) [m], world frame, and add the errors of a detector."""
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)  # (T, 25, 3)
    depths = exact[..., 2] - exact[:, BODY_25.index("mid_hip"), None, 2]
    size = camera.intrinsics.width, camera.intrinsics.height
    pixels = camera.intrinsics.project(exact)
    points, scores = simulate_detections(pixels, depths, stamps, size, rng)
    if rng.random() < 0.85:
        points = _smoothed(points, stamps)
    kept = np.flatnonzero((scores > 0).any(axis=1))
    flat = convert(np.concatenate([points, scores[..., None]], axis=-1)[kept], BODY_25, COCO_18)
    return LabelledKeypoints(
        stamps[kept], flat[..., :2], flat[..., 2], labels[kept], camera.intrinsics
    )


def _true_keypoints(joints: Array, camera: VirtualCamera) -> Pose2D:
    """Exact keypoints of joints of FIGURE (1, J, 3) [m], world frame."""
    exact = convert(camera.to_camera(joints), FIGURE, BODY_25)[0]
    return Pose2D(BODY_25, camera.intrinsics.project(exact), np.ones(len(BODY_25)))


def random_script(rng: Rng, camera: VirtualCamera, actions: int) -> tuple[Script, float]:
    """A script at the origin, mostly facing the camera, and its length [s]."""
    order: list[str] = []
    for label in rng.choice(ACTIONS, actions, replace=actions > len(ACTIONS)):
        order.extend(["standing", str(label)] if rng.random() < 0.4 else [str(label)])
    seconds = float(rng.uniform(2.5, 4.5))
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    turned = rng.normal(0, 0.6) if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
    script = Script.random(rng, order, seconds, (0.0, 0.0), toward + turned, Body.random(rng))
    return script, float(script.starts[-1]) + seconds


def random_stamps(rng: Rng, length: float) -> Array:
    """Timestamps (T,) [s] of a camera with random rate and jitter."""
    rate = float(np.exp(rng.uniform(np.log(8), np.log(30))))
    stamps = np.arange(0.0, length, 1.0 / rate)
    return np.sort(stamps + rng.uniform(-0.1, 0.1, len(stamps)) / rate)


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


def _labels(script: Script, stamps: Array, names: Sequence[str] = ACTIONS) -> Labels:
    return np.array([names.index(script.label_at(float(stamp))) for stamp in stamps], np.int64)


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


def track(
    people: Sequence[Pose2D | None], stamps: Array, labels: Labels, intrinsics: Intrinsics
) -> LabelledKeypoints:
    """Track the detections of a single person, at most one per frame."""
    tracker = Tracker(TrackerSettings())
    frames, tracked = [], []
    for index, (person, stamp) in enumerate(zip(people, stamps, strict=True)):
        tracks = tracker.update([person] if person else [], float(stamp))
        if tracks:
            frames.append(index)
            tracked.append(tracks[0].to(COCO_18))
    points = np.array([person.points for person in tracked]).reshape(-1, 18, 2)
    scores = np.array([person.scores for person in tracked]).reshape(-1, 18)
    return LabelledKeypoints(stamps[frames], points, scores, labels[frames], intrinsics)
