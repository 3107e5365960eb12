import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.one_euro import Array, OneEuroFilter
from references.one_euro import ScalarOneEuro

tracks = arrays(np.float64, (8, 3, 2), elements=st.floats(-1e3, 1e3))


def run(samples: Array, seconds: float = 0.04, size: float = 1.0) -> Array:
    smooth = OneEuroFilter()
    return np.stack([smooth(sample, seconds, size, 1.0, 5.0) for sample in samples])


@given(arrays(np.float64, 12, elements=st.floats(-1e3, 1e3)), st.floats(0.001, 1))
def test_equals_the_paper_on_one_number(numbers: Array, seconds: float) -> None:
    smooth, reference = OneEuroFilter(), ScalarOneEuro(1.0, 5.0)
    for number in numbers:
        got = smooth(np.array([[number]]), seconds, 1.0, 1.0, 5.0)[0, 0]
        assert got == pytest.approx(reference(float(number), seconds), abs=1e-9)


@given(tracks, st.floats(-500, 500))
def test_moves_with_the_picture(samples: Array, offset: float) -> None:
    np.testing.assert_allclose(run(samples + offset), run(samples) + offset, atol=1e-6)


@given(tracks, st.floats(0.1, 10))
def test_scales_with_the_person(samples: Array, scale: float) -> None:
    scaled = run(samples * scale, size=scale)
    np.testing.assert_allclose(scaled, run(samples) * scale, atol=1e-6)


@given(tracks)
def test_stays_within_the_range_of_the_samples(samples: Array) -> None:
    smooth = run(samples)
    assert (smooth <= samples.max(axis=0) + 1e-9).all()
    assert (smooth >= samples.min(axis=0) - 1e-9).all()


def test_missing_joints_stay_missing_and_restart() -> None:
    samples = np.zeros((3, 2, 2))
    samples[1, 0] = np.nan
    samples[2] = 100.0
    smooth = run(samples)
    assert np.isnan(smooth[1, 0]).all()
    np.testing.assert_array_equal(smooth[2, 0], 100.0)
    assert (smooth[2, 1] < 100.0).all()


def test_a_repeated_stamp_changes_nothing() -> None:
    smooth = OneEuroFilter()
    smooth(np.zeros((1, 2)), 0.04, 1.0, 1.0, 5.0)
    np.testing.assert_array_equal(smooth(np.ones((1, 2)), 0.0, 1.0, 1.0, 5.0), 0.0)


def test_takes_most_of_the_jitter_from_a_joint_at_rest() -> None:
    noise = np.random.default_rng(0).normal(size=(200, 1, 2))
    assert run(noise * 0.005)[50:].std() < 0.4 * 0.005
