"""People recorded by motion capture before virtual cameras: sightings like those of simulated ones.

Of the CMU recordings walking and running are what the simulation calls so too. The other recordings
show things without a label of their own, which no action is the answer to; those of games, where
people walk, run and jump between, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.cmu import read_positions
from pose_action_ros.lab.datasets.figure import figure_of
from pose_action_ros.lab.datasets.person import HEIGHT, PERSON
from pose_action_ros.lab.training.action.recordings import Sighting
from pose_action_ros.lab.training.action.seen import (
    RENDERED_RATE,
    Detect,
    kept_in_view,
    nearest,
    random_stamps,
    seen_in_images,
    seen_without_images,
    true_keypoints,
)
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.simulation import FIGURE, Body, Surroundings, VirtualCamera
from pose_action_ros.simulation.surfaces import person_surfaces

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

MEANING = {
    "walking": "walking",
    "walking_extra": "walking",
    "running": "running",
    "basketball_signal": UNKNOWN,
    "directing_traffic": UNKNOWN,
    "washwindow": UNKNOWN,
}
"""What each of the CMU actions is called here."""

RATE = 60.0  # [Hz]
SECONDS = 8.0  # longest stretch that is taken
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


def recorded_actions(path: Path, split: str) -> dict[str, Array]:
    """Recordings (T, 21, 3) [m] of the actions that mean something here, by `action/name`."""
    found = read_positions(path, split)
    return {name: joints for name, joints in found.items() if name.split("/")[0] in MEANING}


def recorded_sighting(
    rng: Rng, people: Mapping[str, Array], names: tuple[str, ...], detector: Detect | None
) -> Sighting:
    """A stretch of a recording, through images and detector or one that is simulated.

    Args:
        rng: source of everything random.
        people: recordings by `action/name`; every action is as likely.
        names: of labels; the sighting's are indices into them.
        detector: None for a simulated one.
    """
    action = str(rng.choice(sorted({name.split("/")[0] for name in people})))
    name = str(rng.choice([name for name in people if name.split("/")[0] == action]))
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    joints = _stretch(people[name], rng)
    length = (len(joints) - 1) / RATE
    even = np.arange(0.0, length, 1.0 / RENDERED_RATE)
    stamps = even if detector else random_stamps(rng, length)
    shown = kept_in_view(joints[(stamps * RATE).astype(int)], PERSON.root, rng)
    labels = np.full(len(stamps), names.index(MEANING[action]))
    body = Body.random(rng).scaled(HEIGHT)
    figure = figure_of(body, shown)
    if detector is None:
        return seen_without_images(figure.joints, stamps, labels, camera, rng)
    renderer = Surroundings.random(rng).renderer(camera)
    found = []
    for row, stamp in enumerate(stamps.tolist()):
        one = figure_of(body, shown[row : row + 1])
        surfaces = person_surfaces(body, one, camera)
        image = renderer.image([surfaces], [one.joints[0][_FEET]], stamp)
        truth = true_keypoints(figure.joints[row : row + 1], camera)
        found.append(nearest(detector(image), truth))
    return seen_in_images(found, stamps, labels, camera.intrinsics)


def _stretch(joints: Array, rng: Rng) -> Array:
    """Up to SECONDS of a recording, facing anywhere, from the origin."""
    count = min(len(joints), int(SECONDS * RATE))
    first = int(rng.integers(len(joints) - count + 1))
    part = joints[first : first + count]
    angle = rng.uniform(-np.pi, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = part - part[:1, PERSON.root, None] * [1.0, 1.0, 0.0]
    return np.concatenate([moved[..., :2] @ turn.T, moved[..., 2:]], axis=-1)
