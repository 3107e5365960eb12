"""Files of action models: images of levels, full-height networks, and a round trip."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import softmax

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.ensemble import Ensemble, joined
from pose_action_ros.lab.training.action.architecture import make_network
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.model import (
    NONE,
    ActionModel,
    read_model,
    with_labels,
    write_model,
)
from pose_action_ros.lab.training.action.settings import NetworkChoice
from pose_action_ros.models.card import read_card
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.classifier import SILENT, ActionClassifier

LABELS = ("standing", "waving")
LEVELS = SpmfSettings(colours="level", height=24)


@pytest.mark.parametrize("network", ["cells", "cnn"])
@pytest.mark.parametrize("full_height", [False, True])
def test_a_model_of_levels_is_written_and_answers_like_its_network(
    tmp_path: Path, network: str, full_height: bool
) -> None:
    torch.manual_seed(0)
    choice = NetworkChoice(
        network=network, genotype="random:2", channels=4, full_height=full_height
    )
    net = make_network(choice, len(LABELS), LEVELS.shape, spare=3).eval()
    path = tmp_path / "levels.onnx"
    write_model(path, ActionModel(net, LABELS, LEVELS, 2.0, 0.7, 0.4), {}, {})
    images = np.random.default_rng(0).integers(0, 256, (5, *LEVELS.shape), np.uint8)
    classifier = ActionClassifier(str(path))
    assert (classifier.spmf, classifier.labels) == (LEVELS, LABELS)
    assert classifier.background
    expected = softmax(predict_logits(net, images) / 0.7, axis=1)[:, : len(LABELS)]
    assert classifier(images) == pytest.approx(expected, abs=1e-4)
    again = read_model(path)
    assert type(again.network) is type(net)
    assert again.network.shape == net.shape
    assert predict_logits(again.network, images) == pytest.approx(
        predict_logits(net, images), abs=1e-5
    )


def test_thresholds_of_a_card_are_those_of_the_classifier(tmp_path: Path) -> None:
    torch.manual_seed(0)
    choice = NetworkChoice(genotype="random:2", channels=4)
    net = make_network(choice, len(LABELS), LEVELS.shape, spare=1).eval()
    table = dict(zip(LABELS, np.linspace(0.2, 0.8, len(LABELS)).tolist(), strict=True))
    model = ActionModel(net, LABELS, LEVELS, 2.0, 0.7, table, silent=LABELS[:1])
    assert model.thresholds[0] == SILENT
    assert model.threshold == pytest.approx(np.median([*table.values()][1:]))
    write_model(tmp_path / "one.onnx", model, {}, {})
    assert ActionClassifier(str(tmp_path / "one.onnx")).unknown_below == pytest.approx(
        model.thresholds.tolist(), abs=1e-3
    )
    again = read_model(tmp_path / "one.onnx")
    assert again.thresholds == pytest.approx(model.thresholds, abs=1e-3)


def test_a_prior_multiplies_the_probabilities_of_labels_and_background(tmp_path: Path) -> None:
    torch.manual_seed(0)
    choice = NetworkChoice(genotype="random:2", channels=4)
    net = make_network(choice, len(LABELS), LEVELS.shape, spare=2).eval()
    model = ActionModel(net, LABELS, LEVELS, 2.0, 0.7, 0.4, prior={"waving": 3.0, NONE: 0.5})
    assert model.weights.tolist() == [1.0, 3.0, 0.5]
    write_model(tmp_path / "one.onnx", model, {}, {})
    images = np.random.default_rng(0).integers(0, 256, (5, *LEVELS.shape), np.uint8)
    logits = predict_logits(net, images)
    weighted = softmax(logits / 0.7, axis=1) * model.weights
    expected = weighted / weighted.sum(axis=1, keepdims=True)
    assert model.probabilities(logits) == pytest.approx(expected, abs=1e-6)
    classifier = ActionClassifier(str(tmp_path / "one.onnx"))
    assert classifier(images) == pytest.approx(expected[:, : len(LABELS)], abs=1e-4)
    assert read_model(tmp_path / "one.onnx").prior == model.prior


def test_an_ensemble_answers_with_the_mean_probabilities_and_is_read_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    cells = NetworkChoice(genotype="random:2", channels=4, full_height=True)
    made = [
        make_network(choice, len(LABELS), LEVELS.shape, spare=2).eval()
        for choice in (cells, replace(cells, network="cnn", channels=6), cells)
    ]
    model = ActionModel(joined(made), LABELS, LEVELS, 2.0, 1.0, 0.4)
    write_model(tmp_path / "three.onnx", model, {}, {})
    source = read_card(tmp_path / "three.onnx", "action").source
    assert "2 networks of cells found by ENAS and a hand-made convolutional network" in source
    images = np.random.default_rng(0).integers(0, 256, (5, *LEVELS.shape), np.uint8)
    each = [softmax(predict_logits(network, images), axis=1) for network in made]
    expected = np.mean(each, axis=0)
    found = ActionClassifier(str(tmp_path / "three.onnx"))(images)
    assert found == pytest.approx(expected[:, : len(LABELS)], abs=1e-4)
    again = read_model(tmp_path / "three.onnx")
    assert isinstance(again.network, Ensemble)
    assert [type(network) for network in again.network.networks] == [type(one) for one in made]
    assert again.background
    assert softmax(predict_logits(again.network, images), axis=1) == pytest.approx(
        expected, abs=1e-5
    )


@pytest.mark.parametrize("network", ["cells", "cnn"])
def test_a_copy_with_other_labels_keeps_the_logits_of_common_ones(network: str) -> None:
    torch.manual_seed(0)
    choice = NetworkChoice(network=network, genotype="random:2", channels=4, full_height=True)
    net = make_network(choice, 3, LEVELS.shape, spare=2).eval()
    changed = with_labels(net, ("a", "b", "c"), ("c", "new", "a"), spare=3)
    images = torch.randint(0, 256, (4, *LEVELS.shape)).float()
    assert (changed.shape.labels, changed.shape.spare) == (3, 3)
    torch.testing.assert_close(changed(images)[:, [2, 0]], net(images)[:, [0, 2]])


@pytest.mark.parametrize(
    "described", [{}, {"network": "cnn", "shape": {"rows": 3}}, {"network": "cells", "shape": {}}]
)
def test_a_card_that_describes_no_network_is_refused(
    tmp_path: Path, described: dict[str, object]
) -> None:
    torch.manual_seed(0)
    net = make_network(NetworkChoice(network="cnn", channels=4), len(LABELS), LEVELS.shape).eval()
    path = tmp_path / "one.onnx"
    write_model(path, ActionModel(net, LABELS, LEVELS, 2.0, 1.0, 0.4), {}, {})
    card = json.loads(path.with_suffix(".json").read_text())
    card["settings"]["networks"] = [described]
    path.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="train the model again"):
        read_model(path)
    card["settings"]["networks"] = []
    path.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="describes no networks"):
        read_model(path)
