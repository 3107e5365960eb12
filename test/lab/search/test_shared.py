"""Shared weights: a pass equals the genotype's own network; rewards equal those by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pose_action_ros.errors import InputError
from pose_action_ros.lab.networks.cell_layer import edges
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import Genotype, random_genotype
from pose_action_ros.lab.networks.operations import Join, SeparableConv
from pose_action_ros.lab.search.shared import HeldOut, Judge, SharedNetwork
from properties import examples

SHAPE = CellShape(labels=5, height=12, width=16, channels=4, blocks=2, dropout=0.0)
NODES = 3
TINY = CellShape(labels=3, height=4, width=5, channels=2, blocks=1)
ONE_NODE = random_genotype(np.random.default_rng(0), 1)


def genotype(seed: int) -> Genotype:
    return random_genotype(np.random.default_rng(seed), NODES)


def images(count: int = 6) -> torch.Tensor:
    return torch.randint(0, 256, (count, 12, 16, 3), generator=torch.Generator()).float()


def copied(shared: SharedNetwork, chosen: Genotype) -> CellNetwork:
    """The network of one genotype with the shared weights, copied one by one."""
    network = CellNetwork(chosen, SHAPE)
    weights = shared.state_dict()
    joins = {name for name, module in network.named_modules() if isinstance(module, Join)}
    with torch.no_grad():
        for name, value in network.named_parameters():
            join = name.removesuffix(".point.weight")
            if join in joins and join != name:
                ends = network.get_submodule(join).ends
                assert isinstance(ends, tuple)
                size = len(value)
                for at, end in enumerate(ends):
                    columns = slice((end - 2) * size, (end - 1) * size)
                    value[:, at * size : (at + 1) * size] = weights[name][:, columns]
            else:
                value.copy_(weights[name])
    return network


@examples(5)
@given(st.integers(0, 2**32))
def test_a_pass_equals_the_genotypes_own_network(seed: int) -> None:
    torch.manual_seed(0)
    shared, chosen = SharedNetwork(NODES, SHAPE), genotype(seed)
    expected = copied(shared, chosen)(images())  # training: statistics of the batch
    torch.testing.assert_close(shared(images(), chosen), expected)


@pytest.mark.parametrize("seed", [1, 2])  # genotypes that use both inputs of each cell
def test_gradients_reach_the_used_weights_only(seed: int) -> None:
    torch.manual_seed(0)
    shared, chosen = SharedNetwork(NODES, SHAPE), genotype(seed)
    torch.autograd.backward(shared(images(), chosen).logsumexp(dim=1).sum())
    used = {name for name, _ in CellNetwork(chosen, SHAPE).named_parameters()}
    for name, weight in shared.named_parameters():
        if name in used:
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name
        else:
            assert weight.grad is None, name


def test_a_pass_computes_its_own_operations_only() -> None:
    shared, chosen = SharedNetwork(NODES, SHAPE), genotype(0)
    calls: list[torch.nn.Module] = []
    for module in shared.modules():
        if isinstance(module, SeparableConv):
            module.register_forward_hook(lambda module, _inputs, _output: calls.append(module))
    shared(images(), chosen)
    cells = [edge.name for cell in (chosen.normal, chosen.reduction) for edge in edges(cell)]
    assert len(calls) == SHAPE.blocks * sum(name.startswith("sep_conv") for name in cells)
    assert len(set(calls)) == len(calls)


def test_evaluation_uses_the_statistics_of_the_batch_without_dropout() -> None:
    shared = SharedNetwork(NODES, replace(SHAPE, dropout=0.5, drop_path=0.5))
    chosen = genotype(1)
    before = {name: value.clone() for name, value in shared.state_dict().items()}
    expected = copied(shared, chosen)(images())
    torch.testing.assert_close(shared.eval()(images(), chosen), expected)
    for name, value in shared.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)


def test_both_operations_of_a_node_have_separate_weights() -> None:
    chosen = genotype(0)
    edge = edges(chosen.normal)[0]
    layer = SharedNetwork(2, SHAPE).stack.layers[0]
    operations = layer.operations
    assert isinstance(operations, torch.nn.ModuleDict)
    twin = edge._replace(side=1)
    assert operations[edge.key] is not operations[twin.key]


class Planted(SharedNetwork):
    """Its probabilities are in the first pixel."""

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        assert genotype == ONE_NODE
        return images[:, 0, 0].log()


def planted(chances: list[list[int]], labels: list[int]) -> HeldOut:
    images = np.zeros((len(labels), 4, 5, 3), np.uint8)
    images[:, 0, 0] = chances
    return HeldOut.of(images, np.array(labels), TINY, seed=0)


def test_accuracy_and_probability_equal_those_by_hand() -> None:
    judge = Judge(Planted(1, TINY), torch.device("cpu"))
    data = planted([[8, 1, 1], [2, 7, 1], [5, 1, 4], [1, 1, 8]], [0, 1, 2, 0])
    assert judge.rewards([ONE_NODE] * 2, data, "accuracy") == pytest.approx([0.5] * 2)
    expected = (0.8 + 0.7 + 0.4 + 0.1) / 4
    assert judge.rewards([ONE_NODE], data, "probability") == pytest.approx([expected])


def test_more_images_than_a_batch_are_evaluated() -> None:
    judge = Judge(Planted(1, TINY), torch.device("cpu"))
    data = planted([[8, 1, 1]] * 300 + [[1, 8, 1]] * 400, [0] * 700)
    assert judge.accuracy(ONE_NODE, data) == pytest.approx(300 / 700)


def test_shuffling_keeps_images_and_labels_together() -> None:
    images = np.repeat(np.arange(200, dtype=np.uint8), 60).reshape(200, 4, 5, 3)
    data = HeldOut.of(images, np.arange(200) % 3, TINY, seed=0)
    assert torch.equal(data.images[:, 0, 0, 0] % 3, data.labels)
    assert not torch.equal(data.images[:, 0, 0, 0].sort().values, data.images[:, 0, 0, 0])
    some = data.some(50, np.random.default_rng(0))
    assert len(some.labels) == 50
    assert len(set(some.images[:, 0, 0, 0].tolist())) == 50
    assert torch.equal(some.images[:, 0, 0, 0] % 3, some.labels)
    assert len(data.some(1000, np.random.default_rng(0)).labels) == 200


@pytest.mark.parametrize(
    ("size", "labels", "message"),
    [
        ((2, 4, 5, 3), [0], r"shape \(2, 4, 5, 3\) for 1 labels, expected \(1, 4, 5, 3\)"),
        ((2, 5, 4, 3), [0, 1], r"expected \(2, 4, 5, 3\)"),
        ((0, 4, 5, 3), [], "at least one"),
        ((2, 4, 5, 3), [0, 3], "labels are 0 to 3, expected 0 to 2"),
        ((2, 4, 5, 3), [-1, 0], "labels are -1 to 0, expected 0 to 2"),
    ],
)
def test_images_that_do_not_match_are_refused(size: Any, labels: list[int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        HeldOut.of(np.zeros(size, np.uint8), np.array(labels, np.int64), TINY, seed=0)
