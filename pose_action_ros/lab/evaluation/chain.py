"""The chain from image to placed pose, on rendered people whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.evaluation.placement_report import PlacementReport, placement_report
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.metrics import joint_errors, pck
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.settings import Settings, setting
from pose_action_ros.simulation import (
    ACTIONS,
    Scene,
    Script,
    SimulatedFrame,
    Surroundings,
    VirtualCamera,
)
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

THRESHOLD = 0.150
"""PCK's [m]."""
DISTANCES = (1.5, 6.0)
"""Between camera and person, along the floor [m]."""
HEIGHTS = (0.3, 1.8)  # [m] of the camera over the floor
FIELDS = (50.0, 90.0)  # [degrees] of view, horizontal
SIZE = (640, 480)  # [px]
_WARM_UP = 1.0  # [s] of each scene that do not count: filters settle
_SAME = 0.25  # median 2D error, of the person's height in the image, up to which it is the person
_ROOM = 0.2  # of the distance, that walking may lead away from the start


@dataclass(frozen=True)
class ChainRun(Settings):
    """Scenes to measure on, one person each."""

    scenes: int = setting(40, "scenes, each with another body, camera, light and actions", low=1)
    seconds: float = setting(6.0, "length of a scene", unit="s", low=2.0, high=600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=120.0)
    seed: int = setting(1000, "of the scenes", low=0)


@dataclass(frozen=True)
class PoseScores:
    """Errors of poses in true size.

    Attributes:
        mpjpe: [mm] root-aligned, over 17 joints; NaN without any.
        pck: share of joints (0 to 1) within 150 mm, root-aligned; NaN without any.
        placement: error of the root by distance.
    """

    mpjpe: float
    pck: float
    placement: PlacementReport


@dataclass(frozen=True)
class ChainReport:
    """What was measured.

    Attributes:
        images: with a person in view.
        found: share of them in which the person was found and placed.
        measured: with each person's true height told, as a tape measure would.
        assumed: with the height that is assumed of everybody.
        jitter: [mm] median change of the distance's error between images; NaN without any.
    """

    images: int
    found: float
    measured: PoseScores
    assumed: PoseScores
    jitter: float


@dataclass(frozen=True, eq=False)
class _Scored:
    pose: Array | None  # (17, 3) [m] as of the assumed height; None when not found or not placed
    truth: Array  # (17, 3) [m]
    size: float  # true height over the assumed one


def measure_chain(settings: ChainRun) -> ChainReport:
    """Render, detect, track and lift, and compare.

    Raises:
        ModelError, EngineError: a model cannot be had.
    """
    detector, lifter = make_detector(DetectorSettings(max_people=1)), Lifter(LifterSettings())
    scenes = []
    for number in tqdm(range(settings.scenes), desc="chain", unit="scene"):
        rng = np.random.default_rng([settings.seed, number])
        scenes.append(list(_scored(rng, settings, detector, lifter)))
    everybody = [one for scene in scenes for one in scene]
    found = sum(one.pose is not None for one in everybody)
    return ChainReport(
        images=len(everybody),
        found=found / max(len(everybody), 1),
        # Poses and distances grow in proportion to the height, so one run tells both.
        measured=_scores(everybody, [one.size for one in everybody]),
        assumed=_scores(everybody, [1.0] * len(everybody)),
        jitter=_jitter(scenes),
    )


def random_scene(rng: np.random.Generator, seconds: float) -> Scene:
    """One person who does two things for so long, mostly turned to the camera.

    The camera is a robot's, low or high, and near ones do not see all of the person.
    """
    away, lens = rng.uniform(*DISTANCES), rng.uniform(*FIELDS)
    camera = VirtualCamera.looking_at(
        (away, 0.0, rng.uniform(*HEIGHTS)),
        (0.0, rng.normal(0, 0.1), rng.uniform(0.9, 1.2)),
        Intrinsics.from_field_of_view(*SIZE, lens),
        rng.uniform(-5, 5),
    )
    actions = [str(action) for action in rng.choice(ACTIONS, 2, replace=False)]
    script = Script.random(
        rng, actions, seconds / 2, heading=float(rng.normal(0, 0.6)), room=_ROOM * away
    )
    return Scene([script], camera, Surroundings.random(rng))


def _scored(
    rng: np.random.Generator, settings: ChainRun, detector: Detector, lifter: Lifter
) -> Iterator[_Scored]:
    """One person for some seconds, image by image."""
    scene, tracker = random_scene(rng, settings.seconds), Tracker(TrackerSettings())
    size = scene.people[0].body.height / lifter.settings.person_height
    detector.reset()
    lifter.reset()
    for stamp in np.arange(0.0, settings.seconds, 1 / settings.rate).tolist():
        frame = scene.frame(stamp)
        people = tracker.update(detector(frame.image), stamp)
        poses = lifter(people, frame.intrinsics, stamp)
        if stamp >= _WARM_UP and frame.people[0].keypoints.present.any():
            yield _Scored(_pose(people, poses, frame), frame.people[0].pose.points, size)


def _pose(people: Sequence[Pose2D], poses: Sequence[Pose3D], frame: SimulatedFrame) -> Array | None:
    """The pose of whoever stands where the true person does."""
    truth = frame.people[0].keypoints
    height = float(np.ptp(truth.points[truth.present, 1]))
    for person, pose in zip(people, poses, strict=True):
        common = person.present & truth.present
        errors = np.linalg.norm(person.points - truth.points, axis=1)[common]
        if pose.placed and len(errors) and np.median(errors) < _SAME * height:
            return pose.points
    return None


def _scores(people: Sequence[_Scored], sizes: Sequence[float]) -> PoseScores:
    """Of the poses, each made larger by its size."""
    grown = [
        None if one.pose is None else one.pose * size
        for one, size in zip(people, sizes, strict=True)
    ]
    truth = np.array([one.truth for one in people]).reshape(-1, 17, 3)
    nowhere = np.full((17, 3), np.nan)
    poses = np.array([nowhere if pose is None else pose for pose in grown]).reshape(-1, 17, 3)
    placed = np.isfinite(poses).all(axis=(1, 2))
    return PoseScores(
        mpjpe=_mean(joint_errors(poses[placed], truth[placed])) * 1000,
        pck=pck(poses[placed], truth[placed], THRESHOLD) if placed.any() else float("nan"),
        placement=placement_report(poses[:, 0], truth[:, 0]),
    )


def _jitter(scenes: Sequence[Sequence[_Scored]]) -> float:
    changes: list[float] = []
    for scene in scenes:
        errors = [
            np.linalg.norm(one.pose[0]) * one.size - np.linalg.norm(one.truth[0])
            for one in scene
            if one.pose is not None
        ]
        changes += np.abs(np.diff(errors)).tolist()
    return float(np.median(changes) * 1000) if changes else float("nan")


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")
