"""Average precision, recall and found people by height: laws, and cases computed by hand."""

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

pytest.importorskip("pycocotools")

Array = npt.NDArray[np.float64]
Images = list[tuple[People, People]]
TOLERANCE = tolerances(COCO_17)
SEEDS = st.integers(0, 10**6)


def _image(rng: np.random.Generator, true: int, false: int, noise: float) -> tuple[People, People]:
    """True people, and detections: most of them accurate or not, some twice, some false."""
    points = rng.uniform(20, 600, (true, 1, 2)) + rng.uniform(0, 150, (true, 17, 2))
    areas, heights = rng.uniform(2000, 20000, true), rng.uniform(20, 400, true)
    labelled = points.copy()
    labelled[rng.random((true, 17)) < 0.2] = np.nan
    labelled[:, 0] = points[:, 0]  # at least one joint
    rows = rng.integers(0, true, true + 1) if true else np.zeros(0, np.intp)
    near = points[rows] + rng.normal(0, noise, (len(rows), 17, 2))
    found = np.concatenate([near, rng.uniform(20, 600, (false, 17, 2))])
    found[rng.random(found.shape[:2]) < 0.1] = np.nan
    scores = rng.integers(1, 9, len(found)) / 10  # with ties
    ignored = rng.random(true) < 0.2
    return People.true(labelled, areas, heights, ignored), People.detected(found, scores)


def _images(seed: int, noise: float = 6.0) -> Images:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 5, (4, 2)).tolist()
    return [_image(rng, true, false, noise) for true, false in counts]


def _some_count(images: Images) -> bool:
    return any((~true.ignored).any() for true, _ in images)


@examples(10)
@given(SEEDS)
def test_perfect_detections_have_full_scores(seed: int) -> None:
    images = [
        (true, People.detected(np.nan_to_num(true.points), np.ones(len(true))))
        for true, _ in _images(seed)
    ]
    if _some_count(images):
        scores = keypoint_scores(images)
        assert _values(scores) == pytest.approx(1.0)
        assert all(found == of for found, of in scores.found)


@examples(10)
@given(SEEDS)
def test_no_detections_have_no_scores(seed: int) -> None:
    none = People.detected(np.zeros((0, 17, 2)), np.zeros(0))
    images = [(true, none) for true, _ in _images(seed)]
    if _some_count(images):
        scores = keypoint_scores(images)
        assert _values(scores).tolist() == [0.0] * 4
        assert all(found == 0 for found, _ in scores.found)


@examples(10)
@given(SEEDS)
def test_every_person_who_counts_is_in_one_group_of_heights(seed: int) -> None:
    images = _images(seed)
    counted = np.concatenate([true.heights[~true.ignored] for true, _ in images])
    limits = ((0, 60), (60, 120), (120, 240), (240, np.inf))
    groups = [int(((low <= counted) & (counted < high)).sum()) for low, high in limits]
    assert [of for _, of in keypoint_scores(images).found] == groups


@examples(10)
@given(SEEDS)
def test_false_positives_never_improve_scores(seed: int) -> None:
    images = _images(seed)
    more = [(true, _with(found, [np.full((17, 2), 1e5)], 1.0)) for true, found in images]
    before, after = _values(keypoint_scores(images)), _values(keypoint_scores(more))
    assert (after <= before + 1e-12).all() or np.isnan(before).all()


def test_half_of_the_people_found_is_half_of_the_recall() -> None:
    """At every threshold precision is 1 up to recall 0.5, which is 51 of 101 recalls."""
    points = np.stack([np.full((17, 2), 100.0), np.full((17, 2), 400.0)])
    flags = np.zeros(2, dtype=np.bool_)
    truth = People.true(points, np.full(2, 1e4), np.array([50.0, 300.0]), flags)
    scores = keypoint_scores([(truth, People.detected(points[1:], np.ones(1)))])
    assert _values(scores) == pytest.approx([51 / 101, 51 / 101, 51 / 101, 0.5])
    assert scores.found == ((0, 1), (0, 0), (0, 0), (1, 1))


def test_similarity_falls_with_distance_relative_to_size_and_tolerance() -> None:
    points = np.zeros((1, 17, 2))
    moved = points + np.stack([TOLERANCE * 100, np.zeros(17)], axis=-1)
    oks = similarity(_person(points), People.detected(moved, np.ones(1)), TOLERANCE)
    np.testing.assert_allclose(oks, np.exp(-0.5))


def test_missing_joints_count_and_unlabelled_ones_do_not() -> None:
    points = np.zeros((1, 17, 2))
    points[0, 8:] = np.nan
    half = np.zeros((1, 17, 2))
    half[0, :4] = np.nan
    alike = similarity(_person(points), People.detected(half, np.ones(1)), TOLERANCE)
    assert alike == pytest.approx(0.5)


def test_similarity_has_a_row_for_each_true_person() -> None:
    truth, found = _image(np.random.default_rng(1), 3, 4, 5.0)
    alike = similarity(truth, found, TOLERANCE)
    assert alike.shape == (3, len(found))
    for row in range(3):
        one = People.true(
            truth.points[[row]], truth.areas[[row]], truth.heights[[row]], truth.ignored[[row]]
        )
        np.testing.assert_allclose(similarity(one, found, TOLERANCE)[0], alike[row])


def test_images_without_people_have_no_score() -> None:
    assert np.isnan(keypoint_scores([_image(np.random.default_rng(0), 0, 2, 1.0)]).ap)


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="3 areas"):
        People.true(np.zeros((2, 17, 2)), np.ones(3), np.ones(2), np.zeros(2, dtype=np.bool_))


def _person(points: Array) -> People:
    return People.true(points, np.array([1e4]), np.array([100.0]), np.array([False]))


def _with(found: People, points: Sequence[Array], score: float) -> People:
    added = np.concatenate([found.points, points])
    return People.detected(added, np.append(found.scores, [score] * len(points)))


def _values(scores: KeypointScores) -> Array:
    return np.array([scores.ap, scores.ap50, scores.ap75, scores.ar])
