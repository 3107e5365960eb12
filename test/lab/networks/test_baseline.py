"""The baseline is the published network."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.baseline import Martinez


def test_the_number_of_parameters_is_as_published() -> None:
    network = Martinez(inputs=32, outputs=48)
    assert sum(values.numel() for values in network.parameters()) == 4_291_632


def test_residual_blocks_of_zero_weights_are_the_identity() -> None:
    network = Martinez(8, 6, width=16).eval()
    with torch.no_grad():
        for name, values in network.blocks.named_parameters():
            if "weight" in name or "bias" in name:
                values.zero_()
    vectors = torch.randn(3, 8)
    torch.testing.assert_close(network(vectors), network.read(network.first(vectors)))
