"""All stages from image to placed pose, on rendered people with ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.evaluation.placement import PlacementReport, placement_report
from pose_action_ros.lab.evaluation.postures import postures
from pose_action_ros.lab.evaluation.settings import ChainRun
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.metrics import joint_errors
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation import (
    ACTIONS,
    Scene,
    Script,
    SimulatedFrame,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

THRESHOLD = 0.150
"""PCK's [m]."""
DISTANCES = (1.5, 6.0)
"""Between camera and person, along the floor [m]."""
HEIGHTS = (0.3, 1.8)  # [m] of the camera over the floor
FIELDS = (50.0, 90.0)  # [degrees] of view, horizontal
SIZE = (640, 480)  # [px]
ADULT, CHILD = "1.45 m and taller", "smaller"
"""Groups of statures."""
_CHILD = 1.45  # [m]
_WARM_UP = 1.0  # [s] at the start of each scene that do not count: filters settle
_SAME = 0.25  # largest median 2D error of a true positive, relative to the person's image height
_ROOM = 0.2  # largest walking range, relative to the distance


@dataclass(frozen=True)
class PoseScores:
    """Errors of poses in true size.

    Attributes:
        mpjpe: [mm] root-aligned, over the joints of the poses; NaN without any.
        pck: share of them (0 to 1) within 150 mm, root-aligned; NaN without any.
        placement: error of the root by distance.
    """

    mpjpe: float
    pck: float
    placement: PlacementReport


@dataclass(frozen=True)
class ChainScores:
    """Figures of all stages for a group of images.

    Attributes:
        images: with a person in view.
        found: share of them in which the person was detected and placed.
        measured: with each person's true height as person_height.
        assumed: with the default person_height.
    """

    images: int
    found: float
    measured: PoseScores
    assumed: PoseScores


@dataclass(frozen=True)
class ChainReport(ChainScores):
    """Figures of all images.

    Attributes:
        jitter: [mm] median change of the distance's error between images; NaN without any.
        groups: figures by stature and posture.
    """

    jitter: float
    groups: Mapping[str, ChainScores]


@dataclass(frozen=True, eq=False)
class _Result:
    pose: Array | None  # (17, 3) [m] at the assumed height; None when not detected or not placed
    truth: Array  # (17, 3) [m]
    size: float  # true over assumed height
    group: str  # of statures and postures


def measure_chain(settings: ChainRun) -> ChainReport:
    """Render, detect, track and lift people, and compare them with the ground truth.

    Raises:
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    detector, lifter = make_detector(DetectorSettings(max_people=1)), Lifter(LifterSettings())
    scenes = []
    for number in tqdm(range(settings.scenes), desc="chain", unit="scene"):
        rng = np.random.default_rng([settings.seed, number])
        scenes.append(list(_results(rng, settings, detector, lifter)))
    results = [one for scene in scenes for one in scene]
    groups = {
        name: _chain_scores([one for one in results if one.group == name])
        for name in sorted({one.group for one in results})
    }
    everyone = _chain_scores(results)
    return ChainReport(**vars(everyone), jitter=_jitter(scenes), groups=groups)


def group_table(report: ChainReport) -> Table:
    """One row for each group of statures and postures."""
    header = ["stature, posture", "images", "detected and placed [%]"]
    for title in ("height given", "height assumed"):
        header += [f"{title}: MPJPE [mm]", "median error of the root [mm]", "of the distance [%]"]
    rows = []
    for name, scores in report.groups.items():
        row = [name, str(scores.images), f"{scores.found * 100:.1f}"]
        for poses in (scores.measured, scores.assumed):
            root = poses.placement.overall
            row += [f"{poses.mpjpe:.1f}", _cell(root.error, 0), _cell(root.relative, 1)]
        rows.append(row)
    return Table("By stature and posture", header, rows)


def _cell(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def random_scene(rng: np.random.Generator, seconds: float, resting: float = 0.0) -> Scene:
    """One person in two successive actions, mostly facing the camera, or in a posture.

    The camera is a robot's, low or high; a near camera has only a part of the person in view.

    Args:
        rng: random numbers.
        seconds: length of the scene.
        resting: probability of a posture; it has any direction.
    """
    if resting and rng.random() < resting:
        performance = posture_performance(rng, str(rng.choice(POSTURES)))
        script = Script([performance], [0.0], heading=float(rng.uniform(-np.pi, np.pi)))
        return Scene([script], _camera(rng, (0.2, 0.9))[0], Surroundings.random(rng))
    camera, away = _camera(rng, (0.9, 1.2))
    actions = [str(action) for action in rng.choice(ACTIONS, 2, replace=False)]
    script = Script.random(
        rng, actions, seconds / 2, heading=float(rng.normal(0, 0.6)), room=_ROOM * away
    )
    return Scene([script], camera, Surroundings.random(rng))


def _camera(rng: np.random.Generator, aim: tuple[float, float]) -> tuple[VirtualCamera, float]:
    """A camera aimed between two heights over the origin, and its distance along the floor [m]."""
    away, lens = rng.uniform(*DISTANCES), rng.uniform(*FIELDS)
    camera = VirtualCamera.looking_at(
        (away, 0.0, rng.uniform(*HEIGHTS)),
        (0.0, rng.normal(0, 0.1), rng.uniform(*aim)),
        Intrinsics.from_field_of_view(*SIZE, lens),
        rng.uniform(-5, 5),
    )
    return camera, away


def _results(
    rng: np.random.Generator, settings: ChainRun, detector: Detector, lifter: Lifter
) -> Iterator[_Result]:
    """Result of each image of a scene."""
    scene = random_scene(rng, settings.seconds, settings.postures)
    tracker = Tracker(TrackerSettings())
    height = scene.people[0].body.height
    size = height / lifter.settings.person_height
    detector.reset()
    lifter.reset()
    for stamp in np.arange(0.0, settings.seconds, 1 / settings.rate).tolist():
        frame = scene.frame(stamp)
        people = tracker.update(detector(frame.image), stamp)
        poses = lifter(people, frame.intrinsics, stamp)
        if stamp >= _WARM_UP and frame.people[0].keypoints.present.any():
            truth = frame.people[0].pose.points
            world = (truth - scene.camera.translation) @ scene.camera.rotation
            (posture,) = postures(world[None])
            group = f"{CHILD if height < _CHILD else ADULT}, {posture}"
            yield _Result(_pose(people, poses, frame), truth, size, group)


def _pose(people: Sequence[Pose2D], poses: Sequence[Pose3D], frame: SimulatedFrame) -> Array | None:
    """The placed pose of the detection that matches the true person."""
    truth = frame.people[0].keypoints
    height = float(np.ptp(truth.points[truth.present, 1]))
    for person, pose in zip(people, poses, strict=True):
        common = person.present & truth.present
        errors = np.linalg.norm(person.points - truth.points, axis=1)[common]
        if pose.placed and len(errors) and np.median(errors) < _SAME * height:
            return pose.points
    return None


def _chain_scores(results: Sequence[_Result]) -> ChainScores:
    found = sum(one.pose is not None for one in results)
    return ChainScores(
        images=len(results),
        found=found / max(len(results), 1),
        # Poses and distances are proportional to the height, so one run is enough for both.
        measured=_scores(results, [one.size for one in results]),
        assumed=_scores(results, [1.0] * len(results)),
    )


def _scores(results: Sequence[_Result], sizes: Sequence[float]) -> PoseScores:
    """Scores of the poses, each scaled by its size."""
    missing = np.full((17, 3), np.nan)
    poses = np.array(
        [
            missing if one.pose is None else one.pose * size
            for one, size in zip(results, sizes, strict=True)
        ]
    ).reshape(-1, 17, 3)
    truth = np.array([one.truth for one in results]).reshape(-1, 17, 3)
    errors = joint_errors(poses, truth)
    errors = errors[np.isfinite(errors)]
    return PoseScores(
        mpjpe=_mean(errors) * 1000,
        pck=_mean(errors <= THRESHOLD),
        placement=placement_report(poses[:, 0], truth[:, 0]),
    )


def _jitter(scenes: Sequence[Sequence[_Result]]) -> float:
    changes: list[float] = []
    for scene in scenes:
        errors = [
            np.linalg.norm(one.pose[0]) * one.size - np.linalg.norm(one.truth[0])
            for one in scene
            if one.pose is not None and np.isfinite(one.pose[0]).all()
        ]
        changes += np.abs(np.diff(errors)).tolist()
    return float(np.median(changes) * 1000) if changes else float("nan")


def _mean(values: Array | npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else float("nan")
