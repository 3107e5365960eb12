"""People in the views of random virtual cameras like those of robots, over a few images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import INPUT_ROWS, OUTPUT_ROWS, standing_heights
from pose_action_ros.lifting.normalisation import (
    STANDARD_HEIGHT,
    normalise,
    optical_to_virtual,
)
from pose_action_ros.lifting.window import resample_rows

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp] | Flags | slice
Generator = np.random.Generator

HEIGHTS = (0.15, 2.5)  # [m] of the camera over the floor
DISTANCES = (1.2, 6.0)  # [m] along the floor
FIELDS = (50.0, 90.0)  # [degrees] of view, horizontal
_ASPECTS = (4 / 3, 16 / 9)
_AIMED, _ROLLED, _MOVED = 0.65, 0.15, 0.3  # shares of cameras
_SPEED, _TURN = 0.25, 0.25  # standard deviations of moving cameras [m/s], [rad/s]
_NEAREST = 0.1  # [m] depth of a visible joint

# Times between images, in spacings of the window: faster, equal, slower and much slower cameras.
_INTERVALS = (0.75, 1.0, 1.5, 2.0, 3.0)
_INTERVAL_SHARES = (0.15, 0.45, 0.15, 0.15, 0.1)
_NEWEST_ONLY, _LOSSES, _LOST, _JITTERY, _JITTER = 0.25, 0.3, 0.3, 0.3, 0.12


@dataclass(frozen=True, eq=False)
class Views:
    """N people, each in M images of its own camera, the newest first.

    Attributes:
        joints: (N, M, 21, 3) [m] PERSON joints in the optical frame.
        rays: (N, M, 18, 2) x/z and y/z of COCO-18 joints, exact or detected, NaN if missing.
        scores: (N, M, 18) 0 to 1; 0 if missing.
        times: (N, M) [s] of the images, 0 in column 0, falling; NaN without image.
        defined: (N, 21) joints that count, see Capture.
    """

    joints: Array
    rays: Array
    scores: Array
    times: Array
    defined: Flags

    def __len__(self) -> int:
        return len(self.joints)

    def __getitem__(self, rows: Rows) -> Views:
        """The views in these rows."""
        return Views(
            self.joints[rows],
            self.rays[rows],
            self.scores[rows],
            self.times[rows],
            self.defined[rows],
        )


@dataclass(frozen=True, eq=False)
class Samples:
    """Training samples of a network.

    Attributes:
        features: (N, K, 18, 3) windows of keypoints, see lifting.window.
        targets: (N, 17, 3) [m] root-relative joints of a person of standard height in the virtual
            camera of the newest image.
        weights: (N, 17) 1 for joints that count, else 0.
        usable: (N,) true for liftable people; the other rows have no meaning.
        rotations: (N, 3, 3) from the optical frame of the newest image to the virtual camera's.
    """

    features: Array
    targets: Array
    weights: Array
    usable: Flags
    rotations: Array


def images_of(ages: Array) -> int:
    """Number M of images in views for keypoints of K ages."""
    return len(ages) + 1 if len(ages) > 1 else 1


def random_times(count: int, ages: Array, rng: Generator) -> Array:
    """Draw times (count, M) [s] of images, 0 in column 0 and falling; NaN without image.

    Cameras of several rates, with jitter and lost images; a quarter has the newest image only.
    """
    older = images_of(ages) - 1
    if not older:
        return np.zeros((count, 1))
    interval = ages[1] * rng.choice(_INTERVALS, (count, 1), p=_INTERVAL_SHARES)
    jitter = _JITTER * rng.standard_normal((count, older)).clip(-3, 3)
    jitter *= rng.random((count, 1)) < _JITTERY
    times = -interval * (np.arange(1, older + 1) + jitter)
    lost = (rng.random((count, 1)) < _LOSSES) & (rng.random((count, older)) < _LOST)
    lost |= rng.random((count, 1)) < _NEWEST_ONLY
    return np.column_stack([np.zeros(count), np.where(lost, np.nan, times)])


def random_views(people: Array, times: Array, defined: Flags, rng: Generator) -> Views:
    """Exact views of people by random cameras, some of which move.

    Args:
        people: (N, M, 21, 3) [m] z up, at the origin in the newest image.
        times: (N, M) see Views.
        defined: (N, 21) see Views.
        rng: source of randomness.
    """
    count = len(people)
    distance = np.exp(rng.uniform(np.log(DISTANCES[0]), np.log(DISTANCES[1]), count))
    camera = np.column_stack([-distance, np.zeros(count), rng.uniform(*HEIGHTS, count)])
    half_width = np.tan(np.radians(rng.uniform(*FIELDS, count)) / 2)
    half = np.column_stack([half_width, half_width / rng.choice(_ASPECTS, count)])
    half = half.astype(people.dtype)[:, None, None]
    rotations = _aims(people[:, 0], camera, half[:, 0, 0], rng)
    joints = _moved(people - camera.astype(people.dtype)[:, None, None], times, rng)
    joints = joints @ rotations.astype(people.dtype).transpose(0, 2, 1)[:, None]
    inputs = joints[:, :, INPUT_ROWS]
    rays = inputs[..., :2] / np.maximum(inputs[..., 2:], _NEAREST)
    inside = (np.abs(rays) < half).all(axis=-1) & (inputs[..., 2] > _NEAREST)
    inside &= np.isfinite(times)[..., None]
    rays = np.where(inside[..., None], rays, np.nan)
    return Views(joints, rays, inside.astype(people.dtype), times, defined)


def samples_of(views: Views, ages: Array) -> Samples:
    """Network inputs with keypoints of these ages (K,) [s], and targets, of views."""
    shape = views.times.shape
    images = np.flatnonzero(np.isfinite(views.times))
    rays, scores = views.rays.reshape(-1, 18, 2)[images], views.scores.reshape(-1, 18)[images]
    inputs = normalise(rays, scores)
    rows = np.zeros(shape, np.intp)
    rows.flat[images] = np.arange(len(images))
    windows = resample_rows(inputs.features, inputs.sizes, rows, views.times, ages)
    newest = inputs[rows[:, 0]]
    scale = STANDARD_HEIGHT / standing_heights(views.joints[:, 0])
    outputs = views.joints[:, 0, OUTPUT_ROWS]
    relative = (outputs - outputs[:, :1]) * scale[:, None, None]
    return Samples(
        windows,
        optical_to_virtual(relative, newest.rotations),
        views.defined[:, OUTPUT_ROWS].astype(np.float64),
        newest.liftable,
        newest.rotations,
    )


def exact_rays(joints: Array) -> Array:
    """(..., 18, 2) x/z and y/z of the COCO-18 joints of people (..., 21, 3), optical frame."""
    inputs = joints[..., INPUT_ROWS, :]
    rays: Array = inputs[..., :2] / np.maximum(inputs[..., 2:], _NEAREST)
    return rays


def complete_views(views: Views) -> Views:
    """The same people in the same images with all keypoints, all exact."""
    rays = exact_rays(views.joints)
    scores = np.ones(rays.shape[:-1], rays.dtype) * np.isfinite(views.times)[..., None]
    return Views(views.joints, rays, scores, views.times, views.defined)


def concatenate(parts: Sequence[Views]) -> Views:
    """Several views as one, in order."""
    names = ("joints", "rays", "scores", "times", "defined")
    return Views(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def about(angles: Array, first: int, second: int) -> Array:
    """(..., 3, 3) rotations of axis `first` towards axis `second` by angles (...) [rad]."""
    result = np.zeros((*np.shape(angles), 3, 3))
    result[..., range(3), range(3)] = 1.0
    result[..., first, first] = result[..., second, second] = np.cos(angles)
    result[..., second, first] = np.sin(angles)
    result[..., first, second] = -np.sin(angles)
    return result


def _moved(people: Array, times: Array, rng: Generator) -> Array:
    """People (N, M, 21, 3) relative to cameras, a share of which moved slowly up to now."""
    moving = (rng.random(len(people)) < _MOVED)[:, None]
    since = np.nan_to_num(times) * moving  # (N, M)
    turns = about(since * rng.normal(0, _TURN, (len(people), 1)), 0, 1)
    ways = since[..., None] * rng.normal(0, _SPEED, (len(people), 1, 3)) * [1.0, 1.0, 0.2]
    moved: Array = people @ turns.astype(people.dtype).transpose(0, 1, 3, 2)
    moved += ways.astype(people.dtype)[:, :, None]
    return moved


def _aims(people: Array, camera: Array, half: Array, rng: Generator) -> Array:
    """(N, 3, 3) world to optical: level or aimed at the person, off centre, slightly rolled."""
    count = len(people)
    middle = people.mean(axis=1) - camera
    aimed = np.arctan2(middle[:, 2], middle[:, 0])  # up
    level = rng.normal(0.0, np.radians(5), count)
    pitch = np.where(rng.random(count) < _AIMED, aimed + level, level)
    yaw = np.arctan(rng.uniform(-0.8, 0.8, count) * half[:, 0])
    steady = rng.normal(0.0, np.radians(1.5), count)
    roll = np.where(rng.random(count) < _ROLLED, rng.normal(0.0, np.radians(10), count), steady)
    # Camera's x forward, y left, z up.
    turned = about(yaw, 0, 1) @ about(-pitch, 2, 0) @ about(roll, 1, 2)
    optical = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])
    aims: Array = optical @ turned.transpose(0, 2, 1)
    return aims
