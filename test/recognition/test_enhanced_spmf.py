"""Enhanced-SPMF: against the slow reference, and what must leave which part unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.recognition import SpmfSettings, enhanced_spmf
from pose_action_ros.recognition.enhanced_spmf import pairs, spmf
from pose_action_ros.skeletons import HUMAN36M_17
from references.spmf import slow_spmf

Array = npt.NDArray[np.float64]
CHOICES = SpmfSettings()
SMALL = replace(CHOICES, frames=8)
PAIRS = 12 * 11 // 2


def body(frames: int = CHOICES.frames, seed: int = 0) -> Array:
    """(frames, 17, 3) a body that moves smoothly; left is to the right of the picture."""
    rng = np.random.default_rng(seed)
    rest = rng.normal(0, 0.4, (17, 3))
    for part in ("hip", "shoulder"):
        rest[HUMAN36M_17.index(f"left_{part}")] = [0.2, -0.3, 0.05]
        rest[HUMAN36M_17.index(f"right_{part}")] = [-0.2, -0.3, -0.05]
    rest[0] = 0.0
    phase, size = rng.uniform(0, 6, (17, 3)), rng.uniform(0, 0.1, (17, 3))
    times = np.linspace(0, 2, frames)[:, None, None]
    return rest + size * np.sin(3 * times + phase)


def turned(points: Array, angle: float) -> Array:
    """Turned about the vertical axis, y."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return np.asarray(points @ turn.T)


def apart(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> int:
    """Largest difference in grey levels."""
    return int(np.abs(first.astype(int) - second.astype(int)).max())


@pytest.mark.parametrize("joints", ["", CHOICES.joints, "neck left_knee nose"])
@pytest.mark.parametrize("body_view", [False, True])
@pytest.mark.parametrize(("seed", "missing"), [(0, 0.0), (1, 0.3), (2, 0.9)])
def test_equals_the_slow_reference(seed: int, missing: float, body_view: bool, joints: str) -> None:
    rng = np.random.default_rng(seed)
    points = body(SMALL.frames, seed) + rng.normal(0, 3, 3)
    points[rng.random((SMALL.frames, 17)) < missing] = np.nan
    choices = replace(SMALL, body_view=body_view, joints=joints)
    fast, slow = spmf(points, choices), slow_spmf(points, choices)
    # Jet is steep: rounding the other way is at most four levels of one colour.
    assert apart(fast, slow) <= 4


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3))
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_translation_changes_nothing(offset: list[float]) -> None:
    assert apart(spmf(body() + offset, CHOICES), spmf(body(), CHOICES)) <= 4


@given(st.floats(-np.pi, np.pi))
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_turning_changes_no_distance_and_with_body_view_nothing(angle: float) -> None:
    raw = replace(CHOICES, body_view=False)
    still, moved = spmf(body(), raw), spmf(turned(body(), angle), raw)
    assert apart(still[:PAIRS], moved[:PAIRS]) <= 4
    assert apart(spmf(body(), CHOICES), spmf(turned(body(), angle), CHOICES)) <= 4


@given(st.floats(0.3, 3))
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_size_of_the_body_changes_nothing(scale: float) -> None:
    assert apart(spmf(scale * body(), CHOICES), spmf(body(), CHOICES)) <= 4


def test_swapping_joints_permutes_rows() -> None:
    raw = replace(CHOICES, body_view=False)
    image, swapped = spmf(body(), raw), spmf(body()[:, HUMAN36M_17.mirror], raw)
    row_of = {frozenset(pair): row for row, pair in enumerate(zip(*pairs(raw), strict=True))}
    posture = slice(0, None, 2)  # in these columns pairs have no direction
    for pair, row in row_of.items():
        there = row_of[frozenset(HUMAN36M_17.mirror[list(pair)])]
        assert (swapped[there, posture] == image[row, posture]).all()


def test_a_pause_repeats_columns() -> None:
    raw = replace(CHOICES, smoothing=1, frames=10)
    points = body(10)
    points[5:] = points[5]
    image = spmf(points, raw)
    assert (image[:, 10:] == image[:, 10:11]).all()
    assert not (image[:, :10] == image[:, 10:11]).all(axis=(0, 2)).any()


def test_columns_alternate_posture_and_motion() -> None:
    image = spmf(body(), CHOICES)
    assert image.shape == (2 * PAIRS, 2 * CHOICES.frames - 1, 3)
    still = np.repeat(body()[:1], CHOICES.frames, axis=0)
    columns = spmf(still, CHOICES)
    assert (columns == columns[:, :1]).all()


def test_a_joint_never_seen_leaves_black_rows_and_no_other_trace() -> None:
    points = body()
    points[:, 2] = np.nan
    image = spmf(points, CHOICES)
    first, second = pairs(CHOICES)
    touched = np.tile((first == 2) | (second == 2), 2)
    assert not image[touched].any()
    assert image[~touched].any(axis=(1, 2)).all()


def test_a_joint_lost_for_a_while_is_bridged() -> None:
    points = body()
    points[10:13, 2] = np.nan
    assert np.abs(spmf(points, CHOICES).astype(int) - spmf(body(), CHOICES)).mean() < 1


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_nothing_seen_and_all_in_one_place_do_not_break(value: float) -> None:
    with np.errstate(all="raise"):
        image = enhanced_spmf(np.full((CHOICES.frames, 17, 3), value), CHOICES)
    assert image.shape == (32, 32, 3)


def test_only_one_joint_or_one_frame_is_seen() -> None:
    points = np.full((CHOICES.frames, 17, 3), np.nan)
    points[:, 4] = 1.0
    with np.errstate(all="raise"):
        assert not spmf(points, CHOICES).any()
        points[7] = body()[7]
        assert spmf(points, CHOICES).any()


def test_many_windows_at_once_are_each_alone() -> None:
    windows = np.stack([[body(seed=seed) for seed in range(3)]])
    images = enhanced_spmf(windows, CHOICES)
    assert images.shape == (1, 3, 32, 32, 3)
    assert images.dtype == np.uint8
    for index in range(3):
        assert (images[0, index] == enhanced_spmf(windows[0, index], CHOICES)).all()


@pytest.mark.parametrize("joints", ["tail nose", "nose", "nose nose"])
def test_joints_that_are_none(joints: str) -> None:
    with pytest.raises(InputError, match="joint"):
        enhanced_spmf(body(), replace(CHOICES, joints=joints))


@pytest.mark.parametrize("shape", [(17, 3), (32, 16, 3), (31, 17, 3), (32, 17, 2), (1, 17, 3)])
def test_other_shapes_are_refused_with_the_expected_one(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"\(32, 17, 3\)"):
        enhanced_spmf(np.zeros(shape), CHOICES)
