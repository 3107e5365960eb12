"""Simulated groups of people before a robot's camera: performers of actions, and passers-by.

The rendered images are stored as JPEG files, as cameras send them, and used again in later runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import pose_action_ros.simulation
from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.evaluation.chain import FIELDS, HEIGHTS, SIZE
from pose_action_ros.simulation import (
    ACTIONS,
    Body,
    Performance,
    Scene,
    Script,
    SimulatedPerson,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.simulation.motions.gait import strolling
from pose_action_ros.simulation.route import Route

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator

DISTANCES = (1.5, 12.0)
"""Between camera and people, along the floor [m]; near ones are as frequent as far ones."""
_APART = 0.6  # [m] smallest distance between two people
_BEYOND = 0.55  # of the view, to each side: some performers are half outside
_ACROSS = 0.45  # of the view, to each side: where passers-by turn
_OUTSIDE = 0.85  # of the view, to each side: where they are out of it
_NEAREST, _FARTHEST = 1.8, 9.0  # [m] from the camera, of the stops of passers-by
_LEAVES = 0.35  # share of the stops that are outside
_TRIES = 1000
_QUALITY = 95  # of the JPEG files


@dataclass(frozen=True, eq=False)
class Clip:
    """A rendered scene of P people in T images.

    Attributes:
        images: JPEG files, in order.
        stamps: (T,) [s].
        intrinsics: of the camera.
        heights: (P,) of the people [m].
        actions: (P,) the action of each.
        joints: (T, P, 25, 2) body_25 [px], NaN outside the image.
        visible, exposed: (T, P, 25); see SimulatedPerson.
        poses: (T, P, 17, 3) human36m_17 [m] in the optical frame.
    """

    images: tuple[Path, ...]
    stamps: Array
    intrinsics: Intrinsics
    heights: Array
    actions: tuple[str, ...]
    joints: Array
    visible: Flags
    exposed: Flags
    poses: Array

    def __len__(self) -> int:
        return len(self.images)

    def image(self, number: int) -> Image:
        """Pixels of an image, (H, W, 3) BGR."""
        return np.asarray(cv2.imread(str(self.images[number]), cv2.IMREAD_COLOR), dtype=np.uint8)


def record(
    cast: Callable[[Rng, int, float], Scene],
    seed: tuple[int, int],
    people: int,
    length: tuple[float, float],
    folder: Path,
) -> Clip:
    """Render a scene, or read it where an earlier run has stored it.

    Args:
        cast: `performers` or `passers`.
        seed: of the scene.
        people: their number.
        length: seconds, and images per second.
        folder: of all scenes; each has a sub-folder with its images and its ground truth.
    """
    seconds, rate = length
    scene = cast(np.random.default_rng(seed), people, seconds)
    key = f"{cast.__name__} {seed} {people} {length} {_simulation()}"
    place = folder / f"{cast.__name__}-{people}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    stamps = np.arange(0.0, seconds, 1 / rate)
    images = tuple(place / f"{number:04}.jpg" for number in range(len(stamps)))
    truth = place / "truth.npz"
    if not truth.exists():
        place.mkdir(parents=True, exist_ok=True)
        _render(scene, stamps, images, truth)
    with np.load(truth) as stored:
        return Clip(
            images,
            stamps,
            scene.camera.intrinsics,
            heights=np.array([person.body.height for person in scene.people]),
            actions=tuple(person.label_at(0.0) for person in scene.people),
            **stored,
        )


def _render(scene: Scene, stamps: Array, images: Sequence[Path], file: Path) -> None:
    """Write the images, and the arrays of the ground truth to a file."""
    truth: list[tuple[SimulatedPerson, ...]] = []
    for stamp, path in zip(stamps.tolist(), images, strict=True):
        frame = scene.frame(stamp)
        cv2.imwrite(str(path), frame.image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        truth.append(frame.people)
    np.savez(
        file,
        joints=np.array([[one.keypoints.points for one in people] for people in truth]),
        visible=np.array([[one.visible for one in people] for people in truth]),
        exposed=np.array([[one.exposed for one in people] for people in truth]),
        poses=np.array([[one.pose.points for one in people] for people in truth]),
    )


def _simulation() -> str:
    """Hash of the source code of the simulation: changes of it make stored images useless."""
    files = [Path(__file__)]
    for folder in pose_action_ros.simulation.__path__:
        files += sorted(Path(folder).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def performers(rng: Rng, people: int, seconds: float) -> Scene:
    """People in the view of a robot's camera, most facing it, each with one action."""
    camera, view = _camera(rng)
    scripts = []
    for away, bearing in _places(rng, people, view):
        place = (away * np.cos(bearing), away * np.sin(bearing))
        heading = bearing + np.pi + float(rng.normal(0, 0.8))
        action = str(rng.choice(ACTIONS))
        scripts.append(Script.random(rng, [action], seconds, place, heading, room=0.0))
    return Scene(scripts, camera, Surroundings.random(rng))


def passers(rng: Rng, people: int, seconds: float) -> Scene:
    """People who walk about in the view, stop, hide each other, leave and return."""
    camera, view = _camera(rng)
    scripts, routes = list[Script](), list[Route]()
    while len(scripts) < people:
        route = _free_route(rng, view, seconds, routes)
        body = Body.random(rng)
        scripts.append(Script([Performance("walking", body, strolling(body, rng, route))], [0.0]))
        routes.append(route)
    return Scene(scripts, camera, Surroundings.random(rng))


def _camera(rng: Rng) -> tuple[VirtualCamera, float]:
    """A robot's camera at the origin that looks along x, and its horizontal view [rad]."""
    lens = float(rng.uniform(*FIELDS))
    camera = VirtualCamera.looking_at(
        (0.0, 0.0, rng.uniform(*HEIGHTS)),
        (4.0, 0.0, rng.uniform(0.7, 1.2)),
        Intrinsics.from_field_of_view(*SIZE, lens),
        rng.uniform(-5, 5),
    )
    return camera, float(np.radians(lens))


def _away(rng: Rng, low: float, high: float) -> float:
    """A distance [m] from the camera, uniform in its logarithm, as heights in the image are."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _places(rng: Rng, people: int, view: float) -> Iterator[tuple[float, float]]:
    """Distance [m] and bearing [rad] of each person, at least _APART from the others."""
    taken: list[complex] = []
    for _ in range(_TRIES):
        away, bearing = _away(rng, *DISTANCES), rng.uniform(-_BEYOND, _BEYOND) * view
        place = complex(away * np.cos(bearing), away * np.sin(bearing))
        if len(taken) < people and all(abs(place - other) > _APART for other in taken):
            taken.append(place)
            yield away, float(bearing)


def _free_route(rng: Rng, view: float, seconds: float, others: list[Route]) -> Route:
    """A route that keeps _APART from the others, or the best of many."""
    best, widest = _route(rng, view, seconds), -1.0
    times = np.arange(0.0, seconds, 0.1)
    for _ in range(_TRIES // 5):
        route = _route(rng, view, seconds)
        gap = min((_gap(route, other, times) for other in others), default=np.inf)
        if gap > widest:
            best, widest = route, gap
        if gap > _APART:
            break
    return best


def _gap(one: Route, other: Route, times: Array) -> float:
    """Smallest distance between two people [m]."""
    x, y = (
        one.at(one.places[:, axis], times) - other.at(other.places[:, axis], times)
        for axis in (0, 1)
    )
    return float(np.hypot(x, y).min())


def _route(rng: Rng, view: float, seconds: float) -> Route:
    """A route through random places, to one side of the view and the other in turn."""
    speed, pause, side = rng.uniform(0.8, 1.6), rng.uniform(0.3, 2.5), rng.choice([-1.0, 1.0])
    stops, way = list[tuple[float, float]](), 0.0
    while way < speed * seconds or len(stops) < 2:
        outside = len(stops) > 0 and rng.random() < _LEAVES
        bearing = side * view * (_OUTSIDE if outside else rng.uniform(0.0, _ACROSS))
        away = _away(rng, _NEAREST, _FARTHEST)
        stop = (away * np.cos(bearing), away * np.sin(bearing))
        way += float(np.hypot(stop[0] - stops[-1][0], stop[1] - stops[-1][1])) if stops else 0.0
        stops.append(stop)
        side = -side
    return Route.through(stops, float(speed), float(pause))
