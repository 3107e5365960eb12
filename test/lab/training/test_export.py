"""Export of a network as ONNX: equal outputs, and nothing written when they differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.lifter import BoneLengths, Exported, RobotLifter
from pose_action_ros.lab.networks.two_stream import StreamShape
from pose_action_ros.lab.training.export import export
from pose_action_ros.models.card import ModelCard, read_card

CARD = ModelCard("x", "lifter", "", "Apache-2.0", "test", "coco_18")
NAMES = ("keypoints", ("joints", "scores"))


def example() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(4, 1, 18, 3))).float()


def test_exported_model_equals_network_for_any_batch(tmp_path: Path) -> None:
    lifter = RobotLifter(StreamShape(width=32), BoneLengths(np.ones(16), np.ones(16) * 2))
    difference = export(Exported(lifter), example(), NAMES, tmp_path / "x.onnx", CARD)
    assert difference < 1e-4
    assert read_card(tmp_path / "x.onnx", "lifter").name == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.json", "x.onnx"]


def test_large_weights_are_stored_in_half_precision_above_a_size(tmp_path: Path) -> None:
    lengths = BoneLengths(np.ones(16), np.ones(16) * 2)
    network = Exported(RobotLifter(StreamShape(width=128), lengths))
    sizes, differences = [], []
    for largest in (np.inf, 1000.0):
        path = tmp_path / "x.onnx"
        differences.append(export(network, example(), NAMES, path, CARD, largest=largest))
        sizes.append(path.stat().st_size)
    assert 0.5 < sizes[1] / sizes[0] < 0.6
    assert 0 < differences[0] < 1e-4 < differences[1] < 0.01


def test_model_that_differs_from_network_is_not_written(tmp_path: Path) -> None:
    class Unsteady(torch.nn.Module):
        def forward(self, keypoints: torch.Tensor) -> torch.Tensor:
            self.calls = getattr(self, "calls", 0) + 1
            return keypoints * float(self.calls)

    with pytest.raises(ModelError, match="would differ"):
        export(Unsteady(), example(), ("keypoints", ("joints",)), tmp_path / "x.onnx", CARD)
    assert not list(tmp_path.iterdir())
