import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.similarity import Array, similarities, sizes, tolerances
from pose_action_ros.skeletons import BODY_25, SKELETONS
from references import oks

numbers = st.floats(-1e4, 1e4) | st.just(float("nan"))
poses = arrays(np.float64, st.tuples(st.integers(1, 3), st.just(25), st.just(2)), elements=numbers)


@given(poses, poses, st.floats(0, 100))
def test_equals_the_slow_reference(expected: Array, found: Array, spread: float) -> None:
    tolerance = tolerances(BODY_25)
    fast = similarities(expected, np.full(len(expected), spread), found, tolerance)
    slow = [[oks.similarity(e, spread, f, tolerance) for f in found] for e in expected]
    np.testing.assert_allclose(fast, slow, atol=1e-9)


@given(poses)
def test_is_one_for_the_same_pose_and_within_zero_to_one(people: Array) -> None:
    alike = similarities(people, np.zeros(len(people)), people, tolerances(BODY_25))
    known = np.isfinite(people).all(axis=-1).any(axis=-1)
    np.testing.assert_allclose(np.diag(alike), known.astype(float))
    assert ((alike >= 0) & (alike <= 1)).all()


def test_does_not_depend_on_the_size_of_the_person() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.uniform(0, 300, (2, 1, 25, 2))
    far = similarities(one / 4, np.zeros(1), two / 4, tolerances(BODY_25))
    near = similarities(one, np.zeros(1), two, tolerances(BODY_25))
    np.testing.assert_allclose(far, near)


def test_every_skeleton_has_tolerances_that_agree_on_left_and_right() -> None:
    for skeleton in SKELETONS.values():
        values = tolerances(skeleton)
        assert (values > 0).all()
        np.testing.assert_array_equal(values, values[skeleton.mirror])


def test_size_without_joints_is_nan() -> None:
    assert np.isnan(sizes(np.full((25, 2), np.nan)))
