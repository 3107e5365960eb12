"""Run the 2D detector on rendered people whose joints are known, for the lifter to learn from."""

from __future__ import annotations

import os
from collections.abc import Iterator
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

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON, SEEN
from pose_action_ros.lab.training.lifter.detection_settings import DetectionRun
from pose_action_ros.lab.training.lifter.recorded_people import recorded_people
from pose_action_ros.lab.training.lifter.shown_people import (
    Shown,
    free_scene,
    recorded_scene,
    simulated_scene,
)
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[np.generic]]

TEST_SCENES = 7
"""One scene of so many is kept for measuring; its people are never trained on."""
COLUMNS = ("joints", "rays", "scores", "scene", "action", "test")
_NOT_THE_PERSON = 0.3  # median error over apparent height: the detector saw something else
_SAVE_EVERY = 100  # scenes


def make_detections(settings: DetectionRun) -> int:
    """Write the file, or go on with one that was begun; the number of detections in it.

    Arrays, one row for each detection: joints (21, 3) [m] PERSON in the optical frame, rays (18, 2)
    x/z and y/z of COCO-18 joints as detected, scores (18,), scene, action ("recorded/..."
    when recorded), test (whether kept for measuring). Whom the detector missed is left out.

    Raises:
        InputError: the file that is there is of a run with other settings.
    """
    path = Path(settings.output)
    parts, done = _begun(path, settings)
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
    """All detections of one scene; the same whatever process makes it."""
    number, settings = task
    rng = np.random.default_rng([settings.seed, number])
    test = number % TEST_SCENES == 0
    people = _recorded(settings.positions, settings.subjects, settings.held_out_subject, test)
    cropped = rng.random() < settings.cropped_share
    kept = rng.uniform(0.5, 0.9) if cropped else 1.0
    if people and rng.random() < settings.recorded_share:
        shown = recorded_scene(people, settings.frames, rng)
    # Where nobody is to move freely no chance is drawn, so that the scenes do not depend on it.
    elif settings.free_share and rng.random() < settings.free_share:
        shown = free_scene(settings.frames, rng)
    else:
        shown = simulated_scene(settings.frames, rng)
    rows = list(_detected(shown, kept))
    count = len(rows)
    return {
        "joints": np.array([row[0] for row in rows]).reshape(count, len(PERSON), 3),
        "rays": np.array([row[1] for row in rows]).reshape(count, len(COCO_18), 2),
        "scores": np.array([row[2] for row in rows]).reshape(count, len(COCO_18)),
        "action": np.array([row[3] for row in rows], dtype="U64"),
        "scene": np.full(count, number),
        "test": np.full(count, test),
    }


def _detected(shown: Iterator[Shown], kept: float) -> Iterator[tuple[Array, Array, Array, str]]:
    """Joints, rays, scores and action of everybody whom the detector finds."""
    detector = _detector()
    detector.reset()
    for view in shown:
        image = np.ascontiguousarray(view.image[: round(len(view.image) * kept)])
        # The first look finds the person, the second starts from there, as in a film.
        detector(image)
        found = detector(image)
        exact = view.intrinsics.project(view.joints[SEEN])
        if not found:
            continue
        person = found[0].to(COCO_18)
        error = np.nanmedian(np.linalg.norm(person.points - exact, axis=1))
        if error <= _NOT_THE_PERSON * np.ptp(exact[:, 1]):
            rays = view.intrinsics.rays(person.points)
            yield view.joints, rays, person.scores, view.action


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
    """What must be the same for a run to go on."""
    fixed = {
        name: value
        for name, value in asdict(settings).items()
        if name not in ("output", "positions", "subjects", "workers", "scenes")
    }
    return repr({**fixed, "recorded": bool(settings.positions or settings.subjects)})


def _begun(path: Path, settings: DetectionRun) -> tuple[list[Columns], int]:
    """What an interrupted run has left: detections and the number of scenes done."""
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
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    arrays: dict[str, Any] = {"settings": _signature(settings), "done": done, **columns}
    np.savez_compressed(draft, **arrays)
    draft.replace(path)
