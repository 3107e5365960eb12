"""Metrics against values worked out by hand and laws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pose_action_ros.errors import InputError
from pose_action_ros.metrics import (
    aligned_errors,
    auc,
    best_rotations,
    calibration_error,
    joint_errors,
    mpjpe,
    p_mpjpe,
    pck,
    procrustes,
    scaled_errors,
)
from references import procrustes as reference

Array = npt.NDArray[np.float64]

TRUTH = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]]])
FOUND = np.array([[[5.0, 5, 5], [6, 5, 5], [5, 7.3, 5], [5.4, 5, 8]]])  # root moved; 0, 0.3, 0.4


def poses(seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=(3, 17, 3))


def test_errors_by_hand() -> None:
    np.testing.assert_allclose(joint_errors(FOUND, TRUTH), [[0, 0, 0.3, 0.4]], atol=1e-12)
    assert mpjpe(FOUND, TRUTH) == pytest.approx(0.7 / 4)
    assert mpjpe(FOUND, TRUTH, weights=[[0, 0, 1, 1]]) == pytest.approx(0.35)


@pytest.mark.parametrize(("threshold", "share"), [(0.2, 0.5), (0.35, 0.75), (0.5, 1.0)])
def test_pck_by_hand(threshold: float, share: float) -> None:
    assert pck(FOUND, TRUTH, threshold) == pytest.approx(share)


def test_procrustes_error_by_hand() -> None:
    # A square against the same one with two opposite corners moved out by 1: by symmetry the best
    # rotation is none, and the best scale is sum(x.y) / sum(x.x) = (2*1*2 + 2*1*1) / 4 = 1.5.
    square = np.array([[[1.0, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]]])
    stretched = square * [[2.0], [1.0], [2.0], [1.0]]
    assert p_mpjpe(square, stretched) == pytest.approx(0.5)


@given(st.integers(0, 1000), st.floats(0.1, 5))
def test_procrustes_inverts_every_similarity(seed: int, scale: float) -> None:
    truth = poses(seed)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    moved = scale * truth @ turn.T + [1.0, -2, 3]
    assert p_mpjpe(moved, truth) < 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_alignment_equals_that_of_a_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(2, 7, 3))
    turn = Rotation.random(rng=rng).as_matrix()
    found = 1.7 * truth @ turn.T + rng.normal(size=truth.shape) * 0.4
    expected = [reference.aligned_errors(*pair) for pair in zip(found, truth, strict=True)]
    np.testing.assert_allclose(aligned_errors(found, truth), expected, atol=1e-4)
    assert p_mpjpe(found, truth) == pytest.approx(np.mean(expected), abs=1e-4)


@given(st.integers(0, 1000), st.floats(0.1, 5))
def test_aligned_error_is_invariant_to_similarities(seed: int, scale: float) -> None:
    found, truth = poses(seed), poses(seed + 1)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    moved = scale * found @ turn.T + [3.0, 0, -1]
    np.testing.assert_allclose(aligned_errors(moved, truth), aligned_errors(found, truth))


@given(st.integers(0, 1000))
def test_root_aligned_error_is_invariant_to_translation_and_common_rotation(seed: int) -> None:
    found, truth = poses(seed), poses(seed + 1)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    assert mpjpe(found + np.array([1.0, 2, 3]), truth - 5) == pytest.approx(mpjpe(found, truth))
    assert mpjpe(found @ turn.T, truth @ turn.T) == pytest.approx(mpjpe(found, truth))
    assert mpjpe(2 * found, 2 * truth) == pytest.approx(2 * mpjpe(found, truth))


def test_area_by_hand() -> None:
    # Errors 0, 0, 0.3, 0.4 of thresholds 0, 0.02, ..., 0.6: two of four joints always, the third
    # from 0.3 on (16 of 31 thresholds), the fourth from 0.4 on (11 of 31).
    assert auc(FOUND + 1e-9, TRUTH, 0.6) == pytest.approx((2 + 16 / 31 + 11 / 31) / 4, abs=0.02)


def test_mirrored_pose_has_an_error() -> None:
    truth = poses(1)
    assert p_mpjpe(truth * [-1, 1, 1], truth) > 0.1


def test_no_other_alignment_has_a_smaller_error() -> None:
    rng = np.random.default_rng(3)
    found, truth = poses(2), poses(3)
    best = ((procrustes(found, truth) - truth) ** 2).sum()
    for _ in range(50):
        turn = Rotation.random(rng=rng).as_matrix()
        other = rng.uniform(0, 2) * found @ turn.T + rng.normal(size=3) * 0.1
        assert ((other - truth) ** 2).sum() >= best


def test_different_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(1, 4, 3\) and \(1, 5, 3\)"):
        mpjpe(TRUTH, np.zeros((1, 5, 3)))


@given(st.integers(0, 1000))
def test_joints_of_weight_zero_change_no_alignment(seed: int) -> None:
    found, truth = poses(seed), poses(seed + 1)
    weights = np.ones(17)
    weights[[3, 9]] = 0
    kept = weights > 0
    for errors in (aligned_errors, scaled_errors):
        with_zeros = errors(found, truth, weights)[:, kept]
        np.testing.assert_allclose(with_zeros, errors(found[:, kept], truth[:, kept]), atol=1e-9)


@given(st.integers(0, 1000), st.floats(0.1, 5))
def test_the_best_scale_is_found(seed: int, factor: float) -> None:
    truth = poses(seed)
    np.testing.assert_allclose(scaled_errors(truth * factor + [1, 2, 3], truth), 0, atol=1e-9)
    noisy = truth + np.random.default_rng(seed).normal(size=truth.shape) * 0.1
    best = (scaled_errors(noisy, truth) ** 2).sum()
    for other in (0.9, 0.98, 1.0, 1.02, 1.1):
        difference = other * (noisy - noisy[:, :1]) - (truth - truth[:, :1])
        assert best <= (difference**2).sum() + 1e-9


@given(st.integers(0, 1000))
def test_the_best_rotation_is_found(seed: int) -> None:
    truth = poses(seed)
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    expected = np.broadcast_to(turn.T, (3, 3, 3))
    np.testing.assert_allclose(best_rotations(truth @ turn.T, truth), expected, atol=1e-9)


def test_calibration_error_by_hand() -> None:
    scores, correct = [0.05, 0.95, 0.95, 0.95, 0.95], [False, True, True, True, False]
    expected = (1 * 0.05 + 4 * abs(0.95 - 0.75)) / 5
    assert calibration_error(scores, correct) == pytest.approx(expected)
    assert calibration_error([1.0], [True]) == 0
    assert calibration_error([], []) == 0
