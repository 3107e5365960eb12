import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.openpose_maps import SIGMA
from pose_action_ros.detection.openpose import DecodingSettings
from pose_action_ros.detection.openpose.peaks import Peaks, find_peaks
from references import paf_decoding

Maps = npt.NDArray[np.float32]
shapes = st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3))
# Few different values, so that neighbours are often equal.
coarse = arrays(np.float32, shapes, elements=st.sampled_from([-1.0, 0.0, 0.25, 0.5, 2.0]))
fine = st.tuples(shapes, st.integers(0, 2**32 - 1)).map(
    lambda drawn: np.random.default_rng(drawn[1]).normal(0.3, 0.5, drawn[0]).astype(np.float32)
)


def spot(x: float, y: float, sigma: float = SIGMA, size: tuple[int, int] = (12, 14)) -> Maps:
    rows, columns = np.indices(size)
    away = (columns - x) ** 2 + (rows - y) ** 2
    return np.exp(-away / (2 * sigma**2)).astype(np.float32)[..., None]


def of_joint(peaks: Peaks, joint: int) -> tuple[npt.NDArray[np.float64], ...]:
    rows = slice(peaks.starts[joint], peaks.starts[joint + 1])
    return peaks.points[rows], peaks.scores[rows]


@given(st.one_of(coarse, fine), st.integers(1, 5))
def test_peaks_equal_the_slow_reference(heat: Maps, most: int) -> None:
    settings = DecodingSettings(most_peaks=most)
    peaks = find_peaks(heat, settings.peak_threshold, most)
    for joint in range(heat.shape[2]):
        points, scores = of_joint(peaks, joint)
        expected = paf_decoding.find_peaks(heat[..., joint], joint, settings)
        np.testing.assert_allclose(points, [[p.x, p.y] for p in expected] or np.zeros((0, 2)))
        np.testing.assert_allclose(scores, [p.score for p in expected])


@given(st.floats(1, 12), st.floats(1, 10), st.floats(0.7, 2.5), st.floats(0.2, 1))
def test_a_gaussian_is_found_where_it_is_and_as_high(
    x: float, y: float, sigma: float, height: float
) -> None:
    points, scores = of_joint(find_peaks(height * spot(x, y, sigma), 0.05, 127), 0)
    np.testing.assert_allclose(points, [[x, y]], atol=1e-3)
    np.testing.assert_allclose(scores, [height], rtol=1e-3)


@given(st.floats(-0.5, 13.5), st.floats(-0.5, 11.5))
def test_at_the_border_a_joint_is_found_to_half_a_cell(x: float, y: float) -> None:
    points, _ = of_joint(find_peaks(spot(x, y), 0.05, 127), 0)
    assert len(points) == 1
    assert (np.abs(points - [x, y]) <= 0.5 + 1e-3).all()


@given(st.floats(6, 7), st.floats(5, 6), st.floats(0, 2 * np.pi), st.floats(3, 4))
def test_joints_three_cells_apart_are_two(x: float, y: float, turn: float, away: float) -> None:
    other = x + away * np.cos(turn), y + away * np.sin(turn)
    points, _ = of_joint(find_peaks(np.maximum(spot(x, y), spot(*other)), 0.05, 127), 0)
    expected = np.array([(x, y), other])
    assert len(points) == 2
    nearest = np.linalg.norm(points[:, None] - expected, axis=-1).min(axis=0)
    assert nearest.max() < 0.3


def test_the_highest_are_kept() -> None:
    heat = np.zeros((9, 9, 2), dtype=np.float32)
    heat[::2, ::2, 1] = np.arange(1, 26).reshape(5, 5) / 25
    points, scores = of_joint(find_peaks(heat, 0.05, 3), 1)
    np.testing.assert_allclose(scores, [23 / 25, 24 / 25, 1])
    np.testing.assert_allclose(points, [[4, 8], [6, 8], [8, 8]])


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_flat_map_has_one_peak_or_none(value: float) -> None:
    peaks = find_peaks(np.full((6, 7, 2), value, dtype=np.float32), 0.05, 127)
    np.testing.assert_array_equal(peaks.starts, [0, value, 2 * value])
