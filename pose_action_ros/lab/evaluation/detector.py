"""How well, how fast and with how much memory a 2D detector finds people."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from pose_action_ros.detection import Detector, DetectorSettings, Image, make_detector
from pose_action_ros.lab.evaluation.crowds import MOST_PEOPLE, crowd, true_people
from pose_action_ros.lab.evaluation.keypoint_scores import KeypointScores, People, keypoint_scores
from pose_action_ros.poses import Pose2D
from pose_action_ros.settings import setting
from pose_action_ros.skeletons import COCO_17
from pose_action_ros.tracking.similarity import tolerances

BLAZEPOSE = "blazepose"
GROUPS = (1, 2, 4, MOST_PEOPLE + 1)
"""Limits of the groups of scenes by number of people."""


@dataclass(frozen=True)
class DetectorRun(DetectorSettings):
    """Scenes to measure on."""

    scenes: int = setting(60, "scenes; one to six people in turn", low=1)
    seconds: float = setting(1.0, "length of a scene", unit="s", low=0.1, high=60.0)
    images_per_second: float = setting(8.0, "of a scene", unit="Hz", low=0.1, high=120.0)
    seed: int = setting(3000, "of the scenes", low=0)
    max_people: int = setting(20, "most people reported per image", low=1, high=32)


@dataclass(frozen=True)
class Cost:
    """What finding people took.

    Attributes:
        wall, cpu: median per image on the wall, and of the processor in all threads [ms].
        memory: by which the process grew, with the model [MB]; NaN where it cannot be told.
    """

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class DetectorFigures:
    """What was measured of one detector.

    Attributes:
        name: of the detector or its network.
        images: looked at.
        scores: over all of them.
        groups: scores of the scenes with 1, 2 to 3, and 4 to 6 people; none for other images.
        people: in an image, on average: who is there and who is found.
        cost: of it.
    """

    name: str
    images: int
    scores: KeypointScores
    groups: tuple[KeypointScores, ...]
    people: tuple[float, float]
    cost: Cost


class Stopwatch:
    """A detector that is timed; see Detector.

    Args:
        name: "blazepose", or an OpenPose network's name or path.
        settings: others.

    Raises:
        ModelError, EngineError: it cannot be had.
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
        """Forget what earlier images showed."""
        self._detector.reset()

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image."""
        wall, cpu = perf_counter(), process_time()
        people = self._detector(image)
        self._wall.append(perf_counter() - wall)
        self._cpu.append(process_time() - cpu)
        self._after = max(self._after, _resident())
        return people

    def cost(self) -> Cost:
        """So far."""
        wall, cpu = (float(np.median(times)) * 1e3 for times in (self._wall, self._cpu))
        return Cost(wall, cpu, self._after - self._before)


def measure_detector(name: str, settings: DetectorRun) -> DetectorFigures:
    """Show simulated scenes, each as a short film, to a detector.

    Args:
        name: "blazepose", or an OpenPose network's name or path.
        settings: the scenes, and the detector's other settings.

    Raises:
        ModelError, EngineError: it cannot be had.
    """
    tolerance = tolerances(COCO_17)
    groups: dict[int, list[tuple[People, People]]] = {first: [] for first in GROUPS[:-1]}
    crowd(np.random.default_rng(0), 1, 1.0).frame(0.0)  # what rendering needs is no detector's
    detector = Stopwatch(name, settings)
    for number in range(settings.scenes):
        people = 1 + number % MOST_PEOPLE
        group = next(low for low, high in pairwise(GROUPS) if low <= people < high)
        groups[group] += _film(
            np.random.default_rng([settings.seed, number]), people, settings, detector
        )
    images = [image for group in groups.values() for image in group]
    return DetectorFigures(
        name=Path(name).stem,
        images=len(images),
        scores=keypoint_scores(images, tolerance),
        groups=tuple(keypoint_scores(group, tolerance) for group in groups.values()),
        people=_people(images),
        cost=detector.cost(),
    )


def _film(
    rng: np.random.Generator, people: int, settings: DetectorRun, detector: Stopwatch
) -> Iterator[tuple[People, People]]:
    """A scene, image by image: who is there and who is found."""
    scene = crowd(rng, people, max(settings.seconds, 1.0))
    detector.reset()
    for stamp in np.arange(0.0, settings.seconds, 1 / settings.images_per_second).tolist():
        frame = scene.frame(stamp)
        yield true_people(frame), found_people(detector(frame.image))


def found_people(people: Sequence[Pose2D]) -> People:
    """Poses of any skeleton as those of COCO, by joint name."""
    poses = [person.to(COCO_17) for person in people]
    points = np.array([pose.points for pose in poses]).reshape(-1, len(COCO_17), 2)
    return People.found(points, np.array([pose.score for pose in people], dtype=np.float64))


def _people(images: Iterable[tuple[People, People]]) -> tuple[float, float]:
    counts = [(int((~truth.ignored).sum()), len(found)) for truth, found in images]
    there, found = np.mean(counts, axis=0).tolist()
    return there, found


def _resident() -> float:
    """Memory of this process [MB]; NaN where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return float("nan")
    return pages * resource.getpagesize() / 1e6
