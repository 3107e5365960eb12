"""Average precision and recall: laws, and the same figures as pycocotools."""

import contextlib
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.keypoint_scores import (
    KeypointScores,
    People,
    keypoint_scores,
    similarity,
)
from pose_action_ros.similarity import tolerances
from pose_action_ros.skeletons import COCO_17
from properties import examples

Array = npt.NDArray[np.float64]
Images = list[tuple[People, People]]
TOLERANCE = tolerances(COCO_17)
SEEDS = st.integers(0, 10**6)


def _image(rng: np.random.Generator, true: int, false: int, noise: float) -> tuple[People, People]:
    """True people, and detections: most of them accurate or not, some twice, some false."""
    points = rng.uniform(20, 600, (true, 1, 2)) + rng.uniform(0, 150, (true, 17, 2))
    areas = rng.uniform(2000, 20000, true)
    labelled = points.copy()
    labelled[rng.random((true, 17)) < 0.2] = np.nan
    labelled[:, 0] = points[:, 0]  # at least one joint
    rows = rng.integers(0, true, true + 1) if true else np.zeros(0, np.intp)
    near = points[rows] + rng.normal(0, noise, (len(rows), 17, 2))
    others = rng.uniform(20, 600, (false, 17, 2))
    found = np.concatenate([near, others])
    found[rng.random(found.shape[:2]) < 0.1] = np.nan
    scores = rng.integers(1, 9, len(found)) / 10  # with ties
    ignored = rng.random(true) < 0.2
    return People.true(labelled, areas, ignored), People.detected(found, scores)


def _images(seed: int, noise: float = 6.0) -> Images:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 5, (4, 2)).tolist()
    return [_image(rng, true, false, noise) for true, false in counts]


def _scores(images: Images) -> KeypointScores:
    return keypoint_scores(images, TOLERANCE)


def _coco(images: Images) -> KeypointScores:
    """The scores by pycocotools."""
    coco = pytest.importorskip("pycocotools.coco")
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO()
        truth.dataset = {
            "images": [{"id": number} for number in range(len(images))],
            "categories": [{"id": 1}],
            "annotations": [
                entry for number, (true, _) in enumerate(images) for entry in _truth(number, true)
            ],
        }
        for row, entry in enumerate(truth.dataset["annotations"]):
            entry["id"] = row + 1
        truth.createIndex()
        results = [
            entry for number, (_, found) in enumerate(images) for entry in _found(number, found)
        ]
        coco_eval = evaluation.COCOeval(truth, truth.loadRes(results), "keypoints")
        coco_eval.evaluate()
        coco_eval.accumulate()
        coco_eval.summarize()
    ap, ap50, ap75, _, _, ar = (float(value) for value in coco_eval.stats[:6])
    return KeypointScores(ap, ap50, ap75, ar)


def _truth(image: int, people: People) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    for points, area, ignored in zip(people.points, people.areas, people.ignored, strict=True):
        flat = np.column_stack([np.nan_to_num(points), 2.0 * np.isfinite(points[:, 0])])
        entry = {
            "image_id": image,
            "category_id": 1,
            "keypoints": flat.ravel().tolist(),
            "num_keypoints": int((flat[:, 2] > 0).sum()),
            "area": float(area),
            "iscrowd": 0,
            "bbox": [0, 0, 1, 1],
        }
        # pycocotools drops a flag "ignore", but ignores people without labelled joints.
        entry["num_keypoints"] = 0 if ignored else entry["num_keypoints"]
        entries.append(entry)
    return entries


def _found(image: int, people: People) -> list[dict[str, object]]:
    return [
        {
            "image_id": image,
            "category_id": 1,
            "keypoints": np.column_stack([np.nan_to_num(points, nan=-1e4), np.ones(17)])
            .ravel()
            .tolist(),
            "score": float(score),
        }
        for points, score in zip(people.points, people.scores, strict=True)
    ]


@examples(10)
@given(SEEDS, st.floats(0, 15))
def test_figures_equal_those_of_pycocotools(seed: int, noise: float) -> None:
    images = _images(seed, noise)
    if not any(len(found) for _, found in images) or np.isnan(_scores(images).ap):
        return
    ours, theirs = _scores(images), _coco(images)
    assert ours.ap == pytest.approx(theirs.ap, abs=1e-9)
    assert ours.ap50 == pytest.approx(theirs.ap50, abs=1e-9)
    assert ours.ap75 == pytest.approx(theirs.ap75, abs=1e-9)
    assert ours.ar == pytest.approx(theirs.ar, abs=1e-9)


@examples(20)
@given(SEEDS)
def test_perfect_detections_have_full_scores(seed: int) -> None:
    images = [
        (true, People.detected(np.nan_to_num(true.points), np.ones(len(true))))
        for true, _ in _images(seed)
    ]
    if (~np.concatenate([true.ignored for true, _ in images])).any():
        assert _scores(images) == KeypointScores(1.0, 1.0, 1.0, 1.0)


@examples(20)
@given(SEEDS)
def test_no_detections_have_no_scores(seed: int) -> None:
    none = People.detected(np.zeros((0, 17, 2)), np.zeros(0))
    images = [(true, none) for true, _ in _images(seed)]
    if (~np.concatenate([true.ignored for true, _ in images])).any():
        assert _scores(images) == KeypointScores(0.0, 0.0, 0.0, 0.0)


@examples(20)
@given(SEEDS)
def test_false_positives_with_the_lowest_scores_change_nothing(seed: int) -> None:
    images = _images(seed)
    more = [(true, _with(found, [np.full((17, 2), 1e5)], 0.01)) for true, found in images]
    np.testing.assert_allclose(_values(_scores(more)), _values(_scores(images)))


@examples(20)
@given(SEEDS)
def test_false_positives_never_improve_scores(seed: int) -> None:
    images = _images(seed)
    more = [(true, _with(found, [np.full((17, 2), 1e5)], 1.0)) for true, found in images]
    before, after = _values(_scores(images)), _values(_scores(more))
    assert (after <= before + 1e-12).all() or np.isnan(before).all()


@examples(20)
@given(SEEDS, st.floats(0.1, 10))
def test_scores_do_not_depend_on_the_image_size(seed: int, scale: float) -> None:
    larger = [
        (
            People.true(scale * true.points, scale**2 * true.areas, true.ignored),
            People.detected(scale * found.points, found.scores),
        )
        for true, found in _images(seed)
    ]
    np.testing.assert_allclose(_values(_scores(larger)), _values(_scores(_images(seed))), atol=1e-9)


def test_similarity_falls_with_distance_relative_to_size_and_tolerance() -> None:
    points = np.zeros((1, 17, 2))
    moved = points + np.stack([TOLERANCE * 100, np.zeros(17)], axis=-1)
    truth = People.true(points, np.array([1e4]), np.array([False]))
    oks = similarity(truth, People.detected(moved, np.ones(1)), TOLERANCE)
    np.testing.assert_allclose(oks, np.exp(-0.5))


def test_missing_joints_count_and_unlabelled_ones_do_not() -> None:
    points = np.zeros((1, 17, 2))
    points[0, 8:] = np.nan
    truth = People.true(points, np.array([1e4]), np.array([False]))
    half = np.zeros((1, 17, 2))
    half[0, :4] = np.nan
    assert similarity(truth, People.detected(half, np.ones(1)), TOLERANCE) == pytest.approx(0.5)


def test_images_without_people_have_no_score() -> None:
    assert np.isnan(_scores([]).ap)


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="3 areas"):
        People.true(np.zeros((2, 17, 2)), np.ones(3), np.zeros(2, dtype=np.bool_))


def _with(found: People, points: Sequence[Array], score: float) -> People:
    added = np.concatenate([found.points, points])
    return People.detected(added, np.append(found.scores, [score] * len(points)))


def _values(scores: KeypointScores) -> Array:
    return np.array([scores.ap, scores.ap50, scores.ap75, scores.ar])
