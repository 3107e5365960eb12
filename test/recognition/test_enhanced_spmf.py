"""Enhanced-SPMF: against the slow reference, and what must leave which part unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.spmf_jet import coloured
from pose_action_ros.recognition.spmf_settings import pairs
from pose_action_ros.skeletons import HUMAN36M_17
from properties import examples
from references.spmf import slow_spmf

Array = npt.NDArray[np.float64]
CHOICES = SpmfSettings()
PLAIN = replace(CHOICES, frames=9, smoothing=1, own_reach=0, height=0, width=0, clip_limit=0.0)
"""A row for each pair and a column for each posture and motion, as they are."""
RAW = replace(PLAIN, body_view=False)
LEVELS = replace(CHOICES, colours="level", height=24)
"""Twelve rows of pairs and twelve of own ways, each of four channels."""
PAIRS = len(pairs(PLAIN)[0])


def body(frames: int = PLAIN.frames, seed: int = 0, people: int = 1) -> Array:
    """(frames, 17 people, 3) bodies that move smoothly; left is to the right of the picture."""
    rng = np.random.default_rng(seed)
    rest = rng.normal(0, 0.4, (people, 17, 3))
    for part in ("hip", "shoulder"):
        rest[:, HUMAN36M_17.index(f"left_{part}")] = [0.2, -0.3, 0.05]
        rest[:, HUMAN36M_17.index(f"right_{part}")] = [-0.2, -0.3, -0.05]
    rest[:, 0] = 0.0
    rest += np.arange(people)[:, None, None] * [0.9, 0.0, 0.3]
    rest = rest.reshape(-1, 3)
    phase, size = rng.uniform(0, 6, rest.shape), rng.uniform(0, 0.1, rest.shape)
    times = np.linspace(0, 2, frames)[:, None, None]
    return np.asarray(rest + size * np.sin(3 * times + phase))


def turned(points: Array, angle: float) -> Array:
    """Turned about the vertical axis, y."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return np.asarray(points @ turn.T)


def apart(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> int:
    """Largest difference in grey levels."""
    return int(np.abs(first.astype(int) - second.astype(int)).max())


@pytest.mark.parametrize(
    "choices",
    [
        PLAIN,
        RAW,
        replace(PLAIN, smoothing=5),
        replace(PLAIN, joints=""),
        replace(PLAIN, joints="neck left_knee nose"),
        replace(PLAIN, reach=0.0),
        replace(PLAIN, people=2, joints="left_wrist right_wrist nose"),
        replace(PLAIN, height=14, width=10),
        replace(PLAIN, own_reach=0.12),
        replace(PLAIN, own_reach=0.05, height=48, width=13),
        replace(PLAIN, own_reach=0.12, people=2, joints="left_wrist nose", height=14, width=9),
        replace(PLAIN, height=8, width=40, joints="neck left_knee nose", smoothing=3),
        replace(CHOICES, frames=9),
        *(
            replace(LEVELS, frames=9, **different)
            for different in (
                {},
                {"smoothing": 1, "own_reach": 0.0, "height": 0, "width": 0},
                {"reach": 0.0, "body_view": False, "height": 19, "width": 13},
                {"people": 2, "joints": "left_wrist nose", "height": 7, "width": 9},
                {"joints": "", "height": 0, "width": 40},
            )
        ),
    ],
)
@pytest.mark.parametrize(("seed", "missing"), [(0, 0.0), (1, 0.2), (2, 0.9)])
def test_equals_the_slow_reference(choices: SpmfSettings, seed: int, missing: float) -> None:
    rng = np.random.default_rng(seed)
    points = body(PLAIN.frames, seed, choices.people) + rng.normal(0, 3, 3)
    points[rng.random(points.shape[:2]) < missing] = np.nan
    # Rounding of a distance the other way is at most four levels of one colour in JET; single
    # precision, in which levels are computed, changes the rounding alone.
    most = 4 if choices.colours == "jet" else 1
    assert apart(enhanced_spmf(points, choices), slow_spmf(points, choices)) <= most


def test_equalised_images_equal_the_slow_reference() -> None:
    choices = replace(CHOICES, frames=9, clip_limit=2.0, tiles=2)
    fast, slow = enhanced_spmf(body(), choices), slow_spmf(body(), choices)
    assert np.abs(fast.astype(int) - slow).mean() < 0.5
    assert apart(fast, enhanced_spmf(body(), replace(choices, clip_limit=0.0))) > 20


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3))
@examples(20)
def test_translation_changes_nothing(offset: list[float]) -> None:
    assert apart(enhanced_spmf(body() + offset, PLAIN), enhanced_spmf(body(), PLAIN)) <= 4


@given(st.floats(-np.pi, np.pi))
@examples(20)
def test_turning_changes_no_distance_and_with_body_view_nothing(angle: float) -> None:
    still, moved = (enhanced_spmf(points, RAW) for points in (body(), turned(body(), angle)))
    assert apart(still[:PAIRS], moved[:PAIRS]) <= 4
    for people in (1, 2):
        choices = replace(PLAIN, people=people)
        points = body(people=people)
        still, moved = (enhanced_spmf(each, choices) for each in (points, turned(points, angle)))
        assert apart(still, moved) <= 4


@given(st.floats(0.3, 3))
@examples(20)
def test_size_changes_nothing_without_a_fixed_reach(scale: float) -> None:
    choices = replace(PLAIN, reach=0.0)
    assert apart(enhanced_spmf(scale * body(), choices), enhanced_spmf(body(), choices)) <= 4


def test_swapping_joints_permutes_rows() -> None:
    image = enhanced_spmf(body(), RAW)
    swapped = enhanced_spmf(body()[:, HUMAN36M_17.mirror], RAW)
    row_of = {frozenset(pair): row for row, pair in enumerate(zip(*pairs(RAW), strict=True))}
    posture = slice(0, None, 2)  # in these columns pairs have no direction
    for pair, row in row_of.items():
        there = row_of[frozenset(HUMAN36M_17.mirror[list(pair)])]
        assert (swapped[there, posture] == image[row, posture]).all()


def test_a_pause_repeats_columns_and_a_longer_one_changes_no_rows() -> None:
    moving = body(5)
    short = np.concatenate([moving, np.repeat(moving[-1:], 4, axis=0)])
    long = np.concatenate([moving, np.repeat(moving[-1:], 40, axis=0)])
    first = enhanced_spmf(short, RAW)
    second = enhanced_spmf(long, replace(RAW, frames=45))
    assert (first[:, 9:] == first[:, 9:10]).all()
    assert (second[:, : first.shape[1]] == first).all()
    assert not (first[:, :8] == first[:, 9:10]).all(axis=(0, 2)).any()


def test_columns_alternate_posture_and_motion() -> None:
    image = enhanced_spmf(body(), PLAIN)
    assert image.shape == (2 * PAIRS, 2 * PLAIN.frames - 1, 3)
    columns = enhanced_spmf(np.repeat(body()[:1], PLAIN.frames, axis=0), PLAIN)
    assert (columns == columns[:, :1]).all()


def test_a_missing_joint_only_leaves_black_rows() -> None:
    points = body()
    points[:, 2] = np.nan
    image = enhanced_spmf(points, PLAIN)
    first, second = pairs(PLAIN)
    touched = np.tile((first == 2) | (second == 2), 2)
    assert not image[touched].any()
    assert image[~touched].any(axis=(1, 2)).all()
    assert (image[~touched] == enhanced_spmf(body(), PLAIN)[~touched]).all()


def test_a_joint_missing_for_a_while_is_black_only_then() -> None:
    points = body()
    points[4:6, 2] = np.nan
    image, whole = enhanced_spmf(points, PLAIN), enhanced_spmf(body(), PLAIN)
    first, second = pairs(PLAIN)
    touched = np.tile((first == 2) | (second == 2), 2)
    # Posture columns 8 and 10 and the motions around them know nothing of the joint.
    assert not image[touched][:, 8:11].any()
    assert (image[:, :7] == whole[:, :7]).all()
    assert (image[:, 12:] == whole[:, 12:]).all()


def test_single_precision_far_from_the_origin_changes_the_rounding_alone() -> None:
    points, far = body(LEVELS.frames), np.array([400.0, -3.0, 900.0])
    assert apart(enhanced_spmf(points + far, LEVELS), slow_spmf(points, LEVELS)) <= 1


def test_missing_legs_leave_the_rows_of_the_arms() -> None:
    """Rows of levels are means of known pairs; only cells of legs alone are black."""
    points = np.repeat(body()[:1], LEVELS.frames, axis=0)
    joints = LEVELS.joints.split()
    legs = [name for name in joints if "ankle" in name or "knee" in name]
    upper = " ".join(name for name in joints if name not in legs)
    hidden = points.copy()
    hidden[:, [HUMAN36M_17.index(name) for name in legs]] = np.nan
    pairs_alone = replace(LEVELS, own_reach=0.0)
    whole = replace(pairs_alone, height=1)
    alone = enhanced_spmf(points, replace(whole, joints=upper))
    assert apart(enhanced_spmf(hidden, whole), alone) <= 1
    image = enhanced_spmf(hidden, replace(pairs_alone, height=0))
    first, second = pairs(pairs_alone)
    touched = np.isin(np.stack([first, second]), np.flatnonzero(np.isnan(hidden[0, :, 0]))).any(0)
    assert not image[touched].any()
    assert image[~touched].any(axis=2).all()


def test_the_picture_of_levels_is_jet_above_orientations() -> None:
    choices = replace(LEVELS, own_reach=0.0, height=0, width=0)
    points = body(LEVELS.frames)
    points[:, 2] = np.nan
    picture = coloured(enhanced_spmf(points, choices))
    paper = replace(choices, colours="jet", clip_limit=0.0)
    expected = enhanced_spmf(points, paper)
    assert picture.shape == paper.shape
    assert apart(picture, expected) <= 4
    assert coloured(expected) is expected


@pytest.mark.parametrize(
    "choices", [CHOICES, PLAIN, replace(PLAIN, reach=0.0), LEVELS, replace(LEVELS, reach=0.0)]
)
@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_missing_and_coincident_joints(choices: SpmfSettings, value: float) -> None:
    with np.errstate(all="raise"):
        image = enhanced_spmf(np.full((choices.frames, 17, 3), value), choices)
    assert image.shape == choices.shape
    assert image.any() == (value == 0)


def test_a_single_frame() -> None:
    points = np.full((PLAIN.frames, 17, 3), np.nan)
    points[7] = body()[7]
    image = enhanced_spmf(points, replace(PLAIN, smoothing=5))
    assert image[:, 14].any()
    assert not image[:, :14].any()
    assert not image[:, 15:].any()


@pytest.mark.parametrize("choices", [CHOICES, LEVELS])
def test_a_batch_of_windows_equals_its_windows(choices: SpmfSettings) -> None:
    windows = np.stack([[body(choices.frames, seed) for seed in range(20)]])
    windows[0, 3, :, 5] = np.nan
    images = enhanced_spmf(windows, choices)
    assert images.shape == (1, 20, *choices.shape)
    assert images.dtype == np.uint8
    for index in range(20):
        assert apart(images[0, index], enhanced_spmf(windows[0, index], choices)) <= 1
    assert enhanced_spmf(windows[:, :0], choices).shape == (1, 0, *choices.shape)


@pytest.mark.parametrize("joints", ["tail nose", "nose", "nose nose"])
def test_unknown_joints_are_refused(joints: str) -> None:
    with pytest.raises(InputError, match="joint"):
        enhanced_spmf(body(), replace(PLAIN, joints=joints))


@pytest.mark.parametrize("shape", [(17, 3), (9, 16, 3), (8, 17, 3), (9, 17, 2), (1, 17, 3)])
def test_windows_of_another_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="got poses of shape"):
        enhanced_spmf(np.zeros(shape), PLAIN)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"height": 33}, "even number of rows"),
        ({"height": 24, "own_reach": 0.1}, "more than 24"),
        ({"height": 12, "own_reach": 0.1, "colours": "level"}, "more than 12"),
        ({"smoothing": 4}, "odd number"),
        ({"smoothing": 11}, "at most 9"),
    ],
)
def test_settings_that_contradict_each_other(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        enhanced_spmf(body(), replace(PLAIN, **wrong))  # type: ignore[arg-type]
