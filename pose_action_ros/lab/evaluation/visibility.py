"""Visibility: the score of a joint that is visible, hidden, or outside the image.

Every joint of a person has a known state. Rendered people have the exact one. On films, a detection
in the whole image is the truth for the same image with furniture painted over it or with a border
that cuts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, make_detector
from pose_action_ros.lab.evaluation.films import film_files
from pose_action_ros.lab.evaluation.obstacles import Obstacle, random_obstacle
from pose_action_ros.lab.evaluation.settings import VisibilityRun, short_name, variant
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.training.action.rendered_people import nearest
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import (
    ACTIONS,
    FIGURE,
    Scene,
    Script,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.skeletons import BODY_25, convert
from pose_action_ros.sources import SourceSettings, open_source

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
States = npt.NDArray[np.int8]

SIZE = (640, 480)
STEP = 0.15
"""Time between the images of a clip [s]."""
SURE = 0.8
"""Least score of a joint on a film that is visible for certain."""
RIGHT = 0.06
"""Largest error of a joint at its place, in lengths of the person: 10 cm of 1.70 m."""
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BINS = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Limits of the score in the table of calibration."""
_SIDES = ("left", "right")
GROUPS = {
    "head": ["nose", *(f"{side}_{part}" for side in _SIDES for part in ("eye", "ear"))],
    "torso": [f"{side}_{part}" for side in _SIDES for part in ("shoulder", "hip")],
    "arms": [f"{side}_{part}" for side in _SIDES for part in ("elbow", "wrist")],
    "legs": [f"{side}_{part}" for side in _SIDES for part in ("knee", "ankle")],
    "feet": [f"{side}_{part}" for side in _SIDES for part in ("heel", "big_toe")],
}


class State(IntEnum):
    """State of a joint; UNCERTAIN ones, at the edge of two states, do not count.

    OWN_BODY: hidden by the person's own body; HIDDEN: by furniture in front.
    """

    UNCERTAIN = -1
    VISIBLE = 0
    OWN_BODY = 1
    HIDDEN = 2
    OUTSIDE = 3


@dataclass(frozen=True, eq=False)
class View:
    """One person in one image.

    Attributes:
        image: (H, W, 3) BGR.
        points: (25, 2) [px] the true joints, also those that are not visible; NaN if unknown.
        states: (25,) a State each.
        length: of the person [px]: 1.70 m at its distance.
    """

    image: Image
    points: Array
    states: States
    length: float


def rendered_clip(rng: np.random.Generator, images: int) -> Iterator[View]:
    """Views of a rendered person, near or far, often partly outside the image or hidden."""
    lens = float(rng.uniform(50, 90))
    away = float(np.exp(rng.uniform(np.log(0.8), np.log(5.0))))
    camera = VirtualCamera.looking_at(
        (0.0, 0.0, rng.uniform(0.3, 1.8)),
        (away, 0.0, rng.uniform(0.8, 1.4)),
        Intrinsics.from_field_of_view(*SIZE, lens),
        rng.uniform(-5, 5),
    )
    bearing = float(np.radians(lens) * np.clip(rng.normal(0, 0.2), -0.5, 0.5))
    place = (away * np.cos(bearing), away * np.sin(bearing))
    turned = rng.normal(0, 0.8) if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
    script = Script.random(rng, [str(rng.choice(ACTIONS))], 10.0, place, bearing + np.pi + turned)
    scene = Scene([script], camera, Surroundings.random(rng))
    obstacle: Obstacle | None = None
    for time in (rng.uniform(0, 3) + STEP * np.arange(images)).tolist():
        frame = scene.frame(time)
        joints = convert(camera.to_camera(script.joints([time]))[0], FIGURE, BODY_25)
        points = camera.intrinsics.project(joints)
        depth = float(np.median(joints[:, 2]))
        length = 1.70 * camera.intrinsics.fy / max(depth, 0.3)
        states = np.where(frame.people[0].visible, State.VISIBLE, State.OWN_BODY).astype(np.int8)
        if obstacle is None:
            obstacle = random_obstacle(rng, frame.image.shape[:2], _box(points, frame.image))
        yield with_obstacle(View(frame.image, points, states, length), obstacle)


def filmed_clip(
    rng: np.random.Generator, images: Sequence[Image], detector: Detector
) -> Iterator[View]:
    """Views of the only person in images, hidden and cut; the truth is a detection in each."""
    detector.reset()
    truths = [detector(image) for image in images]
    obstacle: Obstacle | None = None
    for image, people in zip(images, truths, strict=True):
        if len(people) != 1:
            continue
        pose = people[0].to(BODY_25)
        states = np.where(pose.scores >= SURE, State.VISIBLE, State.UNCERTAIN).astype(np.int8)
        length = _length(pose.points)
        if not np.isfinite(length):
            continue
        if obstacle is None:
            obstacle = random_obstacle(rng, image.shape[:2], _box(pose.points, image))
        yield with_obstacle(View(image, pose.points, states, length), obstacle)


def with_obstacle(view: View, obstacle: Obstacle) -> View:
    """The view with an obstacle in front of the person, or cut at a border."""
    states = view.states.copy()
    cover = obstacle.cover(view.points, view.length)
    states[(cover > 0.05) & (states != State.UNCERTAIN)] = State.UNCERTAIN
    states[(cover > 0.95) & (view.states != State.UNCERTAIN)] = State.HIDDEN
    image, points = obstacle.applied(view.image), obstacle.shifted(view.points)
    inside = _inside(points, image)
    margin = 0.02 * view.length
    states[~inside] = State.OUTSIDE
    states[~inside & _inside(points, image, margin)] = State.UNCERTAIN
    states[np.isnan(points).any(axis=1)] = State.UNCERTAIN
    return View(image, points, states, view.length)


def _inside(points: Array, image: Image, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    last = np.array([image.shape[1], image.shape[0]]) - 0.5 + margin
    with np.errstate(invalid="ignore"):
        return np.asarray(((points > -0.5 - margin) & (points < last)).all(axis=1))


def _box(points: Array, image: Image) -> tuple[float, float, float, float]:
    """Box around the joints in the image."""
    high = np.array([image.shape[1], image.shape[0]]) - 1.0
    shown = points[np.isfinite(points).all(axis=1)].clip(0, high)
    left, top = shown.min(axis=0).tolist()
    right, bottom = shown.max(axis=0).tolist()
    return left, top, right, bottom


@dataclass
class VisibilityReport:
    """Joints of the people found so far; the rows of the arrays are people.

    Attributes:
        name: of the detector.
        views: number of views.
        states: (25,) each.
        scores: (25,) each, 0 for a joint that is not reported.
        errors: (25,) each, in lengths of the person.
    """

    name: str
    views: int = 0
    states: list[States] = field(default_factory=list)
    scores: list[Array] = field(default_factory=list)
    errors: list[Array] = field(default_factory=list)

    def add(self, view: View, people: Sequence[Pose2D]) -> None:
        """Add a view with the people that were detected in it."""
        self.views += 1
        truth = Pose2D(BODY_25, view.points, (view.states != State.UNCERTAIN).astype(float))
        found = nearest([person.to(BODY_25) for person in people], truth)
        if found is not None:
            self.states.append(view.states)
            self.scores.append(found.scores)
            apart = np.linalg.norm(found.points - view.points, axis=1)
            self.errors.append(apart / view.length)


def measure_visibility(
    name: str, settings: VisibilityRun, films: Sequence[Path] = ()
) -> VisibilityReport:
    """Run a detector on clips of people, partly hidden or outside the image.

    Args:
        name: of the variant, see `variant`.
        settings: all other settings.
        films: of one person, and folders of them; none for rendered people.

    Raises:
        SourceError: a film cannot be read.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    chosen = variant(name, settings)
    detector, report = make_detector(chosen), VisibilityReport(short_name(name))
    unhidden = make_detector(replace(chosen, max_people=2)) if films else detector
    for clip in tqdm(_clips(chosen, film_files(films), unhidden), name, disable=None):
        detector.reset()
        for number, view in enumerate(clip):
            if not number:
                detector(view.image)  # finds the person; the next call follows, as in a stream
            report.add(view, detector(view.image))
    return report


def _clips(
    settings: VisibilityRun, films: Sequence[Path], detector: Detector
) -> Iterator[Iterator[View]]:
    """Rendered clips, or clips of the films."""
    for number in range(settings.clips):
        if not films:
            rng = np.random.default_rng([settings.seed, number])
            yield rendered_clip(rng, settings.images_each)
        for row, film in enumerate(films):
            rng = np.random.default_rng([settings.seed, number, row])
            yield filmed_clip(rng, _images(film, rng, settings.images_each), detector)


def _images(film: Path, rng: np.random.Generator, count: int) -> list[Image]:
    """Images of a film, from a random one on."""
    with closing(open_source(SourceSettings(source=str(film)))) as source:
        step = max(round(STEP * source.rate), 1)
        last = max((source.length or 0) - step * count, 0)
        first = int(rng.integers(last + 1))
        return [frame.image for frame in islice(source, first, first + step * count, step)]


def visibility_tables(report: VisibilityReport) -> tuple[Table, Table]:
    """Share of the joints in each state that are reported, and calibration of the scores."""
    shape = (-1, len(BODY_25))
    states: States = np.array(report.states, dtype=np.int8).reshape(shape)
    scores: Array = np.array(report.scores, dtype=np.float64).reshape(shape)
    errors: Array = np.array(report.errors, dtype=np.float64).reshape(shape)
    title = f"{report.name}: {len(states)} people found in {report.views} views"
    header = ["joints", "state", "number", *(f"{least:g}" for least in THRESHOLDS)]
    rows: list[list[str]] = []
    for group, names in GROUPS.items():
        columns = [BODY_25.index(name) for name in names]
        rows += _kept(group, states[:, columns], scores[:, columns])
    certain = states != State.UNCERTAIN
    right = (states == State.VISIBLE) & (errors <= RIGHT)
    bins = []
    for low, high in pairwise(BINS):
        inside = certain & (scores >= low) & ((scores < high) | (high == BINS[-1]))
        share = f"{100 * right[inside].mean():.0f}" if inside.any() else "-"
        bins.append([f"{low:g} to {high:g}", str(inside.sum()), share])
    return (
        Table(f"{title}; percent of the joints with at least these scores", header, rows),
        Table(f"{report.name}: calibration", ["score", "joints", "visible and right %"], bins),
    )


def _kept(group: str, states: States, scores: Array) -> Iterator[list[str]]:
    """A row for each state of a group; none if the detector has no such joints."""
    for state in State:
        chosen = scores[states == state]
        if state != State.UNCERTAIN and len(chosen) and scores.any():
            shares = [f"{100 * (chosen >= least).mean():.1f}" for least in THRESHOLDS]
            yield [group, state.name.lower().replace("_", " "), str(len(chosen)), *shares]


_TRUNK = [BODY_25.index("neck"), BODY_25.index("mid_hip")]


def _length(points: Array) -> float:
    """Length of a standing person [px] from the trunk, which is 0.3 of it."""
    return float(np.linalg.norm(points[_TRUNK[0]] - points[_TRUNK[1]]) / 0.3)
