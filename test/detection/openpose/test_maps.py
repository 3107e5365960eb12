import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.openpose_maps import REACH, SIGMA, draw_maps
from openpose_people import mirrored, random_person
from pose_action_ros.detection.openpose.layout import BODY_25_MAPS, LAYOUTS, MapLayout
from pose_action_ros.errors import InputError
from properties import examples

SIZE = (30, 24)
seeds = st.integers(0, 2**32 - 1)
layouts = st.sampled_from(list(LAYOUTS.values()))


def one_limb(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    people = np.full((1, 25, 2), np.nan)
    people[0, 1], people[0, 8] = start, end
    return people


def test_a_joint_is_a_gaussian_whose_top_is_one() -> None:
    heat = draw_maps(one_limb((7, 9), (7, 15)), BODY_25_MAPS, SIZE)[..., 1]
    assert heat[9, 7] == 1
    np.testing.assert_allclose(heat[9, 8], np.exp(-1 / (2 * SIGMA**2)))
    np.testing.assert_allclose(heat[11, 8], np.exp(-5 / (2 * SIGMA**2)))


def test_a_field_is_the_unit_vector_within_reach_of_the_limb() -> None:
    start, end = np.array([5.0, 6.0]), np.array([11.0, 14.0])
    maps = draw_maps(one_limb((5, 6), (11, 14)), BODY_25_MAPS, SIZE)
    for row, column in np.ndindex(SIZE):
        share = np.clip((np.array([column, row]) - start) @ (end - start) / 100, 0, 1)
        away = np.linalg.norm(start + share * (end - start) - [column, row])
        if abs(away - REACH) > 1e-6:
            expected = (0.6, 0.8) if away < REACH else (0.0, 0.0)
            np.testing.assert_allclose(maps[row, column, [26, 27]], expected, atol=1e-6)


def test_where_limbs_cross_the_field_is_their_mean() -> None:
    people = np.concatenate([one_limb((4, 10), (16, 10)), one_limb((10, 4), (10, 16))])
    maps = draw_maps(people, BODY_25_MAPS, SIZE)
    np.testing.assert_allclose(maps[10, 10, [26, 27]], [0.5, 0.5])
    np.testing.assert_allclose(maps[10, 13, [26, 27]], [1, 0])


def test_limbs_without_length_or_with_a_missing_end_have_no_field() -> None:
    people = one_limb((5, 5), (5, 5))
    people[0, 2] = [7, 7]
    people[0, 1] = np.nan
    assert not draw_maps(people, BODY_25_MAPS, SIZE)[..., 26:].any()
    assert not draw_maps(one_limb((5, 5), (5, 5)), BODY_25_MAPS, SIZE)[..., 26:].any()


@examples(15)
@given(layouts, seeds, st.integers(0, 3))
def test_heat_and_background_add_up_and_fields_are_no_longer_than_one(
    layout: MapLayout, seed: int, count: int
) -> None:
    rng = np.random.default_rng(seed)
    people = np.stack(
        [random_person(layout.skeleton, seed, 20, rng.uniform(0, 24, 2)) for _ in range(3)]
    )
    maps = draw_maps(people[:count], layout, SIZE)
    assert maps.shape == (*SIZE, layout.channels)
    assert maps.dtype == np.float32
    parts = maps[..., : layout.parts]
    np.testing.assert_allclose(parts.max(axis=-1) + maps[..., layout.parts], 1, atol=1e-6)
    assert (np.linalg.norm(maps[..., np.array(layout.fields)], axis=-1) <= 1 + 1e-6).all()


@examples(15)
@given(layouts, seeds)
def test_mirrored_people_have_mirrored_maps(layout: MapLayout, seed: int) -> None:
    person = random_person(layout.skeleton, seed, 24, (11, 14))
    flipped = person[layout.skeleton.mirror] * [-1, 1] + [SIZE[1] - 1, 0]
    maps = draw_maps([person], layout, SIZE)
    np.testing.assert_allclose(
        mirrored(layout, draw_maps([flipped], layout, SIZE)), maps, atol=1e-6
    )


def test_people_of_another_skeleton_are_refused() -> None:
    with pytest.raises(InputError, match=r"expected \(P, 25, 2\)"):
        draw_maps(np.zeros((1, 18, 2)), BODY_25_MAPS, SIZE)
