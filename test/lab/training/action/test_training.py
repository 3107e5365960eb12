"""Training the action model end to end, small: people, curve, resuming, export, a recogniser."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from pose_action_ros.cli import search
from pose_action_ros.cli import train as commands
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.action_cnn import ActionCnn
from pose_action_ros.lab.networks.ensemble import Ensemble
from pose_action_ros.lab.networks.genotype import random_genotype, to_json
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.model import read_model
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.classifier import SILENT, ActionClassifier
from pose_action_ros.simulation import ACTIONS

TINY = """
data:
  simulated_actions: 3
  simulated_others: 1
  simulated_gestures: 1
  simulated_idle: 1
  simulated_captured: 0
  held_out: 50
  simulated_each: 2
  gestures: 3
fitting:
  epochs: {epochs}
  samples: 16
  batch: 8
  repeats: 1
network:
  network: {network}
  genotype: random:1
  channels: {channels}
"""


def train(
    folder: Path,
    output: Path,
    epochs: int = 1,
    network: str = "cells",
    *,
    channels: int = 4,
    more: str = "",
    options: Sequence[str] = (),
) -> Path:
    """Run the command; returns the model."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "tiny.yaml"
    config.write_text(TINY.format(epochs=epochs, network=network, channels=channels) + more)
    parser = argparse.ArgumentParser()
    commands.Action.configure(parser)
    words = ["--config", str(config), "--output", str(output), *options]
    assert commands.Action.run(parser.parse_args(words)) == 0
    return output / "action.onnx"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model after one epoch, with the people it was trained on beside it."""
    folder = tmp_path_factory.mktemp("trained")
    return train(folder, folder / "run")


@pytest.fixture
def output(tmp_path: Path, trained: Path) -> Path:
    """An output folder that has the same simulated people."""
    folder = tmp_path / "run"
    folder.mkdir()
    for path in trained.parent.glob("people_*"):
        shutil.copytree(path, folder / path.name)
    return folder


def test_a_run_ends_in_a_model_for_recognisers_and_is_not_trained_again(trained: Path) -> None:
    classifier = ActionClassifier(str(trained))
    assert classifier.labels == ACTIONS
    assert all(0.2 <= value <= 1 or value == SILENT for value in classifier.unknown_below)
    scores = classifier(np.zeros((2, *classifier.spmf.shape), np.uint8))
    assert (scores.sum(axis=1) <= 1 + 1e-6).all()
    with trained.with_name("curve.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0"]
    first = trained.read_bytes()
    folder = trained.parents[1]
    assert train(folder, trained.parent).read_bytes() == first
    with pytest.raises(ModelError, match="epochs"):
        train(folder, trained.parent, epochs=3)


def test_a_written_model_has_the_outputs_of_its_network(trained: Path) -> None:
    model, classifier = read_model(trained), ActionClassifier(str(trained))
    images = np.random.default_rng(0).integers(0, 256, (3, *model.spmf.shape), np.uint8)
    expected = softmax(predict_logits(model.network, images) / model.temperature, axis=1)
    assert classifier(images) == pytest.approx(expected[:, : len(ACTIONS)], abs=1e-4)
    assert (model.labels, model.spmf, model.window) == (ACTIONS, classifier.spmf, 2.0)


def test_weights_of_other_cells_damaged_and_missing_ones_are_refused(
    tmp_path: Path, trained: Path
) -> None:
    for suffix in (".onnx", ".json", ".weights.npz"):
        shutil.copy(trained.with_name(f"action{suffix}"), tmp_path)
    path = tmp_path / "action.onnx"
    card = json.loads(path.with_suffix(".json").read_text())
    card["settings"]["networks"][0]["genotype"] = to_json(
        random_genotype(np.random.default_rng(5), 4)
    )
    path.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"action\.weights\.npz has weights of another genotype"):
        read_model(path)
    weights = path.with_name("action.weights.npz")
    weights.write_bytes(weights.read_bytes()[:-200])
    with pytest.raises(ModelError, match="damaged"):
        read_model(path)
    weights.unlink()
    with pytest.raises(ModelError, match="beside it"):
        read_model(path)


def test_the_hand_made_network_is_trained_and_can_be_continued(
    tmp_path: Path, output: Path
) -> None:
    path = train(tmp_path, output, network="cnn")
    assert ActionClassifier(str(path)).labels == ACTIONS
    assert isinstance(read_model(path).network, ActionCnn)


def test_members_are_trained_apart_and_joined(tmp_path: Path, output: Path) -> None:
    two = "  members: 2\n"
    path = train(tmp_path, output, more=two, options=["--member", "2"])
    assert not path.exists()
    assert (output / "member_2" / "checkpoint.pt").is_file()
    assert not (output / "member_1").exists()
    newest = (output / "member_2" / "checkpoint.pt").stat().st_mtime_ns
    train(tmp_path, output, more=two)
    assert (output / "member_2" / "checkpoint.pt").stat().st_mtime_ns == newest
    model = read_model(path)
    assert isinstance(model.network, Ensemble)
    first, second = (next(network.parameters()) for network in model.network.networks)
    assert not np.allclose(first.detach().numpy(), second.detach().numpy())
    mixed = f"{two}  hand_made: 1\n  hand_made_channels: 4\n"
    model = read_model(train(tmp_path, output, more=mixed))
    assert isinstance(model.network, Ensemble)
    assert [one.kind for one in model.network.networks] == ["cells", "cells", "cnn"]
    with pytest.raises(SettingError, match="member: got 3, expected 1 to 2"):
        train(tmp_path, output, more=two, options=["--member", "3"])


def test_the_card_names_the_training_without_folders(trained: Path) -> None:
    training = json.loads(trained.with_suffix(".json").read_text())["training"]
    assert training["lifter"] == read_card(find_model("lifter"), "lifter").sha256
    assert training["settings"]["fitting"]["epochs"] == 1
    assert str(trained.parent) not in json.dumps(training)


def test_changes_replace_settings_and_people_can_be_made_alone(tmp_path: Path) -> None:
    config = tmp_path / "tiny.yaml"
    config.write_text(TINY.format(epochs=1, network="cells", channels=4))
    parser = argparse.ArgumentParser()
    commands.Action.configure(parser)
    none = [f"--set=data.simulated_{kind}=0" for kind in ("others", "gestures", "idle")]
    words = ["--config", str(config), "--output", str(tmp_path / "run"), "--people-only", *none]
    assert commands.Action.run(parser.parse_args(words)) == 0
    made = sorted((tmp_path / "run").rglob("*.npz"))
    assert {path.parent.name for path in made} == {
        f"{part}_actions_simulated" for part in ("train", "validation", "test")
    }
    assert len(made) == 3 + 2 + 2
    assert not (tmp_path / "run" / "action.onnx").exists()
    for change in ("data.people", "people=3", "other.people=3", "data.=3"):
        with pytest.raises(SettingError, match=r"SECTION\.NAME=VALUE"):
            commands.Action.run(parser.parse_args([*words, "--set", change]))


def test_a_search_uses_simulated_people(tmp_path: Path) -> None:
    config = tmp_path / "search.yaml"
    config.write_text(
        "search: {epochs: 2, warm_up: 1, steps: 1, updates: 1, architectures: 2, candidates: 2, "
        "channels: 4, batch: 8, reward_batch: 8, nodes: 2}\n"
        "data: {simulated_actions: 2, simulated_others: 0, simulated_gestures: 0, "
        "simulated_idle: 0, simulated_captured: 0, simulated_each: 2}\n"
        "network: {channels: 4, blocks: 1}\n"
    )
    parser = argparse.ArgumentParser()
    search.configure(parser)
    words = ["--config", str(config), "--output", str(tmp_path / "found")]
    assert search.run(parser.parse_args(words)) == 0
    assert (tmp_path / "found" / "genotype.json").is_file()
