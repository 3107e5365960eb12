"""People in the views of random virtual cameras like those of robots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import (
    INPUT_ROWS,
    OUTPUT_ROWS,
    PERSON,
    standing_heights,
    stretched,
)
from pose_action_ros.lifting.normalisation import (
    STANDARD_HEIGHT,
    normalise,
    optical_to_virtual,
)

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp] | Flags | slice
Generator = np.random.Generator

HEIGHTS = (0.15, 2.5)  # [m] of the camera over the floor
DISTANCES = (1.2, 6.0)  # [m] along the floor
FIELDS = (50.0, 90.0)  # [degrees] of view, horizontal
_ASPECTS = (4 / 3, 16 / 9)
_ANKLES = [PERSON.index("left_ankle"), PERSON.index("right_ankle")]
STRETCH = 0.05
"""Standard deviation of the random changes of recorded people's bone lengths."""


@dataclass(frozen=True, eq=False)
class Views:
    """N people, each in the view of its own camera.

    Attributes:
        joints: (N, 21, 3) [m] PERSON joints in the optical frame.
        rays: (N, 18, 2) x/z and y/z of COCO-18 joints, exact or detected, NaN if missing.
        scores: (N, 18) 0 to 1; 0 if missing.
    """

    joints: Array
    rays: Array
    scores: Array

    def __len__(self) -> int:
        return len(self.joints)

    def __getitem__(self, rows: Rows) -> Views:
        """The views in these rows."""
        return Views(self.joints[rows], self.rays[rows], self.scores[rows])


@dataclass(frozen=True, eq=False)
class Samples:
    """Training samples of a network.

    Attributes:
        features: (N, 18, 3) see Normalised.
        targets: (N, 17, 3) [m] root-relative joints of a person of standard height in the virtual
            camera.
        usable: (N,) true for liftable people; the other rows have no meaning.
        rotations: (N, 3, 3) from the optical frame to the virtual camera's.
    """

    features: Array
    targets: Array
    usable: Flags
    rotations: Array


def random_people(pool: Array, count: int, rng: Generator, stretch: float = STRETCH) -> Array:
    """Draw varied people (count, 21, 3) from a pool (P, 21, 3), z up, at the origin of the floor.

    Each is turned about the vertical, mirrored with probability 0.5, and has bone lengths changed
    by `stretch` (standard deviation of the logarithm, the same for both sides).
    """
    people = pool[rng.integers(len(pool), size=count)]
    factors = np.exp(rng.normal(0.0, stretch, (count, len(PERSON))))
    people = stretched(people, np.sqrt(factors * factors[:, PERSON.mirror]))
    mirrored = people[:, PERSON.mirror] * [1.0, -1.0, 1.0]
    people = np.where(rng.random((count, 1, 1)) < 0.5, people, mirrored)
    people = people @ _about(rng.uniform(-np.pi, np.pi, count), 0, 1).transpose(0, 2, 1)
    floor = people[:, _ANKLES, 2].min(axis=1) - rng.uniform(0.05, 0.12, count)
    people[..., :2] -= people[:, :1, :2]
    people[..., 2] -= floor[:, None]
    return people


def random_views(people: Array, rng: Generator) -> Views:
    """Exact views of people (N, 21, 3), z up, at the origin, by random cameras."""
    count = len(people)
    distance = np.exp(rng.uniform(np.log(DISTANCES[0]), np.log(DISTANCES[1]), count))
    camera = np.column_stack([-distance, np.zeros(count), rng.uniform(*HEIGHTS, count)])
    half_width = np.tan(np.radians(rng.uniform(*FIELDS, count)) / 2)
    half = np.column_stack([half_width, half_width / rng.choice(_ASPECTS, count)])
    rotations = _aims(people, camera, half, rng)
    joints = (people - camera[:, None]) @ rotations.transpose(0, 2, 1)
    inputs = joints[:, INPUT_ROWS]
    rays = inputs[..., :2] / np.maximum(inputs[..., 2:], 0.1)
    inside = (np.abs(rays) < half[:, None]).all(axis=-1) & (inputs[..., 2] > 0.1)
    return Views(joints, np.where(inside[..., None], rays, np.nan), inside.astype(float))


def samples_of(views: Views) -> Samples:
    """Network inputs and targets of views."""
    inputs = normalise(views.rays, views.scores)
    scale = STANDARD_HEIGHT / standing_heights(views.joints)
    outputs = views.joints[:, OUTPUT_ROWS]
    relative = (outputs - outputs[:, :1]) * scale[:, None, None]
    targets = optical_to_virtual(relative, inputs.rotations)
    return Samples(inputs.features, targets, inputs.liftable, inputs.rotations)


def exact_rays(joints: Array) -> Array:
    """(N, 18, 2) x/z and y/z of the COCO-18 joints of people (N, 21, 3) in the optical frame."""
    inputs = joints[:, INPUT_ROWS]
    rays: Array = inputs[..., :2] / inputs[..., 2:]
    return rays


def complete_views(views: Views) -> Views:
    """The same people with all keypoints, all exact."""
    rays = exact_rays(views.joints)
    return Views(views.joints, rays, np.ones(rays.shape[:2]))


def concatenate(parts: Sequence[Views]) -> Views:
    """Several views as one, in order."""
    return Views(
        np.concatenate([part.joints for part in parts]),
        np.concatenate([part.rays for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _aims(people: Array, camera: Array, half: Array, rng: Generator) -> Array:
    """(N, 3, 3) world to optical: level or aimed at the person, off centre, slightly rolled."""
    count = len(people)
    middle = people.mean(axis=1) - camera
    aimed = np.arctan2(middle[:, 2], middle[:, 0])  # up
    level = rng.normal(0.0, np.radians(5), count)
    pitch = np.where(rng.random(count) < 0.5, aimed + level, level)
    yaw = np.arctan(rng.uniform(-0.8, 0.8, count) * half[:, 0])
    steady = rng.normal(0.0, np.radians(1.5), count)
    roll = np.where(rng.random(count) < 0.15, rng.normal(0.0, np.radians(10), count), steady)
    # Camera's x forward, y left, z up.
    turned = _about(yaw, 0, 1) @ _about(-pitch, 2, 0) @ _about(roll, 1, 2)
    optical = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])
    aims: Array = optical @ turned.transpose(0, 2, 1)
    return aims


def _about(angles: Array, first: int, second: int) -> Array:
    """(N, 3, 3) rotations of axis `first` towards axis `second`."""
    result = np.tile(np.eye(3), (len(angles), 1, 1))
    result[:, first, first] = result[:, second, second] = np.cos(angles)
    result[:, second, first] = np.sin(angles)
    result[:, first, second] = -np.sin(angles)
    return result
