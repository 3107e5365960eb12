"""Accuracy of a detector on images with annotations in COCO's format, measured by pycocotools."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from pose_action_ros.detection import DetectorSettings, Image
from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.lab.evaluation.detector import DetectorFigures, Stopwatch
from pose_action_ros.lab.evaluation.keypoint_scores import KeypointScores
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_17

PERSON = 1
"""COCO's number of the category with joints."""


def measure_on_images(
    name: str, settings: DetectorSettings, annotations: Path, images: Path
) -> DetectorFigures:
    """Run a detector on annotated images, each on its own.

    Args:
        name: "blazepose", or an OpenPose network's name or path.
        settings: the detector's other settings.
        annotations: a JSON file such as person_keypoints_val2017.json.
        images: folder of its images.

    Raises:
        InputError: no such file, or pycocotools is not installed.
        SourceError: an image cannot be read.
        ModelError, EngineError: the model is missing or cannot be loaded.
    """
    truth = _read(annotations)
    numbers = sorted(truth.getImgIds())
    detector, results, detected = Stopwatch(name, settings), [], 0
    for number, image in tqdm(_images(truth, numbers, images), name, total=len(numbers)):
        detector.reset()
        people = detector(image)
        detected += len(people)
        results += [_entry(number, person) for person in people]
    true = sum(entry.get("num_keypoints", 0) > 0 for entry in truth.anns.values())
    return DetectorFigures(
        name=Path(name).stem,
        images=len(numbers),
        scores=_scores(truth, results),
        groups=(),
        people=(true / len(numbers), detected / len(numbers)),
        cost=detector.cost(),
    )


def _read(annotations: Path) -> Any:
    """The annotations as an object of pycocotools."""
    try:
        from pycocotools.coco import COCO  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise InputError(
            f"annotations need {error.name}: run pip install '.[coco]' in the source folder"
        ) from error
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


def _entry(number: int, person: Pose2D) -> dict[str, Any]:
    """A person as in a file of results; a missing joint is 0, 0, 0."""
    pose = person.to(COCO_17)
    rows = np.column_stack([np.nan_to_num(pose.points), pose.scores])
    return {
        "image_id": number,
        "category_id": PERSON,
        "keypoints": rows.ravel().tolist(),
        "score": person.score,
    }


def _scores(truth: Any, results: list[dict[str, Any]]) -> KeypointScores:
    if not results:
        return KeypointScores(0.0, 0.0, 0.0, 0.0)
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415 - optional

    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, truth.loadRes(results), "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    ap, ap50, ap75, _, _, ar = (float(value) for value in evaluation.stats[:6])
    return KeypointScores(ap, ap50, ap75, ar)
