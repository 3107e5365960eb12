"""Simulated pairs before a camera: through a simulated detector, as images, or exact.

Each body hides joints of the other one behind it. The detector loses most of these, and misplaces
the others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.training.action.framing import FIELDS, SIZE
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, LabelledPoses
from pose_action_ros.lab.training.action.rendered_people import (
    RENDERED_RATES,
    Detect,
    nearest,
)
from pose_action_ros.lab.training.action.simulated_people import random_stamps, simulate_keypoints
from pose_action_ros.lab.training.interaction.poses import paired
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import FIGURE, Scene, Surroundings, VirtualCamera
from pose_action_ros.simulation.pairs import PairPerformance
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, convert
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator

RATES = (8.0, 24.0)
"""Least and greatest number of images per second [Hz]."""
_SIDE, _SIDES = 0.65, 35.0
"""Share of side views of the line between both people, and their greatest deviation [degrees]."""
_FAR = 7.5
"""Greatest distance of the camera [m]."""
_LOST = 0.7
"""Share of hidden joints that the detector loses."""
_MISPLACED = 0.05
"""Error of the others, standard deviation [person's height]."""
_RADII = {"trunk": 0.085, "head": 0.06, "limb": 0.03}
"""Of the bodies that hide joints [person's height]."""
_BEFORE = 0.08
"""Least depth of a body before a joint that it hides [m]."""
_LIMBS = tuple(
    (COCO_18.index(f"{side}_{first}"), COCO_18.index(f"{side}_{second}"))
    for side in ("left", "right")
    for first, second in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "knee"),
        ("knee", "ankle"),
    )
)
_SHOULDERS = [COCO_18.index(f"{side}_shoulder") for side in ("left", "right")]
_HIPS = [COCO_18.index(f"{side}_hip") for side in ("left", "right")]
_NECK, _NOSE = COCO_18.index("neck"), COCO_18.index("nose")


def pair_camera(rng: Rng, pair: PairPerformance) -> VirtualCamera:
    """Draw a camera that shows both people, most often from the side of the line between them."""
    times = np.linspace(0, pair.seconds, 24)
    marked = np.array([label == pair.label for label in pair.labels(times)])
    places = pair.places(times if not marked.any() else times[marked])  # (T, 2, 2)
    middle = np.array([*places.mean(axis=(0, 1)), 0.9])
    span = float(np.linalg.norm(places - middle[:2], axis=-1).max())
    line = (places[:, 1] - places[:, 0]).mean(axis=0)
    around = float(np.arctan2(line[1], line[0])) + np.pi / 2
    if rng.random() < _SIDE:
        around += np.radians(rng.uniform(-_SIDES, _SIDES)) + np.pi * rng.integers(2)
    else:
        around += rng.uniform(-np.pi, np.pi)
    intrinsics = Intrinsics.from_field_of_view(*SIZE, rng.uniform(*FIELDS))
    wide = (span + 0.45) * 2 * intrinsics.fx / SIZE[0]
    high = 2.0 * intrinsics.fy / SIZE[1]
    nearest = max(wide, rng.uniform(0.75, 1.15) * high, 1.2) + 0.3
    away = float(np.clip(nearest * rng.uniform(0.9, 1.9), 1.4, max(_FAR, nearest)))
    place = middle + away * np.array([np.cos(around), np.sin(around), 0.0])
    place[2] = rng.uniform(0.3, 2.1)
    aim = np.array([*(middle[:2] + rng.normal(0, 0.1, 2)), rng.uniform(0.75, 1.2)])
    return VirtualCamera.looking_at(place, aim, intrinsics, rng.uniform(-5, 5))


def detected_pair(
    pair: PairPerformance, rng: Rng
) -> tuple[list[LabelledKeypoints], Array, list[str]]:
    """Keypoints of both people by a simulated detector, the stamps of all frames, their labels."""
    camera = pair_camera(rng, pair)
    stamps = random_stamps(rng, pair.seconds, RATES)
    joints, labels = pair.joints(stamps), pair.labels(stamps)
    hidden = hidden_by_other(joints, camera)
    people = []
    for who in (0, 1):
        person = simulate_keypoints(joints[:, who], stamps, np.array(labels), camera, rng)
        rows = np.searchsorted(stamps, person.stamps)
        people.append(_occluded(person, hidden[rows, who], rng))
    return people, stamps, labels


def rendered_pair(
    pair: PairPerformance, rng: Rng, detector: Detect
) -> tuple[list[LabelledKeypoints], Array, list[str]]:
    """The same by a detector and the tracker on rendered images."""
    camera = pair_camera(rng, pair)
    scene = Scene(pair.scripts(), camera, Surroundings.random(rng))
    stamps = random_stamps(rng, pair.seconds, RENDERED_RATES)
    labels, tracker = pair.labels(stamps), Tracker(TrackerSettings())
    found: tuple[list[tuple[int, Pose2D]], ...] = ([], [])
    for row, stamp in enumerate(stamps.tolist()):
        frame = scene.frame(stamp)
        tracks = list(tracker.update(detector(frame.image), stamp))
        for who, truth in enumerate(frame.people):
            person = nearest(tracks, truth.keypoints)
            if person:
                found[who].append((row, person.to(COCO_18)))
                tracks.remove(person)
    people = []
    for tracked in found:
        rows = np.array([row for row, _ in tracked], dtype=np.intp)
        points = np.array([person.points for _, person in tracked]).reshape(-1, 18, 2)
        scores = np.array([person.scores for _, person in tracked]).reshape(-1, 18)
        names = np.array(labels)[rows]
        people.append(LabelledKeypoints(stamps[rows], points, scores, names, camera.intrinsics))
    return people, stamps, labels


def exact_pair(pair: PairPerformance, rng: Rng, distance: float) -> LabelledPoses:
    """Poses as of a depth sensor: exact but for constant errors of the joints."""
    camera = pair_camera(rng, pair)
    stamps = random_stamps(rng, pair.seconds, RATES)
    points = convert(camera.to_camera(pair.joints(stamps)), FIGURE, HUMAN36M_17)  # (T, 2, 17, 3)
    points += rng.normal(0, 0.02, (1, *points.shape[1:]))
    people = [(stamps, points[:, who]) for who in (0, 1)]
    return paired(people, stamps, pair.labels(stamps), distance)


def hidden_by_other(joints: Array, camera: VirtualCamera) -> Mask:
    """(T, 2, 18) COCO-18 joints of two people that the body of the other one hides.

    Args:
        joints: (T, 2, J, 3) of FIGURE [m], world frame.
        camera: before them.
    """
    points = convert(camera.to_camera(joints), FIGURE, COCO_18)
    depths = np.maximum(points[..., 2], 0.1)
    plane = points[..., :2] / depths[..., None]  # x/z and y/z
    heights = np.ptp(joints[..., 2], axis=(0, 2))  # (2,)
    return np.stack(
        [
            _behind(plane[:, who], depths[:, who], plane[:, 1 - who], depths[:, 1 - who], height)
            for who, height in enumerate(heights[::-1].tolist())
        ],
        axis=1,
    )


def _behind(plane: Array, depths: Array, other: Array, nearer: Array, height: float) -> Mask:
    """(T, 18) joints behind the parts of the other body of a height [m]."""
    hidden = np.zeros(depths.shape, dtype=np.bool_)
    middle = [points.mean(axis=1) for points in (other[:, _SHOULDERS], other[:, _HIPS])]
    deep = [values.mean(axis=1) for values in (nearer[:, _SHOULDERS], nearer[:, _HIPS])]
    parts = [(*middle, *deep, "trunk")]
    parts.append((other[:, _NECK], other[:, _NOSE], nearer[:, _NECK], nearer[:, _NOSE], "head"))
    for first, second in _LIMBS:
        ends = (other[:, first], other[:, second], nearer[:, first], nearer[:, second])
        parts.append((*ends, "limb"))
    for start, end, near, far, kind in parts:
        line = (end - start)[:, None]  # (T, 1, 2)
        along = ((plane - start[:, None]) * line).sum(axis=-1)
        share = np.clip(along / np.maximum((line**2).sum(axis=-1), 1e-12), 0, 1)  # (T, 18)
        beside = np.linalg.norm(plane - start[:, None] - share[..., None] * line, axis=-1)
        depth = near[:, None] + share * (far - near)[:, None]
        hidden |= (beside < _RADII[kind] * height / depth) & (depths > depth + _BEFORE)
    hidden[:, _NECK] |= hidden[:, _SHOULDERS].any(axis=1)
    return hidden


def _occluded(person: LabelledKeypoints, hidden: Mask, rng: Rng) -> LabelledKeypoints:
    """Lose or misplace hidden joints (T, 18) of a person."""
    points, scores = person.points.copy(), person.scores.copy()
    extent = np.nanmedian(np.nanmax(points[..., 1], axis=1) - np.nanmin(points[..., 1], axis=1))
    lost = hidden & (rng.random(hidden.shape[1]) < _LOST)
    error = rng.normal(0, _MISPLACED * extent, (hidden.shape[1], 2))
    points += (hidden & ~lost)[..., None] * error
    points[lost], scores[lost] = np.nan, 0.0
    return LabelledKeypoints(person.stamps, points, scores, person.labels, person.intrinsics)
