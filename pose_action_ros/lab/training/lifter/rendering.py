"""Make a file of detections: render clips of people and run the 2D detector and tracker on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
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
from pose_action_ros.lab.datasets.person import INPUT_ROWS, PERSON
from pose_action_ros.lab.training.lifter.clips import (
    Clip,
    free_clip,
    posture_clip,
    recorded_clip,
    simulated_clip,
)
from pose_action_ros.lab.training.lifter.people import (
    CALIBRATION,
    KINDS,
    TEST,
    TRAIN,
    recorded_captures,
)
from pose_action_ros.lab.training.lifter.pool import Pool
from pose_action_ros.lab.training.lifter.settings import DetectionRun
from pose_action_ros.lab.training.lifter.views import DISTANCES, FIELDS, HEIGHTS
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import FIGURE, VirtualCamera
from pose_action_ros.simulation.surfaces import person_surfaces
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.skeletons import COCO_18
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[np.generic]]
Generator = np.random.Generator
Image = npt.NDArray[np.uint8]

SPLITS = {0: TEST, 5: CALIBRATION}
"""Split of every tenth clip from this one; the others are for training."""
COLUMNS = (
    "joints",
    "rays",
    "scores",
    "defined",
    "scene",
    "image",
    "action",
    "subject",
    "split",
)
_SIMULATED = {"simulated": simulated_clip, "free": free_clip, "postures": posture_clip}
_OTHER_PERSON = 0.3  # median error over apparent height from which a detection is a false positive
_SAVE_EVERY = 100  # clips
_SIZE = (640, 480)  # of the images [px]
_TRUNK = [
    PERSON.index(f"{side}_{part}") for side in ("left", "right") for part in ("shoulder", "hip")
]
_HIPS, _ANKLES = (
    [PERSON.index(f"{side}_{part}") for side in ("left", "right")] for part in ("hip", "ankle")
)
_FEET = [
    FIGURE.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "big_toe")
]


def make_detections(settings: DetectionRun) -> int:
    """Write the file, or resume an interrupted one; return the number of detections in it.

    Arrays, one row for each image in which the person was detected: joints (21, 3) [m] PERSON in
    the optical frame, rays (18, 2) x/z and y/z of detected and smoothed COCO-18 joints, scores
    (18,), defined (21,) see Capture, scene (number of the clip), image (number in the clip), action
    ("recorded/..." for recorded people), subject, split. Also `rate` [Hz] of the images.

    Raises:
        InputError: the existing file is of a run with other settings.
    """
    path = Path(settings.output)
    parts, done = _resumed(path, settings)
    numbers = range(done, settings.scenes)
    with get_context("spawn").Pool(settings.workers) as pool:
        work = pool.imap(_scene, ((number, settings) for number in numbers), chunksize=4)
        for number, part in zip(
            tqdm(numbers, desc="detections", unit="clip", initial=done), work, strict=True
        ):
            parts.append(part)
            if number % _SAVE_EVERY == _SAVE_EVERY - 1 or number == settings.scenes - 1:
                parts = [_joined(parts)]
                _save(path, parts[0], settings, number + 1)
    return len(parts[0]["scene"])


def random_clip(settings: DetectionRun, split: str, rng: Generator) -> Clip:
    """Draw a clip: recorded people of a split, or simulated ones."""
    times = np.arange(settings.frames) / settings.rate
    pool = _recorded(settings)[split]
    shares = np.array([getattr(settings, f"{kind}_share") for kind in KINDS])
    shares[KINDS.index("recorded")] *= len(pool) > 0
    kind = KINDS[rng.choice(len(KINDS), p=shares / shares.sum())]
    if kind == "recorded":
        return recorded_clip(pool, times, rng)
    return _SIMULATED[kind](times, rng)


def robot_camera(joints: Array, rng: Generator) -> VirtualCamera:
    """Draw a camera of a robot that shows most of the trunk of a person (T, 21, 3) in the middle.

    It is on any side of the person, more often before it, and looks at the person, or level.
    """
    person = joints[len(joints) // 2]
    across = person[_TRUNK[0]] - person[_TRUNK[2]]  # from the right to the left shoulder
    ahead = np.arctan2(-across[0], across[1])
    while True:
        way = ahead + rng.normal(0, 1.0) if rng.random() < 0.4 else rng.uniform(-np.pi, np.pi)
        away = np.exp(rng.uniform(*np.log(DISTANCES)))
        middle = person.mean(axis=0)
        place = middle + away * np.array([np.cos(way), np.sin(way), 0.0])
        place[2] = rng.uniform(*HEIGHTS)
        target = middle + rng.normal(0, 0.15, 3)
        if rng.random() < 0.3:
            target[2] = place[2] + rng.normal(0, np.radians(5)) * away
        camera = VirtualCamera.looking_at(
            place,
            target,
            Intrinsics.from_field_of_view(*_SIZE, rng.uniform(*FIELDS)),
            rng.normal(0, 10 if rng.random() < 0.1 else 2),
        )
        pixels = camera.project(person[_TRUNK])
        with np.errstate(invalid="ignore"):
            if ((pixels > 0) & (pixels < _SIZE)).all(axis=1).sum() >= 3:
                return camera


def random_cover(
    joints: Array, camera: VirtualCamera, share: float, rng: Generator
) -> Callable[[Image], Image]:
    """Draw, in a share of cases, a cover of the lower part of a person (T, 21, 3) in images.

    The image ends there, or a table hides it.
    """
    pixels = camera.project(joints[len(joints) // 2])
    hips, ankles = (float(pixels[rows, 1].mean()) for rows in (_HIPS, _ANKLES))
    row = hips + rng.uniform(-0.2, 1.0) * (ankles - hips)
    chosen, is_table, colour = rng.random() < share, rng.random() < 0.5, rng.uniform(30, 220, 3)
    if not chosen or not 0.3 * _SIZE[1] < row < _SIZE[1]:
        return lambda image: image
    if is_table:
        return lambda image: _behind_table(image, round(row), colour)
    return lambda image: np.ascontiguousarray(image[: round(row)])


def _behind_table(image: Image, row: int, colour: Array) -> Image:
    covered = image.copy()
    covered[row:] = colour
    covered[row : row + 8] = np.minimum(1.15 * colour, 255)
    return covered


def images_of(clip: Clip, camera: VirtualCamera, rate: float, rng: Generator) -> Iterator[Image]:
    """Render the images (H, W, 3) BGR of a clip in random surroundings."""
    renderer = Surroundings.random(rng).renderer(camera)
    for number in range(len(clip.joints)):
        moment = clip.figure.moment(number)
        surfaces = person_surfaces(clip.body, moment, camera)
        feet = moment.joints[0][_FEET]
        yield renderer.image([surfaces], [feet], number / rate, clip.furniture)


def _scene(task: tuple[int, DetectionRun]) -> Columns:
    """All detections of one clip, the same in every process."""
    number, settings = task
    rng = np.random.default_rng([settings.seed, number])
    split = SPLITS.get(number % 10, TRAIN)
    clip = random_clip(settings, split, rng)
    camera = robot_camera(clip.joints, rng)
    cover = random_cover(clip.joints, camera, settings.cropped_share, rng)
    images = map(cover, images_of(clip, camera, settings.rate, rng))
    exact = camera.project(clip.joints[:, INPUT_ROWS])
    rows = list(detected(images, exact, settings.rate, _fresh_detector()))
    chosen = np.array([number for number, _ in rows], np.intp)
    rays = [camera.intrinsics.rays(person.points) for _, person in rows]
    count = len(rows)
    return {
        "joints": camera.to_camera(clip.joints[chosen]).astype(np.float32),
        "rays": np.array(rays, np.float32).reshape(count, len(COCO_18), 2),
        "scores": np.array([person.scores for _, person in rows], np.float32).reshape(
            count, len(COCO_18)
        ),
        "defined": np.tile(clip.defined, (count, 1)),
        "scene": np.full(count, number),
        "image": chosen,
        "action": np.full(count, clip.action, "U64"),
        "subject": np.full(count, clip.subject, "U32"),
        "split": np.full(count, split, "U16"),
    }


def detected(
    images: Iterator[Image], exact: Array, rate: float, detector: Detector
) -> Iterator[tuple[int, Pose2D]]:
    """Detect and track the only person of a film.

    Args:
        images: of the film.
        exact: (T, 18, 2) [px] the person's true keypoints.
        rate: images per second [Hz].
        detector: in its state before the film.

    Yields:
        Number and smoothed COCO-18 keypoints of each image in which the person was detected.
    """
    tracker = Tracker(TrackerSettings())
    for number, image in enumerate(images):
        for person in tracker.update(detector(image), number / rate):
            found = person.to(COCO_18)
            error = np.nanmedian(np.linalg.norm(found.points - exact[number], axis=1))
            if error <= _OTHER_PERSON * np.nanmax(np.ptp(exact[number], axis=0)):
                yield number, found


def _fresh_detector() -> Detector:
    """The detector of this process before a film."""
    detector = _detector()
    detector.reset()
    # Only the whole image is searched at first; its parts, for far people, would take 0.15 s.
    detector.state = {**detector.state, "searches": 2, "since": 2}
    return detector


@lru_cache(maxsize=1)
def _detector() -> Detector:
    """The detector of this process; it does not search for more people while it follows one."""
    cv2.setNumThreads(1)
    return make_detector(DetectorSettings(detector_threads=1, max_people=1, search_interval=1000))


@lru_cache(maxsize=1)
def _recorded(settings: DetectionRun) -> dict[str, Pool]:
    """The recordings by split."""
    return {split: Pool(captures) for split, captures in recorded_captures(settings).items()}


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}


def _signature(settings: DetectionRun) -> str:
    """The settings that must be the same to resume a run."""
    fixed = {
        name: value
        for name, value in asdict(settings).items()
        if name not in ("output", "positions", "subjects", "captures", "workers", "scenes")
    }
    return repr(
        {**fixed, "recorded": bool(settings.positions or settings.subjects or settings.captures)}
    )


def _resumed(path: Path, settings: DetectionRun) -> tuple[list[Columns], int]:
    """Detections in the file of an interrupted run, and the number of its clips."""
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
    numbers = {"settings": _signature(settings), "done": done, "rate": settings.rate}
    arrays: dict[str, Any] = {**numbers, **columns}
    np.savez_compressed(draft, **arrays)
    draft.replace(path)
