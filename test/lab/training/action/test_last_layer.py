"""The last layer of a network: folds of its recordings, more labels, fitting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from hand_raising import DEMONSTRATION
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import random_genotype
from pose_action_ros.lab.training.action.demonstrations import Demonstration
from pose_action_ros.lab.training.action.last_layer import features_of, fit_head, folds_of
from pose_action_ros.lab.training.action.model import with_labels

LABELS = ("standing", "waving_left", "waving_right")


def test_recordings_of_a_source_are_in_the_same_fold() -> None:
    def demonstration(label: str, source: str) -> Demonstration:
        return replace(DEMONSTRATION, label=label, source=source)

    folds = folds_of(
        [
            demonstration("a", "x"),
            demonstration("a", "x"),
            demonstration("a", "y"),
            demonstration("b", "x"),
        ]
    )
    assert folds == [0, 0, 1, None]
    assert folds_of([demonstration("a", "webcam_0")] * 3) == [0, 1, 2]


def test_a_layer_with_more_labels_keeps_the_old_outputs() -> None:
    torch.manual_seed(0)
    shape = CellShape(3, 48, 32, channels=2, blocks=1, dropout=0.0, spare=2)
    network = CellNetwork(random_genotype(np.random.default_rng(0), 2), shape).eval()
    changed = with_labels(network, LABELS, ["waving_right", "new", "standing"])
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 48, 32, 3), dtype=np.uint8)
    features = features_of(changed, images)
    with torch.no_grad():
        now, before = (each.last_layer(features) for each in (changed, network))  # (40, 5) each
        assert torch.allclose(now[:, [2, 0, 3, 4]], before[:, [0, 2, 3, 4]], atol=1e-5)
        more = with_labels(network, LABELS, LABELS, spare=4)
        kept = more.last_layer(features)  # (40, 7)
        assert torch.allclose(kept[:, :5], before, atol=1e-5)
        assert kept[:, 5:].std() < before.std()


def test_outputs_with_a_great_decay_stay_and_others_learn() -> None:
    torch.manual_seed(0)
    head = torch.nn.Linear(6, 4)
    features, labels = torch.randn(200, 6), torch.arange(200) % 3
    features[labels == 2] += 2.0
    fitted = fit_head(head, features, labels, 3, torch.tensor([1e6, 1e6, 0.0, 1e6]))
    ways = (fitted.weight - head.weight).norm(dim=1) + (fitted.bias - head.bias).abs()
    assert ways[[0, 1, 3]].max() < 1e-3
    assert ways[2] > 0.1
    before, after = ((each(features).argmax(dim=1) == 2) for each in (head, fitted))
    right = labels == 2
    assert (after == right).float().mean() > (before == right).float().mean() + 0.1
