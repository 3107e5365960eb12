"""Make a file of detections: render people with ground truth and run the 2D detector on them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import INPUT_ROWS, PERSON, standing_heights
from pose_action_ros.lab.datasets.simulated import figure_of, person_joints
from pose_action_ros.lab.training.lifter.people import recorded_people
from pose_action_ros.lab.training.lifter.settings import DetectionRun
from pose_action_ros.lab.training.lifter.views import DISTANCES, random_people
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Scene, Script, VirtualCamera
from pose_action_ros.simulation.free_movement import free_performance
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[np.generic]]
Generator = np.random.Generator

TEST_SCENES = 7
"""One scene of this many is for testing; its people are never trained on."""
COLUMNS = ("joints", "rays", "scores", "scene", "action", "test")
_OTHER_PERSON = 0.3  # median error over apparent height from which a detection is a false positive
_SAVE_EVERY = 100  # scenes
_ACTIONS_EACH = 2
_SECONDS = 4.0  # of each action
_FREE_SECONDS = 25.0
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


@dataclass(frozen=True, eq=False)
class Rendered:
    """One image of one person.

    Attributes:
        image: (H, W, 3) BGR.
        intrinsics: of the camera.
        joints: (21, 3) [m] PERSON in the optical frame.
        action: of the person.
    """

    image: npt.NDArray[np.uint8]
    intrinsics: Intrinsics
    joints: Array
    action: str


def simulated_scene(frames: int, rng: Generator) -> Iterator[Rendered]:
    """Render a random body in two actions."""
    actions = [str(action) for action in rng.choice(ACTIONS, _ACTIONS_EACH, replace=False)]
    scene = Scene.random(rng, actions=actions, seconds_each=_SECONDS)
    return _frames(scene, _ACTIONS_EACH * _SECONDS, frames)


def free_scene(frames: int, rng: Generator) -> Iterator[Rendered]:
    """Render a random body that moves freely and more or less faces the camera."""
    camera = VirtualCamera.random(rng, distance=DISTANCES)
    heading = float(np.arctan2(camera.position[1], camera.position[0]) + rng.normal(0, 0.9))
    script = Script([free_performance(rng)], [0.0], (0.0, 0.0), heading)
    return _frames(Scene([script], camera, Surroundings.random(rng)), _FREE_SECONDS, frames)


def _frames(scene: Scene, seconds: float, frames: int) -> Iterator[Rendered]:
    """Images of the only person of a scene at regular intervals."""
    person, camera = scene.people[0], scene.camera
    for time in np.linspace(0, seconds, frames, endpoint=False).tolist():
        joints = camera.to_camera(person_joints(person.joints([time])))[0]
        image = scene.frame(time).image
        yield Rendered(image, camera.intrinsics, joints, person.label_at(time))


def recorded_scene(people: Mapping[str, Array], frames: int, rng: Generator) -> Iterator[Rendered]:
    """Render random frames of one recorded action with a random body and random headings.

    Args:
        people: recordings (P, 21, 3) [m], z up, by action.
        frames: number of images.
        rng: source of randomness.
    """
    action = str(rng.choice(list(people)))
    chosen = random_people(people[action], frames, rng)
    body = Body.random(rng)
    camera = VirtualCamera.random(rng, distance=DISTANCES)
    renderer = Surroundings.random(rng).renderer(camera)
    for number in range(frames):
        body = body.scaled(float(standing_heights(chosen[number])))
        figure = figure_of(body, chosen[number : number + 1])
        surfaces = person_surfaces(body, figure, camera)
        image = renderer.image([surfaces], [figure.joints[0][_FEET]], float(number))
        joints = camera.to_camera(chosen[number])
        yield Rendered(image, camera.intrinsics, joints, action)


def make_detections(settings: DetectionRun) -> int:
    """Write the file, or resume an interrupted one; return the number of detections in it.

    Arrays, one row for each detection: joints (21, 3) [m] PERSON in the optical frame, rays (18, 2)
    x/z and y/z of detected COCO-18 joints, scores (18,), scene, action ("recorded/..." for
    recorded people), test (true for testing). People without a detection have no row.

    Raises:
        InputError: the existing file is of a run with other settings.
    """
    path = Path(settings.output)
    parts, done = _resumed(path, settings)
    numbers = range(done, settings.scenes)
    with get_context("spawn").Pool(settings.workers) as pool:
        work = pool.imap(_scene, ((number, settings) for number in numbers), chunksize=4)
        for number, part in zip(
            tqdm(numbers, desc="detections", unit="scene", initial=done), work, strict=True
        ):
            parts.append(part)
            if number % _SAVE_EVERY == _SAVE_EVERY - 1 or number == settings.scenes - 1:
                parts = [_joined(parts)]
                _save(path, parts[0], settings, number + 1)
    return len(parts[0]["scene"])


def _scene(task: tuple[int, DetectionRun]) -> Columns:
    """All detections of one scene, the same in every process."""
    number, settings = task
    rng = np.random.default_rng([settings.seed, number])
    test = number % TEST_SCENES == 0
    people = _recorded(settings.positions, settings.subjects, settings.held_out_subject, test)
    cropped = rng.random() < settings.cropped_share
    kept = rng.uniform(0.5, 0.9) if cropped else 1.0
    if people and rng.random() < settings.recorded_share:
        images = recorded_scene(people, settings.frames, rng)
    # With free_share 0 no random number is drawn, so that scenes of older files stay the same.
    elif settings.free_share and rng.random() < settings.free_share:
        images = free_scene(settings.frames, rng)
    else:
        images = simulated_scene(settings.frames, rng)
    rows = list(_detect(images, kept))
    count = len(rows)
    return {
        "joints": np.array([row[0] for row in rows]).reshape(count, len(PERSON), 3),
        "rays": np.array([row[1] for row in rows]).reshape(count, len(COCO_18), 2),
        "scores": np.array([row[2] for row in rows]).reshape(count, len(COCO_18)),
        "action": np.array([row[3] for row in rows], dtype="U64"),
        "scene": np.full(count, number),
        "test": np.full(count, test),
    }


def _detect(images: Iterator[Rendered], kept: float) -> Iterator[tuple[Array, Array, Array, str]]:
    """Joints, rays, scores and action of each detected person."""
    detector = _detector()
    detector.reset()
    for rendered in images:
        image = np.ascontiguousarray(rendered.image[: round(len(rendered.image) * kept)])
        # The first call detects the person, the second starts from there, as in a video.
        detector(image)
        people = detector(image)
        exact = rendered.intrinsics.project(rendered.joints[INPUT_ROWS])
        if not people:
            continue
        person = people[0].to(COCO_18)
        error = np.nanmedian(np.linalg.norm(person.points - exact, axis=1))
        if error <= _OTHER_PERSON * np.ptp(exact[:, 1]):
            rays = rendered.intrinsics.rays(person.points)
            yield rendered.joints, rays, person.scores, rendered.action


@lru_cache(maxsize=1)
def _detector() -> Detector:
    """The detector of this process."""
    cv2.setNumThreads(1)
    return make_detector(DetectorSettings(detector_threads=1, max_people=1))


@lru_cache(maxsize=2)
def _recorded(positions: str, subjects: str, held_out: str, test: bool) -> dict[str, Array]:
    split = "test" if test else "train"
    return recorded_people(positions, subjects, held_out, split)


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}


def _signature(settings: DetectionRun) -> str:
    """The settings that must be the same to resume a run."""
    fixed = {
        name: value
        for name, value in asdict(settings).items()
        if name not in ("output", "positions", "subjects", "workers", "scenes")
    }
    return repr({**fixed, "recorded": bool(settings.positions or settings.subjects)})


def _resumed(path: Path, settings: DetectionRun) -> tuple[list[Columns], int]:
    """Detections in the file of an interrupted run, and the number of its scenes."""
    if not path.exists():
        return [], 0
    try:
        with np.load(path) as file:
            same = str(file["settings"]) == _signature(settings)
            columns: Columns = {name: file[name] for name in COLUMNS}
            done = int(file["done"])
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError(f"{path} is no file of detections: {error!r}; remove it") from error
    if not same:
        raise InputError(f"{path} is of a run with other settings; remove it or name another file")
    return [columns], done


def _save(path: Path, columns: Columns, settings: DetectionRun, done: int) -> None:
    """Write the file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    arrays: dict[str, Any] = {"settings": _signature(settings), "done": done, **columns}
    np.savez_compressed(draft, **arrays)
    draft.replace(path)
