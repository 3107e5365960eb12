import tracemalloc
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.openpose_maps import draw_maps
from openpose_people import matched, mirrored, random_person, row_of_people
from pose_action_ros.detection.openpose import (
    LAYOUTS,
    DecodedPeople,
    DecodingSettings,
    MapLayout,
    decode,
    default_settings,
)
from pose_action_ros.detection.openpose.layout import BODY_25_MAPS, COCO_18_MAPS
from pose_action_ros.detection.openpose.settings import THRESHOLDS
from pose_action_ros.errors import InputError
from properties import examples
from references import paf_decoding

Maps = npt.NDArray[np.float32]

SIZE = (46, 82)
seeds = st.integers(0, 2**32 - 1)
layouts = st.sampled_from(list(LAYOUTS.values()))
few = examples(15)
all_layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))


def noise(layout: MapLayout, seed: int, size: tuple[int, int], wide: float) -> Maps:
    """Smooth noise: many peaks, and fields that now and then support a limb."""
    rng = np.random.default_rng(seed)
    maps = rng.normal(0, 1, (*size, layout.channels)).astype(np.float32)
    parts = cv2.GaussianBlur(maps[..., : layout.parts], (0, 0), 0.7)
    fields = cv2.GaussianBlur(maps[..., layout.parts :], (0, 0), wide)
    return np.concatenate([parts / parts.max(), fields / np.abs(fields).max()], axis=-1)


def assert_same(decoded: DecodedPeople, expected: DecodedPeople) -> None:
    np.testing.assert_allclose(decoded.points, expected.points, atol=1e-5)
    np.testing.assert_allclose(decoded.joint_scores, expected.joint_scores, atol=1e-6)
    np.testing.assert_allclose(decoded.person_scores, expected.person_scores, atol=1e-6)


def assert_equal_to_reference(
    maps: Maps, layout: MapLayout, chosen: DecodingSettings
) -> DecodedPeople:
    decoded, expected = decode(maps, layout, chosen), paf_decoding.decode(maps, layout, chosen)
    assert len(decoded) == len(expected)
    for row, person in enumerate(expected):
        points = np.full((layout.parts, 2), np.nan)
        scores = np.zeros(layout.parts)
        for joint, peak in person.peaks.items():
            points[joint], scores[joint] = (peak.x, peak.y), peak.score
        np.testing.assert_allclose(decoded.points[row], points)
        np.testing.assert_allclose(decoded.joint_scores[row], scores)
        np.testing.assert_allclose(decoded.person_scores[row], person.mean())
    return decoded


@all_layouts
@examples(4)
@given(
    seeds,
    st.builds(
        DecodingSettings,
        line_share=st.sampled_from([0.2, 0.5, 0.8, 0.95]),
        most_samples=st.integers(5, 25),
        most_peaks=st.just(8),
        min_parts=st.integers(2, 3),
        min_mean_score=st.just(0.2),
        fragments=st.booleans(),
    ),
    st.booleans(),
)
def test_random_maps_decode_as_the_slow_reference(
    layout: MapLayout, seed: int, chosen: DecodingSettings, channels_first: bool
) -> None:
    maps = noise(layout, seed, (9, 11), wide=2.5)
    if channels_first:
        maps = np.ascontiguousarray(maps.transpose(2, 0, 1)).transpose(1, 2, 0)
    assert_equal_to_reference(maps, layout, chosen)


@all_layouts
def test_maps_of_people_decode_as_the_slow_reference(layout: MapLayout) -> None:
    rng = np.random.default_rng(5)
    people = [random_person(layout.skeleton, seed, 20, rng.uniform(8, 22, 2)) for seed in range(4)]
    maps = draw_maps(people, layout, (30, 30))
    maps += rng.normal(0, 0.015, maps.shape).astype(np.float32)
    assert len(assert_equal_to_reference(maps, layout, default_settings(layout))) >= 4


@all_layouts
@pytest.mark.parametrize("count", [1, 5, 20])
def test_all_people_are_found_to_a_third_of_a_cell(layout: MapLayout, count: int) -> None:
    people = row_of_people(layout.skeleton, count, 3, SIZE)
    decoded = decode(draw_maps(people, layout, SIZE), layout)
    errors = np.linalg.norm(matched(decoded, people) - people, axis=-1)
    np.testing.assert_array_equal(np.isnan(errors), np.isnan(people[..., 0]))
    assert np.nanmean(errors) < 0.05
    assert np.nanmax(errors) < 0.6


@all_layouts
def test_people_before_each_other_keep_their_joints(layout: MapLayout) -> None:
    rng = np.random.default_rng(7)
    right = []
    for seed in range(0, 40, 2):
        places = (20, 20), rng.uniform((23, 23), (27, 27))
        people = np.stack([random_person(layout.skeleton, seed + n, 30, places[n]) for n in (0, 1)])
        decoded = decode(draw_maps(people, layout, SIZE), layout)
        right.append(np.linalg.norm(matched(decoded, people) - people, axis=-1) < 0.5)
    assert np.mean(right) > 0.99


@few
@given(layouts, seeds)
def test_the_order_of_people_does_not_matter(layout: MapLayout, seed: int) -> None:
    people = row_of_people(layout.skeleton, 4, seed, SIZE)
    order = np.random.default_rng(seed).permutation(4)
    one, other = (decode(draw_maps(p, layout, SIZE), layout) for p in (people, people[order]))
    np.testing.assert_allclose(matched(one, people), matched(other, people), atol=1e-5)


@few
@given(layouts, seeds)
def test_a_distant_person_changes_no_other(layout: MapLayout, seed: int) -> None:
    near = [random_person(layout.skeleton, seed + n, 30, (12 + 16 * n, 20)) for n in (0, 1)]
    far = random_person(layout.skeleton, seed + 2, 25, (66, 24))
    alone = decode(draw_maps(near, layout, SIZE), layout)
    together = matched(
        decode(draw_maps([*near, far], layout, SIZE), layout), np.stack([*near, far])
    )
    np.testing.assert_allclose(together[:2], matched(alone, np.stack(near)), atol=1e-5)
    np.testing.assert_allclose(together[2], far, atol=0.1)


def assert_mirrored(maps: Maps, layout: MapLayout, chosen: DecodingSettings) -> int:
    """Decoding the mirror image mirrors all people; return their number."""
    one, other = decode(maps, layout, chosen), decode(mirrored(layout, maps), layout, chosen)
    swap = layout.skeleton.mirror
    back = other.points[:, swap] * [-1, 1] + [maps.shape[1] - 1, 0]
    assert_same(DecodedPeople(back, other.joint_scores[:, swap], other.person_scores), one)
    return len(one)


@few
@given(layouts, seeds)
def test_mirrored_noise_gives_mirrored_people(layout: MapLayout, seed: int) -> None:
    chosen = DecodingSettings(line_share=0.6, min_mean_score=0.2)
    assert_mirrored(noise(layout, seed, (9, 12), wide=2.5), layout, chosen)


@few
@given(layouts, seeds)
def test_mirrored_people_are_found_mirrored(layout: MapLayout, seed: int) -> None:
    people = row_of_people(layout.skeleton, 3, seed, SIZE)
    maps = draw_maps(people, layout, SIZE)
    maps += np.random.default_rng(seed).normal(0, 0.01, maps.shape).astype(np.float32)
    assert assert_mirrored(maps, layout, default_settings(layout)) >= 3


@pytest.mark.parametrize("loose", [{}, {"peak_threshold": 0.02, "line_share": 0.75}])
def test_a_hundred_people_are_found(loose: dict[str, Any]) -> None:
    places = np.stack(np.meshgrid(np.arange(20), np.arange(5)), axis=-1).reshape(-1, 2)
    people = [
        random_person(COCO_18_MAPS.skeleton, seed, 14, place * [8, 16] + [6, 9])
        for seed, place in enumerate(places)
    ]
    decoded = decode(
        draw_maps(people, COCO_18_MAPS, (82, 164)),
        COCO_18_MAPS,
        replace(default_settings(COCO_18_MAPS), **loose),
    )
    assert len(decoded) == 100


def test_memory_stays_bounded_with_noise_full_of_peaks() -> None:
    maps = noise(BODY_25_MAPS, 0, SIZE, wide=1)
    limb = BODY_25_MAPS.fields[0]
    maps[..., limb] = 1  # along which all pairs that go down to the right connect
    tracemalloc.start()
    try:
        decoded = decode(maps, BODY_25_MAPS)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(decoded) > 100
    assert most < 40e6


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (540, 960)])
def test_empty_maps_of_any_size_yield_no_people(size: tuple[int, int]) -> None:
    decoded = decode(np.zeros((*size, 44), dtype=np.float32), LAYOUTS["mpi_15"])
    assert len(decoded) == 0
    assert decoded.points.shape == (0, 15, 2)
    assert decoded.joint_scores.shape == (0, 15)
    assert decoded.person_scores.shape == (0,)


@few
@given(layouts, seeds, st.integers(1, 3), st.integers(1, 3))
def test_the_smallest_maps_are_decoded(
    layout: MapLayout, seed: int, height: int, width: int
) -> None:
    maps = np.random.default_rng(seed).random((height, width, layout.channels))
    assert_equal_to_reference(maps.astype(np.float32), layout, DecodingSettings())


def test_a_person_in_a_huge_image_is_found() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 200, (400, 135))
    decoded = decode(draw_maps([person], COCO_18_MAPS, (270, 480)), COCO_18_MAPS)
    np.testing.assert_allclose(decoded.points, [person], atol=0.1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_any_floating_point_will_do(dtype: type[np.floating]) -> None:
    people = row_of_people(COCO_18_MAPS.skeleton, 2, 0, SIZE)
    maps = draw_maps(people, COCO_18_MAPS, SIZE)
    decoded = decode(maps.astype(dtype), COCO_18_MAPS)
    assert np.nanmax(np.abs(matched(decoded, people) - people)) < 0.05


def test_a_few_broken_values_count_as_zero() -> None:
    person = random_person(COCO_18_MAPS.skeleton, 1, 30, (20, 20))
    maps = draw_maps([person], COCO_18_MAPS, SIZE)
    broken = maps.copy()
    holes = np.random.default_rng(0).random(maps.shape) < 0.01
    broken[holes] = np.random.default_rng(1).choice([np.nan, np.inf, -np.inf], holes.sum())
    assert_same(decode(broken, COCO_18_MAPS), decode(np.where(holes, 0, maps), COCO_18_MAPS))


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        (np.zeros((46, 82, 57)), r"got maps of shape \(46, 82, 57\), expected \(H, W, 78\)"),
        (np.zeros((78, 46, 82)), "channels last"),
        (np.zeros((1, 46, 82, 78)), "take one image of the batch"),
        (np.zeros((0, 82, 78)), "at least one cell"),
        (np.zeros((4, 4, 78), dtype=np.int32), "got maps of type int32, expected floating point"),
        (np.full((4, 4, 78), np.nan), "got maps with 100 % of the values not finite"),
    ],
)
def test_invalid_maps_are_refused(maps: npt.NDArray[np.floating], message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(maps, BODY_25_MAPS)


def test_the_defaults_are_those_of_openpose() -> None:
    body, mpi = default_settings(BODY_25_MAPS), default_settings(LAYOUTS["mpi_15"])
    assert (body.peak_threshold, body.line_threshold, body.line_share) == (0.05, 0.05, 0.95)
    assert (body.min_parts, body.min_mean_score, body.most_peaks) == (3, 0.4, 127)
    assert (mpi.peak_threshold, mpi.line_threshold, mpi.line_share) == (0.6, 0.01, 0.95)
    assert THRESHOLDS["mpi_15 with four stages"] == {"peak_threshold": 0.3, "line_threshold": 0.01}
