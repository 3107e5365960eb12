"""Accuracy, time and memory of a 2D detector, on simulated groups of people.

The people are near and far, partly occluded by each other and partly outside the image.
"""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, Image, make_detector
from pose_action_ros.lab.evaluation.chain import FIELDS, HEIGHTS, SIZE
from pose_action_ros.lab.evaluation.keypoint_scores import KeypointScores, People, keypoint_scores
from pose_action_ros.lab.evaluation.settings import BLAZEPOSE, DetectorRun
from pose_action_ros.poses import Pose2D
from pose_action_ros.similarity import sizes, tolerances
from pose_action_ros.simulation import (
    ACTIONS,
    Scene,
    Script,
    SimulatedFrame,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.skeletons import COCO_17, convert

Array = npt.NDArray[np.float64]

MOST_PEOPLE = 6
DISTANCES = (1.5, 7.0)
"""Between camera and people, along the floor [m]."""
_BODY_SHARE = 0.53
"""Area of a body over the area of its box; the usual value without outlines."""
_FEWEST = 3  # visible joints; people with fewer are ignored
_APART = 0.6  # [m] smallest distance of people
_BEYOND = 0.55  # of the view, to each side: some people are half outside
_TRIES = 1000
GROUPS = (1, 2, 4, MOST_PEOPLE + 1)
"""Limits of the groups of scenes by number of people."""


@dataclass(frozen=True)
class Cost:
    """Time and memory of a detector.

    Attributes:
        wall, cpu: median wall and CPU time per image, the latter of all threads [ms].
        memory: growth of the process, including the model [MB]; NaN where unavailable.
    """

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class DetectorFigures:
    """Figures of one detector.

    Attributes:
        name: of the detector or its network.
        images: number of images.
        scores: over all of them.
        groups: scores of the scenes with 1, 2 to 3, and 4 to 6 people; none for other images.
        people: mean number per image: true and detected.
        cost: time and memory.
    """

    name: str
    images: int
    scores: KeypointScores
    groups: tuple[KeypointScores, ...]
    people: tuple[float, float]
    cost: Cost


class Stopwatch:
    """A detector with a stopwatch; see Detector.

    Args:
        name: "blazepose", or an OpenPose network's name or path.
        settings: the other settings.

    Raises:
        ModelError, EngineError: the model is missing or cannot be loaded.
    """

    def __init__(self, name: str, settings: DetectorSettings) -> None:
        before = _resident()
        if name == BLAZEPOSE:
            chosen = replace(settings, detector=BLAZEPOSE, detector_model="")
        else:
            chosen = replace(settings, detector="openpose", detector_model=name)
        self._detector: Detector = make_detector(chosen)
        self._before, self._after = before, before
        self._wall: list[float] = []
        self._cpu: list[float] = []

    def reset(self) -> None:
        """Restart with the next image."""
        self._detector.reset()

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """Detect the people in an image."""
        wall, cpu = perf_counter(), process_time()
        people = self._detector(image)
        self._wall.append(perf_counter() - wall)
        self._cpu.append(process_time() - cpu)
        self._after = max(self._after, _resident())
        return people

    def cost(self) -> Cost:
        """Cost of all calls so far."""
        wall, cpu = (float(np.median(times)) * 1e3 for times in (self._wall, self._cpu))
        return Cost(wall, cpu, self._after - self._before)


def crowd(rng: np.random.Generator, people: int, seconds: float) -> Scene:
    """People in the view of a robot's camera, most facing it, each with an action."""
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
    """Distance [m] and bearing [rad] of each person, at least _APART from the others."""
    taken: list[complex] = []
    for _ in range(_TRIES):
        away, bearing = rng.uniform(*DISTANCES), rng.uniform(-_BEYOND, _BEYOND) * view
        place = complex(away * np.cos(bearing), away * np.sin(bearing))
        if len(taken) < people and all(abs(place - other) > _APART for other in taken):
            taken.append(place)
            yield float(away), float(bearing)


def true_people(frame: SimulatedFrame) -> People:
    """Ground truth of an image: the visible joints in COCO's order.

    Nearly invisible people have all joints and are ignored.
    """
    skeleton = frame.people[0].keypoints.skeleton
    points = convert(
        np.stack([person.keypoints.points for person in frame.people]), skeleton, COCO_17
    )
    visible = np.stack([person.visible for person in frame.people]).astype(np.float64)
    visible_joints = convert(visible[..., None], skeleton, COCO_17)[..., 0] > 0
    ignored = visible_joints.sum(axis=1) < _FEWEST
    labelled = visible_joints | ignored[:, None]
    areas = _BODY_SHARE * np.nan_to_num(sizes(points)) ** 2
    return People.true(np.where(labelled[..., None], points, np.nan), areas, ignored)


def measure_detector(name: str, settings: DetectorRun) -> DetectorFigures:
    """Run a detector on simulated scenes, each a short video.

    Args:
        name: "blazepose", or an OpenPose network's name or path.
        settings: the scenes, and the detector's other settings.

    Raises:
        ModelError, EngineError: the model is missing or cannot be loaded.
    """
    tolerance = tolerances(COCO_17)
    groups: dict[int, list[tuple[People, People]]] = {first: [] for first in GROUPS[:-1]}
    crowd(np.random.default_rng(0), 1, 1.0).frame(0.0)  # the renderer's memory does not count
    detector = Stopwatch(name, settings)
    for number in range(settings.scenes):
        people = 1 + number % MOST_PEOPLE
        group = next(low for low, high in pairwise(GROUPS) if low <= people < high)
        rng = np.random.default_rng([settings.seed, number])
        groups[group] += _video(rng, people, settings, detector)
    images = [image for group in groups.values() for image in group]
    return DetectorFigures(
        name=Path(name).stem,
        images=len(images),
        scores=keypoint_scores(images, tolerance),
        groups=tuple(keypoint_scores(group, tolerance) for group in groups.values()),
        people=_mean_counts(images),
        cost=detector.cost(),
    )


def _video(
    rng: np.random.Generator, people: int, settings: DetectorRun, detector: Stopwatch
) -> Iterator[tuple[People, People]]:
    """True and detected people in each image of a scene."""
    scene = crowd(rng, people, max(settings.seconds, 1.0))
    detector.reset()
    for stamp in np.arange(0.0, settings.seconds, 1 / settings.images_per_second).tolist():
        frame = scene.frame(stamp)
        yield true_people(frame), detected_people(detector(frame.image))


def detected_people(people: Sequence[Pose2D]) -> People:
    """Poses of any skeleton in COCO's, matched by joint name."""
    poses = [person.to(COCO_17) for person in people]
    points = np.array([pose.points for pose in poses]).reshape(-1, len(COCO_17), 2)
    return People.detected(points, np.array([pose.score for pose in people], dtype=np.float64))


def _mean_counts(images: Iterable[tuple[People, People]]) -> tuple[float, float]:
    counts = [(int((~truth.ignored).sum()), len(detected)) for truth, detected in images]
    true, detected = np.mean(counts, axis=0).tolist()
    return true, detected


def _resident() -> float:
    """Resident memory of this process [MB]; NaN where the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return float("nan")
    return pages * resource.getpagesize() / 1e6
