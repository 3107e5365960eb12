"""Training the action model end to end, small: people, curve, resuming, export, a recogniser."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import torch
from scipy.special import softmax

from pose_action_ros.cli import evaluate, search
from pose_action_ros.cli import train as commands
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.genotype import random_genotype, to_json
from pose_action_ros.lab.training.action import people as people_module
from pose_action_ros.lab.training.action import train as train_module
from pose_action_ros.lab.training.action.data import NAMES, TrainingData, mirrored_labels
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.labelled import load_keypoints, save_keypoints
from pose_action_ros.lab.training.action.model import make_network, read_model
from pose_action_ros.lab.training.action.people import simulated_person
from pose_action_ros.lab.training.action.settings import (
    ActionData,
    Fitting,
    NetworkChoice,
    read_sections,
)
from pose_action_ros.lab.training.action.windows import NO_MIRROR
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recognition.spmf_settings import check
from pose_action_ros.simulation import ACTIONS

TINY = """
data:
  people: 2
  validation: 1
  test: 1
  actions_each: 2
  gestures: 3
  gesture_people: 1
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
CONFIG = Path(__file__).parents[4] / "config"


def train(
    folder: Path,
    output: Path,
    epochs: int = 1,
    network: str = "cells",
    *,
    channels: int = 4,
    more: str = "",
) -> Path:
    """Run the command; returns the model."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "tiny.yaml"
    config.write_text(TINY.format(epochs=epochs, network=network, channels=channels) + more)
    parser = argparse.ArgumentParser()
    commands.Action.configure(parser)
    words = ["--config", str(config), "--output", str(output)]
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
    for path in trained.parent.glob("*_*.npz"):
        shutil.copy(path, folder)
    return folder


def test_a_run_ends_in_a_model_for_recognisers_and_is_not_trained_again(trained: Path) -> None:
    classifier = ActionClassifier(str(trained))
    assert classifier.labels == ACTIONS
    assert 0.2 <= classifier.unknown_below <= 1
    scores = classifier(np.zeros((2, *classifier.spmf.shape), np.uint8))
    assert scores.sum(axis=1) == pytest.approx(1)
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
    assert classifier(images) == pytest.approx(expected, abs=1e-4)
    assert (model.labels, model.spmf, model.window) == (ACTIONS, classifier.spmf, 2.0)


def test_weights_of_other_cells_damaged_and_missing_ones_are_refused(
    tmp_path: Path, trained: Path
) -> None:
    for suffix in (".onnx", ".json", ".weights.npz"):
        shutil.copy(trained.with_name(f"action{suffix}"), tmp_path)
    path = tmp_path / "action.onnx"
    card = json.loads(path.with_suffix(".json").read_text())
    card["settings"]["genotype"] = to_json(random_genotype(np.random.default_rng(5), 4))
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


def test_the_hand_made_network_is_trained_but_cannot_be_continued(
    tmp_path: Path, output: Path
) -> None:
    path = train(tmp_path, output, network="cnn")
    assert ActionClassifier(str(path)).labels == ACTIONS
    with pytest.raises(ModelError, match="no network of cells"):
        read_model(path)


def test_training_continues_from_a_model_of_the_same_cells(
    tmp_path: Path, output: Path, trained: Path
) -> None:
    start = f"  start: {trained}\n"
    with pytest.raises(SettingError, match="`start` is for networks of cells"):
        train(tmp_path, output, network="cnn", more=start)
    with pytest.raises(ModelError, match=r"action\.onnx has weights that do not fit"):
        train(tmp_path, output, channels=6, more=start)
    with pytest.raises(SettingError, match="no model is named in `start`"):
        train(tmp_path, output, more="  start_share: 0.5\n")
    path = train(tmp_path, output, more=f"{start}  start_share: 1.0\n")
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["training"]["before"]["settings"]["fitting"]["epochs"] == 1
    assert card["training"]["lifter"] == read_card(find_model("lifter"), "lifter").sha256
    assert card["training"]["settings"]["network"]["start"] == "action.onnx"
    name = "stack.linear.weight"  # a share of 1 restores the initial weights
    initial, result = (read_model(model).network.state_dict() for model in (trained, path))
    assert torch.equal(result[name], initial[name])


def test_the_model_to_start_from_may_have_fewer_spare_outputs(
    trained: Path,
) -> None:
    network = make_network(
        NetworkChoice(genotype="random:1", channels=4), len(ACTIONS), (48, 32, 3), 5
    )
    train_module._start_from(network, trained)
    rows = network.state_dict()["stack.linear.weight"]
    known = read_model(trained).network.state_dict()["stack.linear.weight"]
    assert torch.equal(rows[: len(known)], known.float())
    assert len(rows) == len(ACTIONS) + 5


def test_a_share_of_the_initial_weights_is_kept() -> None:
    network = torch.nn.Linear(2, 2)
    initial = {name: torch.zeros_like(value) for name, value in network.state_dict().items()}
    expected = 0.75 * network.weight.detach().clone()
    train_module._interpolate(network, initial, 0.25)
    torch.testing.assert_close(network.weight.detach(), expected)


def test_a_search_uses_simulated_people(tmp_path: Path) -> None:
    config = tmp_path / "search.yaml"
    config.write_text(
        "search: {epochs: 2, warm_up: 1, steps: 1, updates: 1, architectures: 2, candidates: 2, "
        "channels: 4, batch: 8, reward_batch: 8, nodes: 2}\n"
        "data: {people: 1, validation: 1, actions_each: 2}\nnetwork: {channels: 4, blocks: 1}\n"
    )
    parser = argparse.ArgumentParser()
    search.configure(parser)
    words = ["--config", str(config), "--output", str(tmp_path / "found")]
    assert search.run(parser.parse_args(words)) == 0
    assert (tmp_path / "found" / "genotype.json").is_file()


def record(path: Path, *words: str) -> None:
    parser = argparse.ArgumentParser()
    commands.Recordings.configure(parser)
    assert commands.Recordings.run(parser.parse_args(["--output", str(path), *words])) == 0


def test_idle_people_are_rendered_and_detected_and_a_second_run_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_module, "IDLE", 0.6)
    path = tmp_path / "idle.npz"
    for count in (1, 2):
        record(path, "--idle", "--people", str(count), "--seed", "3")
    tracks = load_keypoints(path, NAMES)
    assert len(tracks) == 2
    assert all((track.labels == ACTIONS.index("standing")).all() for track in tracks)
    assert sum(len(track.stamps) for track in tracks) >= 6


def test_recorded_gestures_are_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_module, "RENDERED_RATE", 5.0)
    path = tmp_path / "gestures.npz"
    record(path, "--gestures", "3", "--people", "1", "--actions", "1")
    tracks = load_keypoints(path, gesture_names(3))
    assert len(tracks) == 1
    assert tracks[0].labels.max() >= 1
    choices = ActionData(
        people=1,
        actions_each=1,
        gestures=3,
        gesture_people=1,
        gesture_share=0.0,
        rendered_gestures=str(path),
        rendered_gesture_share=1.0,
    )
    examples = TrainingData(choices, SpmfSettings(), tmp_path).examples()
    _, labels = examples.draw(30, np.random.default_rng(0))
    expected = {len(ACTIONS) + label - 1 for label in tracks[0].labels.tolist() if label}
    assert set(labels.tolist()) - {ACTIONS.index("standing")} == expected
    with pytest.raises(InputError, match="gesture_2"):
        TrainingData(replace(choices, gestures=2), SpmfSettings(), tmp_path).examples()


def test_keypoints_are_determined_by_the_seed_and_restored_from_files(tmp_path: Path) -> None:
    first, second = (simulated_person(np.random.default_rng(4), 2) for _ in range(2))
    assert first.points == pytest.approx(second.points, nan_ok=True)
    save_keypoints(tmp_path / "people.npz", [first, second], ACTIONS)
    people = load_keypoints(tmp_path / "people.npz", ACTIONS[::-1])
    assert len(people) == 2
    assert people[1].points == pytest.approx(first.points, abs=1e-3, nan_ok=True)
    assert people[1].intrinsics == first.intrinsics
    assert (len(ACTIONS) - 1 - people[1].labels == first.labels).all()


def test_people_of_several_files_are_joined(tmp_path: Path) -> None:
    people = [simulated_person(np.random.default_rng(number), 2) for number in range(3)]
    paths = [tmp_path / name for name in ("some.npz", "others.npz", "all.npz")]
    for path, part in zip(paths, (people[:2], people[2:], people), strict=True):
        save_keypoints(path, part, ACTIONS)
    windows = []
    for files in (paths[:2], paths[2:]):
        choices = ActionData(test=1, actions_each=1, rendered_test=" ".join(map(str, files)))
        data = TrainingData(choices, SpmfSettings(), tmp_path)
        windows.append(data.tests()["rendered"])
    assert len(windows[0].truth) > 0
    assert (windows[0].truth == windows[1].truth).all()
    assert (windows[0].images == windows[1].images).all()


def test_an_interrupted_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, people = tmp_path / "people.npz", [simulated_person(np.random.default_rng(4), 1)]
    save_keypoints(path, people, ACTIONS)

    def interrupt(file: BinaryIO, **_: object) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_keypoints(path, people * 2, ACTIONS)
    assert len(load_keypoints(path, ACTIONS)) == 1


def test_other_files_and_other_labels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.npz"
    path.write_bytes(b"no")
    with pytest.raises(InputError, match=r"people\.npz is no file of `train recordings`"):
        load_keypoints(path, ACTIONS)
    save_keypoints(path, [simulated_person(np.random.default_rng(0), 1)], ACTIONS)
    with pytest.raises(InputError, match="not trained"):
        load_keypoints(path, ACTIONS[:3])


SECTIONS = {"data": ActionData, "fitting": Fitting, "spmf": SpmfSettings}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fitting: {epoch: 3}", "epoch"),
        ("fitting: {epochs: 0}", "epochs"),
        ("spmf: {height: big}", "height"),
        ("data: 3", "data"),
        ("model: {}", "sections"),
        ("data: {", "cannot read"),
    ],
)
def test_invalid_settings_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_sections(path, SECTIONS)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("train_action", train_module),
        ("finish_action", train_module),
        ("refine_action", train_module),
        ("renew_action", train_module),
        ("search_action", search),
        ("evaluate_msr_action3d", evaluate),
        ("evaluate_sbu_kinect", evaluate),
    ],
)
def test_the_configurations_of_the_package_are_valid(name: str, module: Any) -> None:
    sections = read_sections(CONFIG / f"{name}.yaml", module.SECTIONS)
    assert sections["spmf"].shape[2] == 3
    check(sections["spmf"])


def test_mirrored_labels_swap_left_and_right() -> None:
    labels = ("waving_left", "bowing", "waving_right", "left_kick")
    assert mirrored_labels(labels).tolist() == [2, 1, 0, NO_MIRROR]
    swapped = mirrored_labels()
    assert (swapped[swapped] == np.arange(len(ACTIONS))).all()
