"""Decoding of MoveNet's maps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_action_ros.detection.movenet.decode import MOST_PEAKS, decode, peaks
from pose_action_ros.detection.movenet.network import CHANNELS
from references import movenet_decoding

Maps = Mapping[str, npt.NDArray[Any]]


def random_maps(seed: int, height: int, width: int) -> Maps:
    rng = np.random.default_rng(seed)
    maps = {
        name: rng.normal(0, 2, (height, width, channels)).astype(np.float32)
        for name, channels in CHANNELS.items()
    }
    maps["box_sizes"] += 4
    return maps


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 10), st.integers(2, 10))
def test_equals_the_obvious_decoding(seed: int, height: int, width: int) -> None:
    maps = random_maps(seed, height, width)
    people, expected = decode(maps), movenet_decoding.decode(maps)
    assert len(people) == len(expected)
    for person, (score, joints) in zip(people, expected, strict=True):
        rows = np.column_stack([person.points, person.scores])
        np.testing.assert_allclose(rows, joints, atol=1e-5)
        assert abs(person.score - score) < 1e-5


def test_a_crowd_is_bounded() -> None:
    centres = np.zeros((100, 100))
    centres[::3, ::3] = np.linspace(0.2, 0.9, 34 * 34).reshape(34, 34)
    found = peaks(centres)
    assert len(found) == MOST_PEAKS
    values = [centres[row, column] for row, column in found]
    assert values == sorted(values, reverse=True)
    assert values[0] == 0.9


def test_maps_without_people() -> None:
    maps = {name: np.full((8, 8, count), -9.0) for name, count in CHANNELS.items()}
    assert decode(maps) == []
