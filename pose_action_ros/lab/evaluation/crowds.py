"""Simulated groups of people, near and far, partly hidden by each other and cut by the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.evaluation.chain import FIELDS, HEIGHTS, SIZE
from pose_action_ros.lab.evaluation.keypoint_scores import People
from pose_action_ros.simulation import (
    ACTIONS,
    Scene,
    Script,
    SimulatedFrame,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.skeletons import COCO_17, convert
from pose_action_ros.tracking.similarity import sizes

Array = npt.NDArray[np.float64]

MOST_PEOPLE = 6
DISTANCES = (1.5, 7.0)
"""Of people from the camera, along the floor [m]."""
_BODY_SHARE = 0.53
"""Of the box around a person that the body fills: what is usual where nobody drew outlines."""
_FEWEST = 3  # visible joints, with fewer somebody need not be found
_APART = 0.6  # [m] that people stand apart at least
_BEYOND = 0.55  # of the view, to each side: some stand half outside
_TRIES = 1000


def crowd(rng: np.random.Generator, people: int, seconds: float) -> Scene:
    """So many people before a robot's camera, most turned to it, each doing something."""
    lens = float(rng.uniform(*FIELDS))
    camera = VirtualCamera.looking_at(
        (0.0, 0.0, rng.uniform(*HEIGHTS)),
        (4.0, 0.0, rng.uniform(0.7, 1.2)),
        Intrinsics.from_field_of_view(*SIZE, lens),
        rng.uniform(-5, 5),
    )
    scripts = []
    for away, bearing in _places(rng, people, np.radians(lens)):
        place = (away * np.cos(bearing), away * np.sin(bearing))
        heading = bearing + np.pi + float(rng.normal(0, 0.8))
        action = str(rng.choice(ACTIONS))
        scripts.append(Script.random(rng, [action], seconds, place, heading, room=0.0))
    return Scene(scripts, camera, Surroundings.random(rng))


def _places(rng: np.random.Generator, people: int, view: float) -> Iterator[tuple[float, float]]:
    """Distance [m] and bearing [rad] of each person; nobody stands in another."""
    taken: list[complex] = []
    for _ in range(_TRIES):
        away, bearing = rng.uniform(*DISTANCES), rng.uniform(-_BEYOND, _BEYOND) * view
        place = complex(away * np.cos(bearing), away * np.sin(bearing))
        if len(taken) < people and all(abs(place - other) > _APART for other in taken):
            taken.append(place)
            yield float(away), float(bearing)


def true_people(frame: SimulatedFrame) -> People:
    """Who is in the image: the joints that can be seen, in COCO's order.

    Those of whom nearly nothing can be seen are ignored, wherever their joints are.
    """
    everybody = [person.keypoints.points for person in frame.people]
    points = convert(np.stack(everybody), frame.people[0].keypoints.skeleton, COCO_17)
    seen = np.stack([person.visible for person in frame.people]).astype(np.float64)
    shown = convert(seen[..., None], frame.people[0].keypoints.skeleton, COCO_17)[..., 0] > 0
    ignored = shown.sum(axis=1) < _FEWEST
    labelled = shown | ignored[:, None]
    areas = _BODY_SHARE * np.nan_to_num(sizes(points)) ** 2
    return People.true(np.where(labelled[..., None], points, np.nan), areas, ignored)
