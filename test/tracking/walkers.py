"""Walking people in view of a camera, a detector with faults, and the ids that a tracker gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from people_in_view import keypoints_at, standing
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.poses import Pose2D
from pose_action_ros.similarity import sizes
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Image = tuple[float, list[Pose2D], set[int]]
"""Time [s], detections, and the indices of the bodies that are among them."""

STEP_LENGTH = 0.7
"""Of a walking person [m]."""
SWING = 0.5
"""Largest angle of legs and arms [rad]."""
NEAR = 0.25
"""Largest mean distance of a tracked pose to the body that it shows [body sizes]."""


@dataclass(frozen=True)
class Walker:
    """One person; `place` is a function of time [s] to x to the right and z away [m].

    Attributes:
        place: where the person is.
        tall: factor of the body.
    """

    place: Callable[[float], tuple[float, float]]
    tall: float = 1.0

    def at(self, time: float) -> Pose2D:
        """Exact keypoints, legs and arms swinging with the distance walked."""
        here, before = (np.array(self.place(time - back)) for back in (0.0, 0.05))
        walked = here - before
        speed = float(np.linalg.norm(walked)) / 0.05
        turn = np.arctan2(walked[0], -walked[1]) if speed > 0.1 else 0.0
        phase = np.pi * float(np.abs(here).sum()) / STEP_LENGTH
        joints = _swung(standing(), SWING * min(speed, 1.0) * np.sin(phase)) * self.tall
        cos, sin = np.cos(turn), np.sin(turn)
        x, y, z = joints.T
        return keypoints_at(
            np.column_stack([cos * x - sin * z, y, sin * x + cos * z]), (here[0], 0.3, here[1])
        )


def _swung(joints: Array, angle: float) -> Array:
    """The joints (21, 3) with legs and arms turned about hips and shoulders [rad]."""
    for side, sign in (("left", 1), ("right", -1)):
        for root, parts, way in (
            ("hip", ("knee", "ankle"), 1),
            ("shoulder", ("elbow", "wrist"), -1),
        ):
            centre = joints[PERSON.index(f"{side}_{root}")]
            for part in parts:
                row = PERSON.index(f"{side}_{part}")
                length = float(np.linalg.norm(joints[row] - centre))
                swing = sign * way * angle
                joints[row] = centre + length * np.array([0.0, np.cos(swing), -np.sin(swing)])
    return joints


def standing_at(x: float, z: float = 4.0) -> Walker:
    """A person who stays there [m]."""
    return Walker(lambda _time: (x, z))


def walking(x: float, z: float, speed: float, begin: float = 0.0) -> Walker:
    """A person who starts at x [m] at a time [s] and walks to the right [m/s]."""
    return Walker(lambda time: (x + speed * max(time - begin, 0.0), z))


def times(
    seconds: float, rate: float, rng: np.random.Generator, jitter: float = 0.0
) -> list[float]:
    """Times of images [s], their distances random by a share of the mean."""
    gaps = (1 + jitter * rng.uniform(-1, 1, int(seconds * rate))) / rate
    result: list[float] = np.cumsum(gaps).tolist()
    return result


def noisy(person: Pose2D, noise: float, rng: np.random.Generator) -> Pose2D:
    """A detection with noise [body sizes]."""
    pixels = noise * float(sizes(person.points))
    return replace(person, points=person.points + rng.normal(0, pixels, person.points.shape))


def shifted(person: Pose2D, right: float) -> Pose2D:
    """A copy of a person beside it [px]."""
    return replace(person, points=person.points + np.array([right, 0.0]))


def ids_of_bodies(
    images: Iterable[Image], bodies: Sequence[Walker], settings: TrackerSettings | None = None
) -> list[list[int]]:
    """The successive ids of each body in the images in which it was detected."""
    tracker = Tracker(settings or TrackerSettings(smoothing=False))
    found: list[list[int]] = [[] for _ in bodies]
    for stamp, detections, detected in images:
        people = tracker.update(detections, stamp)
        for index in detected:
            person = nearest(people, bodies[index].at(stamp))
            if person is not None and found[index][-1:] != [person.person_id]:
                found[index].append(person.person_id)
    return found


def nearest(people: Iterable[Pose2D], truth: Pose2D) -> Pose2D | None:
    """The tracked person at a body; None if there is none."""
    limit = NEAR * float(sizes(truth.points))
    distances = [
        (float(np.nanmean(np.linalg.norm(person.points - truth.points, axis=1))), person)
        for person in people
    ]
    distance, person = min(distances, key=lambda pair: pair[0], default=(np.inf, None))
    return person if distance < limit else None
