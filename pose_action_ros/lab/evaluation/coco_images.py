"""Accuracy of a detector on images with annotations in COCO's format."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from pose_action_ros.detection import Image
from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.lab.evaluation.detector import DetectorFigures, detected_people
from pose_action_ros.lab.evaluation.keypoint_scores import result_entries, scores_of
from pose_action_ros.lab.evaluation.packages import missing
from pose_action_ros.lab.evaluation.settings import DetectorRun, short_name, variant
from pose_action_ros.lab.evaluation.stopwatch import Stopwatch


def measure_on_images(
    name: str, settings: DetectorRun, annotations: Path, images: Path
) -> DetectorFigures:
    """Run a detector on annotated images, each on its own.

    Args:
        name: of the variant, see `variant`.
        settings: all other settings of the detector.
        annotations: a JSON file such as person_keypoints_val2017.json.
        images: folder of its images.

    Raises:
        InputError: no such file, or pycocotools is not installed.
        SourceError: an image cannot be read.
        ModelError, EngineError: the model is missing or cannot be loaded.
    """
    truth = _read(annotations)
    numbers = sorted(truth.getImgIds())
    detector, results = Stopwatch(variant(name, settings)), list[dict[str, Any]]()
    for number, image in tqdm(_images(truth, numbers, images), name, total=len(numbers)):
        detector.reset()
        results += result_entries(number, detected_people(detector(image)))
    true = sum(entry.get("num_keypoints", 0) > 0 for entry in truth.anns.values())
    return DetectorFigures(
        name=short_name(name),
        images=len(numbers),
        scores=scores_of(truth, results, numbers),
        people=(true / len(numbers), len(results) / len(numbers)),
        cost=detector.cost(),
    )


def _read(annotations: Path) -> Any:
    """The annotations as an object of pycocotools."""
    try:
        from pycocotools.coco import COCO  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise missing(error) from error
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(str(annotations))
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise InputError(f"{annotations} is no file of COCO annotations: {error}") from error
    if not any("keypoints" in entry for entry in truth.anns.values()):
        raise InputError(
            f"{annotations} has no people with keypoints; take person_keypoints_*.json"
        )
    return truth


def _images(truth: Any, numbers: list[int], folder: Path) -> Iterator[tuple[int, Image]]:
    """Number and pixels of each image."""
    for number in numbers:
        path = folder / truth.imgs[number]["file_name"]
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise SourceError(f"{path} cannot be read as an image; is {folder} the images' folder?")
        yield number, image.astype(np.uint8, copy=False)
