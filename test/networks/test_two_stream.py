"""The two-stream network: shapes, root, mirror, mean of the streams."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.networks.two_stream import (
    MirrorMean,
    Stream,
    StreamShape,
    TwoStream,
)
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

SMALL = StreamShape(width=32, blocks=2)


def keypoints(count: int = 5) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(count, 18, 3))).float()


def test_a_stream_gives_poses_whose_root_is_zero() -> None:
    joints = Stream(SMALL).eval()(keypoints())
    assert joints.shape == (5, 17, 3)
    assert not joints[:, 0].any()
    assert joints[:, 1:].all()


def test_the_papers_stream_has_the_papers_layers() -> None:
    stream = Stream(StreamShape())
    linear = [layer for layer in stream.modules() if isinstance(layer, torch.nn.Linear)]
    shapes = sorted((layer.in_features, layer.out_features) for layer in linear)
    assert shapes == [(54, 512), (54, 512), (512, 48), (512, 512), (512, 512)]
    assert sum(isinstance(layer, torch.nn.BatchNorm1d) for layer in stream.modules()) == 2
    assert all(layer.p == 0.25 for layer in stream.modules() if isinstance(layer, torch.nn.Dropout))


def test_without_its_blocks_a_stream_still_passes_its_input_on() -> None:
    stream = Stream(SMALL).eval()
    with torch.no_grad():
        for name, values in stream.named_parameters():
            if not name.startswith(("project", "read")):
                values.zero_()
        inputs = keypoints()
        projected = stream.project(inputs.flatten(1))
        expected = stream.read(projected).unflatten(1, (16, 3))  # the long connection alone
        assert torch.allclose(stream(inputs)[:, 1:], expected, atol=1e-5)


def test_two_streams_are_averaged_and_may_see_different_keypoints() -> None:
    lifter = TwoStream(Stream(SMALL), Stream(SMALL)).eval()
    detected, exact = keypoints(), keypoints() + 0.1
    expected = (lifter.exact(exact) + lifter.detected(detected)) / 2
    assert torch.allclose(lifter(detected, exact), expected)
    both = (lifter.exact(detected) + lifter.detected(detected)) / 2
    assert torch.allclose(lifter(detected), both)


def test_the_mirrored_mean_treats_left_and_right_alike() -> None:
    lifter = MirrorMean(Stream(SMALL)).eval()
    flip = torch.tensor([-1.0, 1, 1])
    direct = lifter(keypoints())
    mirrored = lifter(keypoints()[:, torch.from_numpy(COCO_18.mirror)] * flip)
    expected = direct[:, torch.from_numpy(HUMAN36M_17.mirror)] * flip
    assert torch.allclose(mirrored, expected, atol=1e-6)
