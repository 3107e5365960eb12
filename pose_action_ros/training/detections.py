"""Run the 2D detector on simulated people whose joints are known, for the lifter to learn from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.datasets.person import SEEN
from pose_action_ros.datasets.simulated import person_joints
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.settings import setting
from pose_action_ros.simulation import ACTIONS, Scene
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Row = tuple[Array, Array, Array, int]

_ACTIONS_EACH = 2
_SECONDS = 4.0  # of each action
_NOT_THE_PERSON = 0.3  # median error over apparent height: the detector saw something else
_SAVE_EVERY = 25  # scenes


@dataclass(frozen=True)
class DetectionRun:
    """What to simulate and where the detections go."""

    output: str = setting("runs/detections.npz", "File to write.")
    scenes: int = setting(300, "Scenes, each with its own body, camera and light.", low=1)
    frames: int = setting(20, "Images of each scene.", low=1, high=1000)
    cropped_share: float = setting(
        0.3, "Share of scenes whose lower part is cut off the picture.", low=0.0, high=1.0
    )
    seed: int = setting(1, "Of the scenes.", low=0)
    threads: int = setting(2, "CPU threads of the detector.", low=1, high=64)


def make_detections(settings: DetectionRun) -> int:
    """Write the file; the number of detections in it.

    Arrays: joints (M, 21, 3) [m] PERSON in the optical frame, rays (M, 18, 2) x/z and y/z of
    COCO-18 joints as detected, scores (M, 18), scene (M,). Whom the detector missed is left out.
    """
    detector = make_detector(DetectorSettings(detector_threads=settings.threads, max_people=1))
    rows: list[Row] = []
    for number in tqdm(range(settings.scenes), desc="detections", unit="scene"):
        rows += _scene_rows(number, settings, detector)
        if number % _SAVE_EVERY == _SAVE_EVERY - 1 or number == settings.scenes - 1:
            _save(Path(settings.output), rows)
    return len(rows)


def _scene_rows(number: int, settings: DetectionRun, detector: Detector) -> list[Row]:
    """All detections of one scene."""
    rng = np.random.default_rng([settings.seed, number])
    actions = [str(action) for action in rng.choice(ACTIONS, _ACTIONS_EACH, replace=False)]
    scene = Scene.random(rng, actions=actions, seconds_each=_SECONDS)
    cropped = rng.random() < settings.cropped_share
    rows_kept = rng.uniform(0.5, 0.9) if cropped else 1.0
    detector.reset()
    rows = []
    for time in np.linspace(0, _ACTIONS_EACH * _SECONDS, settings.frames, endpoint=False):
        row = _detect(scene, float(time), rows_kept, detector)
        if row is not None:
            rows.append((*row, number))
    return rows


def _detect(
    scene: Scene, time: float, rows_kept: float, detector: Detector
) -> tuple[Array, Array, Array] | None:
    """Joints, rays and scores of the person at a time; None when the detector missed them."""
    image = scene.frame(time).image
    height = round(len(image) * rows_kept)
    found = detector(np.ascontiguousarray(image[:height]))
    if not found:
        return None
    person = found[0].to(COCO_18)
    joints = scene.camera.to_camera(person_joints(scene.people[0].joints([time])))[0]  # (21, 3)
    exact = scene.camera.intrinsics.project(joints[SEEN])
    error = np.nanmedian(np.linalg.norm(person.points - exact, axis=1))
    if error > _NOT_THE_PERSON * np.ptp(exact[:, 1]):
        return None
    return joints, scene.camera.intrinsics.rays(person.points), person.scores


def _save(path: Path, rows: list[Row]) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    joints, rays, scores, scenes = (np.array(column) for column in zip(*rows, strict=True))
    np.savez_compressed(draft, joints=joints, rays=rays, scores=scores, scene=scenes)
    draft.replace(path)
