"""Networks of cells: shapes, gradients, weights of other networks, and export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.engines import load_engine
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import OPERATIONS, Genotype, Node, random_genotype
from pose_action_ros.lab.networks.operations import drop_path, operation
from pose_action_ros.lab.networks.series import REACH, series_of
from pose_action_ros.lab.training.export import export
from pose_action_ros.models.card import ModelCard
from properties import examples

SMALL = CellShape(labels=5, height=16, width=16, channels=4, blocks=2)
SERIES = replace(SMALL, inputs=4, full_height=True)
POOLS = Node((0, 1), ("avg_pool_3x3", "max_pool_3x3"))


def genotype(seed: int = 0, nodes: int = 4) -> Genotype:
    return random_genotype(np.random.default_rng(seed), nodes)


def images(shape: CellShape = SMALL, count: int = 4) -> torch.Tensor:
    size = (count, shape.height, shape.width, shape.inputs)
    return torch.randint(0, 256, size, generator=torch.Generator().manual_seed(0)).float()


@examples(10)
@given(
    st.integers(0, 2**32),
    st.integers(1, 5),
    st.integers(1, 19),
    st.integers(1, 19),
    st.booleans(),
)
def test_any_genotype_and_size_gives_a_logit_for_each_label(
    seed: int, nodes: int, height: int, width: int, full_height: bool
) -> None:
    shape = replace(SERIES, height=height, width=width, full_height=full_height)
    network = CellNetwork(genotype(seed, nodes), shape).eval()
    assert network(images(shape)).shape == (4, 5)


@pytest.mark.parametrize("shape", [SMALL, replace(SMALL, cells=2), SERIES])
def test_gradients_reach_every_weight(shape: CellShape) -> None:
    torch.manual_seed(0)
    network = CellNetwork(genotype(3), shape)
    torch.autograd.backward(network(images(shape)).logsumexp(dim=1).sum())
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_reductions_halve_the_size_and_double_the_channels() -> None:
    network = CellNetwork(genotype(), CellShape(7, height=32, width=20, channels=4, cells=2))
    sizes: list[torch.Size] = []
    for layer in network.stack.layers:
        layer.register_forward_hook(lambda _module, _inputs, output: sizes.append(output.shape[1:]))
    network(images(network.shape))
    # The stem has halved the image before.
    assert [tuple(size) for size in sizes[::3]] == [(4, 16, 10), (8, 8, 5)]
    assert [tuple(size) for size in sizes[2::3]] == [(8, 8, 5), (16, 4, 3)]


def test_full_height_maps_are_series_and_reductions_halve_the_width() -> None:
    network = CellNetwork(genotype(), CellShape(7, 24, 20, channels=4, inputs=4, full_height=True))
    sizes: list[torch.Size] = []
    for module in (network.stack.stem, *network.stack.layers):
        module.register_forward_hook(lambda _module, _in, output: sizes.append(output.shape[1:]))
    network(images(network.shape))
    assert [tuple(size) for size in sizes] == [
        *[(4, 1, 20)] * 2,
        *[(8, 1, 10)] * 2,
        (16, 1, 5),
    ]


@examples(5)
@given(st.integers(0, 2**32), st.integers(0, 15), st.integers(0, 15))
def test_a_full_height_layer_reads_all_rows_of_near_columns(seed: int, row: int, at: int) -> None:
    """A change in one row reaches the columns of the kernels, whatever the row, and no others."""
    torch.manual_seed(seed)
    stem = CellNetwork(genotype(), SERIES).eval().stack.stem
    shown = images(SERIES, 1)
    changed = shown.clone()
    changed[0, row, at] += 1000
    moved = (stem(series_of(changed)) != stem(series_of(shown))).any(dim=1).flatten()
    reached = torch.arange(16).sub(at).abs() <= REACH
    assert torch.equal(moved, reached)


def test_logits_are_computed_from_features() -> None:
    network = CellNetwork(genotype(), SMALL).eval()
    features = network.features(images())
    assert features.shape == (4, network.stack.linear.in_features)
    torch.testing.assert_close(network.classify(features), network(images()))


def test_joint_and_time_of_an_event_matter() -> None:
    network = CellNetwork(genotype(1), SMALL).eval()
    logits = network(images())
    for axis in (1, 2):
        assert not torch.allclose(logits, network(images().flip(axis)))


def test_images_of_a_batch_are_independent() -> None:
    network = CellNetwork(genotype(), SMALL).eval()
    torch.testing.assert_close(network(images())[2:3], network(images()[2:3]))


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_keep_the_size(name: str, flat: bool) -> None:
    maps = torch.randn(2, 6, 1 if flat else 5, 7)
    assert operation(name, 6, flat)(maps).shape == maps.shape


def test_flat_pooling_equals_square_pooling_of_one_row() -> None:
    row = torch.randn(2, 3, 1, 9)
    for name in ("avg_pool_3x3", "max_pool_3x3"):
        torch.testing.assert_close(operation(name, 3, flat=True)(row), operation(name, 3)(row))


def test_pooling_ignores_the_border() -> None:
    ones = torch.ones(1, 2, 4, 4)
    torch.testing.assert_close(operation("avg_pool_3x3", 2)(ones), ones)
    torch.testing.assert_close(operation("max_pool_3x3", 2)(-ones), -ones)


def test_paths_are_dropped_for_whole_examples_and_keep_the_mean() -> None:
    torch.manual_seed(0)
    dropped = drop_path(torch.ones(20_000, 2, 3, 3), 0.3)
    assert dropped.flatten(1).std(dim=1).max() == 0
    assert (dropped[:, 0, 0, 0] == 0).float().mean() == pytest.approx(0.3, abs=0.02)
    assert dropped.mean() == pytest.approx(1.0, abs=0.03)


def test_paths_are_dropped_in_training_only() -> None:
    network = CellNetwork(genotype(), replace(SMALL, drop_path=0.5, dropout=0.0))
    frozen = network.eval()(images())
    torch.testing.assert_close(frozen, network(images()))
    network.train()
    assert not torch.allclose(network(images()), network(images()))


def test_weights_are_restored() -> None:
    first, second = (CellNetwork(genotype(), SMALL).eval() for _ in range(2))
    assert not torch.allclose(first(images()), second(images()))
    second.load(first.state_dict(), "run.pt")
    torch.testing.assert_close(second(images()), first(images()))


def test_weights_of_other_networks_are_refused() -> None:
    network = CellNetwork(Genotype((POOLS,), (POOLS,)), SMALL)
    turned = replace(POOLS, operations=POOLS.operations[::-1])
    # These two have the same weights.
    other = CellNetwork(Genotype((turned,), (POOLS,)), SMALL)
    for state in (other.state_dict(), CellNetwork(genotype(), SMALL).state_dict(), {}):
        with pytest.raises(ModelError, match=r"run\.pt has weights of another genotype.*max_pool"):
            network.load(state, "run.pt")
    wide = CellNetwork(network.genotype, replace(SMALL, channels=6))
    with pytest.raises(ModelError, match=r"run\.pt has weights that do not fit .*channels=4"):
        network.load(wide.state_dict(), "run.pt")


@pytest.mark.parametrize(
    ("member", "value"), [("labels", 0), ("cells", 0), ("channels", -1), ("dropout", 1)]
)
def test_an_invalid_shape_is_refused(member: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"{member} is {value}, expected"):
        replace(SMALL, **{member: value})


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.exhaustive) for n in (1, 2, 3))]
)
@pytest.mark.parametrize("full_height", [False, True])
def test_random_genotypes_run_in_onnxruntime(seed: int, full_height: bool, tmp_path: Path) -> None:
    torch.manual_seed(seed)
    shape = replace(SERIES if full_height else SMALL, height=13)
    network = CellNetwork(genotype(seed), shape)
    network(images(shape))  # changes the statistics of batch normalisation
    path = tmp_path / "cells.onnx"
    card = ModelCard("cells", "action", "", "Apache-2.0", "", "human36m_17")
    assert export(network, images(shape), ("image", ("logits",)), path, card) < 1e-4
    for count in (1, 3):
        found = load_engine(path, "onnxruntime")({"image": images(shape, count).numpy()})["logits"]
        expected = network(images(shape, count)).detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
