"""The chain from image to placed pose, on rendered people whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.evaluation.metrics import joint_errors, pck
from pose_action_ros.evaluation.placement_report import PlacementReport, placement_report
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.settings import setting
from pose_action_ros.simulation import ACTIONS, Scene, SimulatedFrame
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

THRESHOLD = 0.150
"""PCK's [m]."""
_WARM_UP = 1.0  # [s] of each scene that do not count: filters settle
_SAME = 0.25  # median 2D error, of the person's height in the image, up to which it is the person


@dataclass(frozen=True)
class ChainRun:
    """Scenes to measure on, one person each."""

    scenes: int = setting(40, "scenes, each with another body, camera, light and actions", low=1)
    seconds: float = setting(6.0, "length of a scene", unit="s", low=2.0, high=600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=120.0)
    seed: int = setting(1000, "of the scenes", low=0)
    measured: bool = setting(
        True, "give the lifter each person's true height, as a tape measure would"
    )


@dataclass(frozen=True)
class ChainReport:
    """What was measured.

    Attributes:
        images: with a person in view.
        found: share of them in which the person was found.
        mpjpe: [mm] root-aligned, in true size, over 17 joints.
        pck: share of joints within 150 mm, root-aligned.
        placement: error of the root by distance.
        jitter: [mm] median change of the root's error between images, along the view.
    """

    images: int
    found: float
    mpjpe: float
    pck: float
    placement: PlacementReport
    jitter: float


@dataclass(frozen=True, eq=False)
class _Scored:
    pose: Array | None  # (17, 3) [m], None when the person was not found or not placed
    truth: Array  # (17, 3) [m]


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
    found = [one for one in everybody if one.pose is not None]
    poses = np.array([one.pose for one in found]).reshape(-1, 17, 3)
    truth = np.array([one.truth for one in found]).reshape(-1, 17, 3)
    missing = np.full(3, np.nan)
    roots = [missing if one.pose is None else one.pose[0] for one in everybody]
    return ChainReport(
        images=len(everybody),
        found=len(found) / max(len(everybody), 1),
        mpjpe=float(joint_errors(poses, truth).mean() * 1000) if found else float("nan"),
        pck=pck(poses, truth, THRESHOLD) if found else float("nan"),
        placement=placement_report(roots, [one.truth[0] for one in everybody]),
        jitter=_jitter(scenes),
    )


def _scored(
    rng: np.random.Generator, settings: ChainRun, detector: Detector, lifter: Lifter
) -> Iterator[_Scored]:
    """One person for some seconds, image by image."""
    actions = [str(action) for action in rng.choice(ACTIONS, 2, replace=False)]
    scene = Scene.random(rng, actions=actions, seconds_each=settings.seconds / 2)
    detector.reset()
    lifter.reset()
    tracker = Tracker(TrackerSettings())
    if settings.measured:
        lifter.settings = replace(lifter.settings, person_height=scene.people[0].body.height)
    for stamp in np.arange(0.0, settings.seconds, 1 / settings.rate).tolist():
        frame = scene.frame(stamp)
        people = tracker.update(detector(frame.image), stamp)
        poses = lifter(people, frame.intrinsics, stamp)
        if stamp >= _WARM_UP and frame.people[0].keypoints.present.any():
            yield _Scored(_pose(people, poses, frame), frame.people[0].pose.points)


def _pose(
    people: tuple[Pose2D, ...], poses: tuple[Pose3D, ...], frame: SimulatedFrame
) -> Array | None:
    """The pose of whoever stands where the true person does."""
    truth = frame.people[0].keypoints
    height = float(np.ptp(truth.points[truth.present, 1]))
    for person, pose in zip(people, poses, strict=True):
        common = person.present & truth.present
        errors = np.linalg.norm(person.points - truth.points, axis=1)[common]
        if pose.placed and len(errors) and np.median(errors) < _SAME * height:
            return pose.points
    return None


def _jitter(scenes: list[list[_Scored]]) -> float:
    changes: list[float] = []
    for scene in scenes:
        errors = [
            np.linalg.norm(one.pose[0]) - np.linalg.norm(one.truth[0])
            for one in scene
            if one.pose is not None
        ]
        changes += np.abs(np.diff(errors)).tolist()
    return float(np.median(changes) * 1000) if changes else float("nan")
