"""Networks on pairs: they commute with the mirror, and lose nothing that commutes with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.mirror import Pair, PairLinear, Reflect, Reflection, Unpair
from pose_action_ros.skeletons import COCO_18

POINTS = Reflection.of_points(COCO_18.mirror, (-1.0, 1.0, 1.0))
SEEDS = st.integers(0, 1000)


def vectors(seed: int, size: int = len(POINTS), count: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(count, size))).float()


def test_a_reflected_person_has_left_and_right_swapped_and_x_turned() -> None:
    person = vectors(0).reshape(4, 18, 3)
    mirrored = Reflect(POINTS)(person.flatten(1)).reshape(4, 18, 3)
    left, right = COCO_18.index("left_wrist"), COCO_18.index("right_wrist")
    expected = person[:, left] * torch.tensor([-1.0, 1.0, 1.0])
    torch.testing.assert_close(mirrored[:, right], expected)


@given(SEEDS)
def test_two_mirrors_change_nothing(seed: int) -> None:
    shifted = Reflection(POINTS.order, POINTS.scale, np.tile([1000.0, 0.0, 0.0], 18))
    for reflection in (POINTS, shifted):
        reflect = Reflect(reflection)
        torch.testing.assert_close(
            reflect(reflect(vectors(seed))), vectors(seed), atol=1e-4, rtol=0
        )


def test_reflections_of_parts_make_that_of_the_whole() -> None:
    both = POINTS.then(POINTS)
    first, second = vectors(1), vectors(2)
    whole = Reflect(both)(torch.cat([first, second], dim=1))
    reflect = Reflect(POINTS)
    torch.testing.assert_close(whole, torch.cat([reflect(first), reflect(second)], dim=1))


@given(SEEDS)
def test_unpairing_a_pair_gives_back_the_vector(seed: int) -> None:
    torch.testing.assert_close(Unpair(POINTS)(Pair(POINTS)(vectors(seed))), vectors(seed))


@given(SEEDS)
def test_swapping_the_halves_before_or_after_a_layer_is_the_same(seed: int) -> None:
    torch.manual_seed(seed)
    layer = PairLinear(6, 5)
    pairs = vectors(seed, 12).reshape(-1, 2, 6)
    torch.testing.assert_close(layer(pairs.flip(1)), layer(pairs).flip(1))


def test_a_layer_is_any_linear_map_that_commutes_with_the_swap() -> None:
    torch.manual_seed(3)
    layer = PairLinear(6, 5)
    same = (layer.even.weight + layer.odd.weight) / 2
    other = (layer.even.weight - layer.odd.weight) / 2
    pairs = vectors(3, 12).reshape(-1, 2, 6)
    expected = pairs[:, 0] @ same.T + pairs[:, 1] @ other.T + layer.even.bias / 2
    torch.testing.assert_close(layer(pairs)[:, 0], expected)
