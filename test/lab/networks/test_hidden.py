"""Hidden layers in bfloat16: near the exact values in training, equal to them in evaluation."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
import torch
from torch import nn

from pose_action_ros.lab.networks.baseline import Martinez
from pose_action_ros.lab.networks.hidden import HiddenLinear, use_bfloat16
from pose_action_ros.lab.networks.two_stream import PairLinear


@pytest.mark.parametrize("bias", [True, False])
def test_products_and_gradients_are_near_the_exact_ones(bias: bool) -> None:
    torch.manual_seed(0)
    layer, values = HiddenLinear(64, 32, bias=bias), torch.randn(16, 64)
    exact = layer(values)
    (gradient,) = torch.autograd.grad(exact.square().sum(), layer.weight)
    use_bfloat16(layer)
    rounded = layer(values)
    (other,) = torch.autograd.grad(rounded.square().sum(), layer.weight)
    assert rounded.dtype == other.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    torch.testing.assert_close(rounded, exact, atol=0.05, rtol=0.02)
    torch.testing.assert_close(other, gradient, atol=0.5, rtol=0.05)
    assert torch.equal(layer.eval()(values), exact)


def test_all_hidden_layers_change_and_keep_their_names() -> None:
    for network in (PairLinear(8, 8), Martinez(4, 6, width=8)):
        names = list(network.state_dict())
        use_bfloat16(network)
        square = [
            layer
            for layer in network.modules()
            if isinstance(layer, nn.Linear) and layer.in_features == layer.out_features
        ]
        assert square
        assert all(isinstance(layer, HiddenLinear) and layer.rounded for layer in square)
        assert list(network.state_dict()) == names
