import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.detection.blazepose.person_finder import (
    Array,
    anchors,
    decode,
    intersection_over_union,
    merge,
)
from references.suppression import suppress

boxes = (
    st.integers(1, 8)
    .flatmap(lambda count: arrays(np.float64, (count, 3, 2), elements=st.integers(0, 8).map(float)))
    .map(lambda points: np.sort(points, axis=1))
)


def test_there_is_an_anchor_for_each_output_of_the_network() -> None:
    centres = anchors(224, (8, 16, 32, 32, 32), per_layer=2)
    assert centres.shape == (2254, 2)
    np.testing.assert_allclose(centres[0], [0.5 / 28, 0.5 / 28])
    np.testing.assert_allclose(centres[2], [1.5 / 28, 0.5 / 28])  # two in a cell, along the row
    np.testing.assert_allclose(centres[-6:], np.full((6, 2), 6.5 / 7))


def test_every_layer_of_anchors_is_centred_on_the_image() -> None:
    np.testing.assert_allclose(anchors(224, (8, 16, 32, 32, 32), 2).mean(axis=0), 0.5)


def test_decode_gives_the_box_and_its_keypoints() -> None:
    values = np.array([[10.0, 0, 20, 40, -5, 5]])
    points = decode(values, np.array([[0.5, 0.5]]), size=100)
    np.testing.assert_allclose(points, [[[0.5, 0.3], [0.7, 0.7], [0.45, 0.55]]])


@given(boxes, st.integers(0, 2**32 - 1))
def test_merge_equals_the_slow_reference(points: Array, seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(0.1, 1, len(points))
    merged, best = merge(points, scores, overlap=0.3)
    expected = suppress(points, scores, 0.3)
    np.testing.assert_allclose(best, [score for _, score in expected])
    np.testing.assert_allclose(merged, [group for group, _ in expected])


@given(boxes)
def test_overlap_is_symmetric_and_between_zero_and_one(points: Array) -> None:
    table = np.stack([intersection_over_union(box, points) for box in points])
    np.testing.assert_allclose(table, table.T)
    assert ((table >= 0) & (table <= 1)).all()


def test_nothing_merges_to_nothing() -> None:
    merged, best = merge(np.zeros((0, 6, 2)), np.zeros(0), 0.3)
    assert merged.shape == (0, 6, 2)
    assert best.shape == (0,)
