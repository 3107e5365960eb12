"""The two-stream network: the paper's layers, its identity connections, and the mirror."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.lifter import KEYPOINTS
from pose_action_ros.lab.networks.mirror import Pair, Reflect
from pose_action_ros.lab.networks.two_stream import Reading, Stream, StreamShape

SMALL = StreamShape(width=32, blocks=2)


def keypoints(count: int = 5) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(count, 54))).float()


def test_the_papers_stream_has_the_papers_layers() -> None:
    stream = Stream(StreamShape(), KEYPOINTS)
    linear = [layer for layer in stream.modules() if isinstance(layer, torch.nn.Linear)]
    shapes = sorted((layer.in_features, layer.out_features) for layer in linear)
    # A layer between pairs is two: of their sum and of their difference.
    assert shapes == [(54, 512)] * 2 + [(512, 512)] * 4
    assert sum(isinstance(layer, torch.nn.BatchNorm1d) for layer in stream.modules()) == 2
    assert all(layer.p == 0.25 for layer in stream.modules() if isinstance(layer, torch.nn.Dropout))


def test_without_its_blocks_a_stream_still_passes_its_input_on() -> None:
    stream = Stream(SMALL, KEYPOINTS).eval()
    with torch.no_grad():
        for name, values in stream.named_parameters():
            if not name.startswith("project"):
                values.zero_()
        expected = stream.project(Pair(KEYPOINTS)(keypoints()))  # the long connection alone
        torch.testing.assert_close(stream(keypoints()), expected)


def test_a_mirrored_input_swaps_the_pair_and_mirrors_what_is_read() -> None:
    torch.manual_seed(0)
    stream, reading = Stream(SMALL, KEYPOINTS).eval(), Reading(32, KEYPOINTS)
    reflect = Reflect(KEYPOINTS)
    direct, mirrored = stream(keypoints()), stream(reflect(keypoints()))
    torch.testing.assert_close(mirrored, direct.flip(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(reading(mirrored), reflect(reading(direct)), atol=1e-5, rtol=0)
