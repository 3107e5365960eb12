"""Two-stream lifter: layers of the paper, standardisation, and equivariance under the mirror."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.two_stream import (
    Pair,
    PairLinear,
    Reading,
    Reflect,
    Reflection,
    Standardise,
    Stream,
    StreamShape,
    Unpair,
)
from pose_action_ros.lab.networks.window import Window
from pose_action_ros.skeletons import COCO_18

POINTS = Reflection.of_points(COCO_18.mirror, (-1.0, 1.0, 1.0))
SEEDS = st.integers(0, 1000)
KEYPOINTS = Window().reflection
SMALL = StreamShape(width=32, blocks=2)


def vectors(seed: int, size: int = len(POINTS), count: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(count, size))).float()


def unscaled(seed: int) -> torch.Tensor:
    """(20, 6) values of different means and deviations."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(5, 100, (20, 6)) * rng.uniform(0.1, 10, 6)).float()


@given(SEEDS)
def test_standardised_vectors_have_mean_0_and_deviation_1(seed: int) -> None:
    scaling, values = Standardise(6), unscaled(seed)
    scaling.measure(values)
    scaled = scaling(values)
    torch.testing.assert_close(scaled.mean(dim=0), torch.zeros(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(scaled.std(dim=0, correction=0), torch.ones(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(scaling.undo(scaled), values, atol=1e-3, rtol=1e-4)


def test_a_constant_dimension_stays_finite() -> None:
    scaling, values = Standardise(6), unscaled(0)
    values[:, 2] = 512.0
    scaling.measure(values)
    assert not scaling(values)[:, 2].any()
    torch.testing.assert_close(scaling.undo(scaling(values))[:, 2], values[:, 2])


def test_statistics_are_saved_with_the_weights() -> None:
    scaling, other = Standardise(6), Standardise(6)
    scaling.measure(unscaled(1))
    other.load_state_dict(scaling.state_dict())
    torch.testing.assert_close(other(unscaled(2)), scaling(unscaled(2)))


def test_a_reflection_swaps_left_and_right_and_negates_x() -> None:
    person = vectors(0).reshape(4, 18, 3)
    mirrored = Reflect(POINTS)(person.flatten(1)).reshape(4, 18, 3)
    left, right = COCO_18.index("left_wrist"), COCO_18.index("right_wrist")
    expected = person[:, left] * torch.tensor([-1.0, 1.0, 1.0])
    torch.testing.assert_close(mirrored[:, right], expected)


@given(SEEDS)
def test_a_reflection_is_its_own_inverse(seed: int) -> None:
    shifted = Reflection(POINTS.order, POINTS.scale, np.tile([1000.0, 0.0, 0.0], 18))
    for reflection in (POINTS, shifted):
        reflect = Reflect(reflection)
        torch.testing.assert_close(
            reflect(reflect(vectors(seed))), vectors(seed), atol=1e-4, rtol=0
        )


def test_reflections_of_parts_make_the_reflection_of_the_whole() -> None:
    first, second, reflect = vectors(1), vectors(2), Reflect(POINTS)
    whole = Reflect(POINTS.then(POINTS))(torch.cat([first, second], dim=1))
    torch.testing.assert_close(whole, torch.cat([reflect(first), reflect(second)], dim=1))


@given(SEEDS)
def test_unpairing_a_pair_returns_the_vector(seed: int) -> None:
    torch.testing.assert_close(Unpair(POINTS)(Pair(POINTS)(vectors(seed))), vectors(seed))


@given(SEEDS)
def test_a_layer_commutes_with_swapping_the_halves(seed: int) -> None:
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


def test_a_stream_has_the_layers_of_the_paper() -> None:
    stream = Stream(StreamShape(), KEYPOINTS)
    linear = [layer for layer in stream.modules() if isinstance(layer, torch.nn.Linear)]
    shapes = sorted((layer.in_features, layer.out_features) for layer in linear)
    # A layer between pairs is two: of their sum and of their difference.
    assert shapes == [(54, 512)] * 2 + [(512, 512)] * 4
    assert sum(isinstance(layer, torch.nn.BatchNorm1d) for layer in stream.modules()) == 2
    assert all(layer.p == 0.25 for layer in stream.modules() if isinstance(layer, torch.nn.Dropout))


def test_a_stream_with_zero_weights_returns_its_projected_input() -> None:
    stream = Stream(SMALL, KEYPOINTS).eval()
    with torch.no_grad():
        for name, values in stream.named_parameters():
            if not name.startswith("project"):
                values.zero_()
        expected = stream.project(Pair(KEYPOINTS)(vectors(0)))  # the outer connection alone
        torch.testing.assert_close(stream(vectors(0)), expected)


def test_a_mirrored_input_swaps_the_pair_and_mirrors_the_output() -> None:
    torch.manual_seed(0)
    stream, reading = Stream(SMALL, KEYPOINTS).eval(), Reading(32, KEYPOINTS)
    reflect = Reflect(KEYPOINTS)
    direct, mirrored = stream(vectors(0)), stream(reflect(vectors(0)))
    torch.testing.assert_close(mirrored, direct.flip(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(reading(mirrored), reflect(reading(direct)), atol=1e-5, rtol=0)
