"""Windows of keypoints: independent of the image rate, and only as old as their ages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lifting.window import MAX_GAP, NEAR, resample
from references import keypoint_window

Array = npt.NDArray[np.float64]
AGES = np.arange(5) / 15
SEEDS = st.integers(0, 10_000)


@dataclass(frozen=True, eq=False)
class Images:
    """Images of N people as resample takes them."""

    features: Array
    sizes: Array
    times: Array

    def window(self, ages: Array = AGES) -> Array:
        return resample(self.features, self.sizes, self.times, ages)

    def columns(self, columns: slice | Array) -> Images:
        return Images(self.features[:, columns], self.sizes[:, columns], self.times[:, columns])


def random_images(seed: int, people: int = 3, images: int = 12) -> Images:
    """People with missing joints, images without a person, repeated stamps and gaps."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (people, images, 18, 3))
    features[..., 2] = rng.uniform(0.1, 1, features.shape[:3])
    features *= (rng.random(features.shape[:3]) < 0.8)[..., None]
    steps = rng.choice([0.0, 0.01, 1 / 30, 1 / 15, 0.2, 0.4], (people, images))
    steps[:, 0] = 0
    times = -np.cumsum(steps, axis=1)
    times[:, 1:][rng.random((people, images - 1)) < 0.2] = np.nan
    sizes = rng.uniform(0.1, 1, (people, images)) * (rng.random((people, images)) < 0.9)
    return Images(features, sizes, times)


def moving(stamps: Array, seed: int) -> Images:
    """One person at constant distance with uniformly moving keypoints, at stamps <= 0."""
    rng = np.random.default_rng(seed)
    place, speed = rng.normal(0, 0.5, (2, 18, 2))
    points = place + speed * stamps[:, None, None]
    features = np.concatenate([points, np.full((len(stamps), 18, 1), 0.7)], axis=-1)
    return Images(features[None], np.full((1, len(stamps)), 0.3), stamps[None])


@given(SEEDS)
def test_equals_the_definition(seed: int) -> None:
    images = random_images(seed)
    expected = keypoint_window.resample(
        images.features, images.sizes, images.times, AGES, max_gap=MAX_GAP, near=NEAR
    )
    np.testing.assert_allclose(images.window(), expected, atol=1e-12)


@given(SEEDS, st.floats(5, 120), st.floats(0, 1))
def test_the_rate_does_not_change_a_uniform_motion(seed: int, rate: float, jitter: float) -> None:
    steps = np.arange(int(rate) + 2, dtype=np.float64)
    steps[1:] += np.random.default_rng(seed).uniform(-0.4, 0.4, len(steps) - 1) * jitter
    window = moving(-steps / rate, seed).window()
    np.testing.assert_allclose(window, moving(-AGES, seed).window(), atol=1e-9)


@given(SEEDS)
def test_the_newest_slot_equals_the_newest_image(seed: int) -> None:
    images = random_images(seed)
    liftable = images.sizes[:, 0] > 0
    window = images.window()
    np.testing.assert_array_equal(window[liftable, 0], images.features[liftable, 0])
    assert not window[~liftable].any()


@given(SEEDS, st.integers(1, 11))
def test_images_older_than_needed_change_nothing(seed: int, kept: int) -> None:
    images = random_images(seed)
    old = images.times < -AGES[-1] - MAX_GAP
    changed = replace(
        images,
        features=np.where(old[..., None, None], 9.0, images.features),
        times=np.where(old, np.nan, images.times),
    )
    np.testing.assert_array_equal(changed.window(), images.window())
    ages = np.array([0.0])
    np.testing.assert_array_equal(images.columns(slice(kept)).window(ages), images.window(ages))


def test_a_gap_gives_missing_slots() -> None:
    whole = moving(-np.arange(30) / 30, 1)
    rows = np.array([0, 1, 11, 12, 13])  # 1/3 s without images, from 1/30 s on
    window = whole.columns(rows).window()
    assert window[0, 0].any()
    assert not window[0, 1:].any()
    near = whole.columns(np.array([0, 1, 4, 8, 12])).window()  # 4/30 s apart
    np.testing.assert_allclose(near, whole.window(), atol=1e-9)


def test_one_image_gives_one_slot() -> None:
    images = moving(np.zeros(1), 1)
    window = images.window()
    np.testing.assert_array_equal(window[0, 0], images.features[0, 0])
    assert not window[0, 1:].any()


@pytest.mark.parametrize("apart", [NEAR / 2, 2 * NEAR])
def test_a_joint_of_one_image_is_used_close_to_it_alone(apart: float) -> None:
    images = moving(np.array([0.0, AGES[1] - apart, AGES[1] + 0.05]) * -1, 2)
    images.features[0, 2, 4] = 0.0
    slot = images.window()[0, 1]
    assert slot[4].any() == (apart <= NEAR)
    assert slot[5].any()


def test_all_slots_have_the_scale_of_the_newest_image() -> None:
    images = moving(-np.arange(10) / 15, 3)
    sizes = np.linspace(0.3, 0.5, 10)  # the person walks away
    plane = images.features[..., :2] * 0.3
    features = images.features.copy()
    features[..., :2] = plane / sizes[:, None, None]
    expected = images.window()
    window = replace(images, features=features, sizes=sizes[None]).window()
    np.testing.assert_allclose(window, expected, atol=1e-12)


@given(SEEDS)
def test_people_do_not_mix(seed: int) -> None:
    images = random_images(seed)
    order = np.random.default_rng(seed).permutation(3)
    permuted = Images(images.features[order], images.sizes[order], images.times[order])
    np.testing.assert_array_equal(permuted.window(), images.window()[order])


def test_many_windows_equal_few(monkeypatch: pytest.MonkeyPatch) -> None:
    images = random_images(3, people=7)
    expected = images.window()
    monkeypatch.setattr("pose_action_ros.lifting.window.PART", 3)
    np.testing.assert_array_equal(images.window(), expected)


def test_no_people() -> None:
    images = random_images(0)
    none = Images(images.features[:0], images.sizes[:0], images.times[:0])
    assert none.window().shape == (0, 5, 18, 3)
