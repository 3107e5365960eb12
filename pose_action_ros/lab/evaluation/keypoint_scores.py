"""Average precision, recall and found people by height, as pycocotools measures them.

Source: Lin et al. 2014, arXiv:1405.0312, and pycocotools, cocoeval.py: the detections of an image
are matched in the order of their scores, each with the most similar person by object keypoint
similarity (OKS); precision is read at 101 recalls; both are averaged over ten thresholds of OKS.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.packages import missing

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PERSON = 1
"""COCO's number of the category with joints."""
HEIGHTS = (0.0, 60.0, 120.0, 240.0, float("inf"))
"""Limits of the groups of people by height in the image [px]."""


@dataclass(frozen=True, eq=False)
class People:
    """True or detected people of one image.

    Attributes:
        points: (P, J, 2) [px]; NaN for a joint that is not labelled or not detected.
        areas: (P,) [px²] of true people; their tolerance grows with it.
        heights: (P,) [px] of true people in the image.
        scores: (P,) of detected people.
        ignored: (P,) true people that count neither as missed nor as detected.

    Raises:
        InputError: arrays of different lengths, or points of another shape.
    """

    points: Array
    areas: Array
    heights: Array
    scores: Array
    ignored: Flags

    def __post_init__(self) -> None:
        columns = (self.points, self.areas, self.heights, self.scores, self.ignored)
        rows = {len(array) for array in columns}
        if len(rows) != 1 or self.points.ndim != 3 or self.points.shape[2] != 2:
            raise InputError(
                f"got joints of shape {self.points.shape} with {len(self.areas)} areas, "
                f"{len(self.heights)} heights, {len(self.scores)} scores and {len(self.ignored)} "
                "flags, expected (P, J, 2) and P"
            )

    @classmethod
    def true(cls, points: Array, areas: Array, heights: Array, ignored: Flags) -> People:
        """Ground truth."""
        return cls(points, areas, heights, np.ones(len(points)), ignored)

    @classmethod
    def detected(cls, points: Array, scores: Array) -> People:
        """Detections."""
        zeros = np.zeros(len(points))
        return cls(points, zeros, zeros, scores, np.zeros(len(points), dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class KeypointScores:
    """The figures, 0 to 1; NaN without true people that count.

    Attributes:
        ap, ap50, ap75: average precision over all thresholds of OKS, at 0.5, and at 0.75.
        ar: recall over all thresholds.
        found: people matched at OKS 0.5, and all people, for each group of HEIGHTS.
    """

    ap: float
    ap50: float
    ap75: float
    ar: float
    found: tuple[tuple[int, int], ...]


def similarity(truth: People, detected: People, tolerance: Array) -> Array:
    """(P, D) OKS of each true with each detected person, over the labelled joints.

    Args:
        truth: P people.
        detected: D people with the same joints.
        tolerance: (J,) twice the sigma of each joint.
    """
    offsets = truth.points[:, None] - detected.points[None]  # (P, D, J, 2)
    labelled = np.asarray(np.isfinite(truth.points).all(axis=-1))  # (P, J)
    squares = np.square(offsets).sum(axis=-1)
    scale = np.square(tolerance) * (truth.areas[:, None] + np.spacing(1))  # (P, J)
    oks = np.exp(-np.where(np.isfinite(squares), squares, np.inf) / (2 * scale)[:, None])
    total: Array = np.where(labelled[:, None], oks, 0.0).sum(axis=-1)
    result: Array = total / np.maximum(labelled.sum(axis=-1), 1)[:, None]
    return result


def keypoint_scores(images: Sequence[tuple[People, People]]) -> KeypointScores:
    """Score the detections of images.

    Args:
        images: true and detected people of each, with COCO's 17 joints.

    Raises:
        InputError: pycocotools is not installed.
    """
    truth = coco(
        {
            "images": [{"id": number} for number in range(len(images))],
            "categories": [{"id": PERSON}],
            "annotations": [
                entry
                for number, (people, _) in enumerate(images)
                for entry in _annotations(number, people)
            ],
        }
    )
    results = [
        entry
        for number, (_, people) in enumerate(images)
        for entry in result_entries(number, people)
    ]
    return scores_of(truth, results, range(len(images)))


def _annotations(image: int, people: People) -> list[dict[str, Any]]:
    """True people as in a file of annotations."""
    rows = zip(people.points, people.areas, people.heights, people.ignored, strict=True)
    entries = []
    for points, area, height, ignored in rows:
        labelled = np.isfinite(points).all(axis=1)
        flat = np.column_stack([np.nan_to_num(points), 2.0 * labelled])
        entries.append(
            {
                "image_id": image,
                "category_id": PERSON,
                "keypoints": flat.ravel().tolist(),
                "num_keypoints": 0 if ignored else int(labelled.sum()),  # 0 is ignored
                "area": float(area),
                "iscrowd": 0,
                "bbox": [0.0, 0.0, 0.0, float(height)],
            }
        )
    return entries


def result_entries(image: int, people: People) -> list[dict[str, Any]]:
    """Detected people as in a file of results; a missing joint is 0, 0, 0."""
    return [
        {
            "image_id": image,
            "category_id": PERSON,
            "keypoints": np.column_stack([np.nan_to_num(points), np.isfinite(points).all(axis=1)])
            .ravel()
            .tolist(),
            "score": float(score),
            "area": 1.0,
            "bbox": [0.0, 0.0, 1.0, 1.0],
        }
        for points, score in zip(people.points, people.scores, strict=True)
    ]


def coco(dataset: dict[str, Any]) -> Any:
    """An object of pycocotools with these images, categories and annotations.

    Raises:
        InputError: pycocotools is not installed.
    """
    try:
        from pycocotools.coco import COCO  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise missing(error) from error
    numbered = [{**entry, "id": 1 + row} for row, entry in enumerate(dataset["annotations"])]
    with contextlib.redirect_stdout(io.StringIO()):
        result = COCO()
        result.dataset = {**dataset, "annotations": numbered}
        result.createIndex()
    return result


def scores_of(
    truth: Any, results: Sequence[dict[str, Any]], images: Collection[int]
) -> KeypointScores:
    """Score results.

    Args:
        truth: object of pycocotools with the annotations.
        results: detected people, see `result_entries`.
        images: numbers of the images that count.
    """
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415 - optional

    shown = {name: truth.dataset[name] for name in ("images", "categories")}
    detected = coco({**shown, "annotations": results})
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, detected, "keypoints")
        evaluation.params.imgIds = sorted(images)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    # pycocotools gives -1 without people.
    values = [float(value) if value >= 0 else float("nan") for value in evaluation.stats[:6]]
    ap, ap50, ap75, _, _, ar = values
    return KeypointScores(ap, ap50, ap75, ar, _found(truth, evaluation))


def _found(truth: Any, evaluation: Any) -> tuple[tuple[int, int], ...]:
    """Matched at the first threshold, and all, people of each group of heights."""
    heights, found = [], []
    of_all_areas = evaluation.evalImgs[: len(evaluation.params.imgIds)]
    for image in filter(None, of_all_areas):
        counted = np.asarray(image["gtIgnore"]) == 0
        numbers = np.asarray(image["gtIds"])[counted].tolist()
        heights += [truth.anns[number]["bbox"][3] for number in numbers]
        found += (np.asarray(image["gtMatches"])[0, counted] > 0).tolist()
    tall, matched = np.array(heights), np.array(found, dtype=np.bool_)
    groups = [(low <= tall) & (tall < high) for low, high in pairwise(HEIGHTS)]
    return tuple((int(matched[group].sum()), int(group.sum())) for group in groups)
