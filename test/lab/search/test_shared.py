"""Shared weights: a pass is that of the genotype's own network, and touches nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_action_ros.lab.networks.cells import CellNetwork, CellShape, edges
from pose_action_ros.lab.networks.genotype import Genotype, random_genotype
from pose_action_ros.lab.networks.operations import Join, SeparableConv
from pose_action_ros.lab.search.shared import SharedNetwork

SHAPE = CellShape(labels=5, height=12, width=16, channels=4, blocks=2, dropout=0.0)
NODES = 4


def genotype(seed: int) -> Genotype:
    return random_genotype(np.random.default_rng(seed), NODES)


def images(count: int = 6) -> torch.Tensor:
    return torch.randint(0, 256, (count, 12, 16, 3), generator=torch.Generator()).float()


def copied(shared: SharedNetwork, chosen: Genotype) -> CellNetwork:
    """The network of one genotype with the shared weights, taken over one by one."""
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


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_a_pass_is_that_of_the_genotypes_own_network(seed: int) -> None:
    torch.manual_seed(0)
    shared, chosen = SharedNetwork(NODES, SHAPE), genotype(seed)
    expected = copied(shared, chosen)(images())  # training: statistics of the batch
    torch.testing.assert_close(shared(images(), chosen), expected)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_reach_every_weight_that_is_used_and_no_other(seed: int) -> None:
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


def test_a_pass_costs_its_own_operations_alone() -> None:
    shared, chosen = SharedNetwork(NODES, SHAPE), genotype(0)
    calls: list[torch.nn.Module] = []
    for module in shared.modules():
        if isinstance(module, SeparableConv):
            module.register_forward_hook(lambda module, _inputs, _output: calls.append(module))
    shared(images(), chosen)
    cells = [edge.name for cell in (chosen.normal, chosen.reduction) for edge in edges(cell)]
    assert len(calls) == SHAPE.blocks * sum(name.startswith("sep_conv") for name in cells)
    assert len(set(calls)) == len(calls)


def test_evaluation_takes_the_statistics_of_the_batch_and_drops_nothing() -> None:
    shared = SharedNetwork(NODES, replace(SHAPE, dropout=0.5, drop_path=0.5))
    chosen = genotype(1)
    before = {name: value.clone() for name, value in shared.state_dict().items()}
    expected = copied(shared, chosen)(images())
    torch.testing.assert_close(shared.eval()(images(), chosen), expected)
    for name, value in shared.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)


def test_both_operations_of_a_node_have_their_own_weights() -> None:
    chosen = genotype(0)
    edge = edges(chosen.normal)[0]
    layer = SharedNetwork(2, SHAPE).stack.layers[0]
    operations = layer.operations
    assert isinstance(operations, torch.nn.ModuleDict)
    twin = edge._replace(side=1)
    assert operations[edge.key] is not operations[twin.key]
