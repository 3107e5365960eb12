"""Training the action model end to end, small: data, curve, resuming, export, and a recogniser."""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import torch
from scipy.special import softmax

from blazepose_files import blazepose_files
from pose_action_ros.cli import evaluate_action, search, train_action, train_recordings
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.genotype import random_genotype, to_json
from pose_action_ros.lab.training.action import people as people_module
from pose_action_ros.lab.training.action.data import NAMES, TrainingData, mirrored_labels
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.model import read_model
from pose_action_ros.lab.training.action.people import simulated_person
from pose_action_ros.lab.training.action.settings import ActionData, Fitting, read_sections
from pose_action_ros.lab.training.action.tracks import load_keypoints, save_keypoints
from pose_action_ros.lab.training.action.windows import NO_MIRROR
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recognition.spmf_settings import check
from pose_action_ros.simulation import ACTIONS

TINY = """
data:
  people: 3
  validation: 1
  test: 1
  actions_each: 2
  gestures: 3
  gesture_people: 2
fitting:
  epochs: {epochs}
  samples: 16
  batch: 8
  repeats: 1
network:
  network: {network}
  genotype: random:1
  channels: 4
"""
FOLDER = Path(__file__).parents[4] / "config"


def train(folder: Path, epochs: int = 2, name: str = "run", network: str = "cells") -> Path:
    """Run the command; the folder it wrote."""
    config = folder / "tiny.yaml"
    config.write_text(TINY.format(epochs=epochs, network=network))
    parser = argparse.ArgumentParser()
    train_action.configure(parser)
    output = folder / name
    words = ["--config", str(config), "--output", str(output)]
    assert train_action.run(parser.parse_args(words)) == 0
    return output


def test_a_run_ends_in_a_model_that_recognisers_take(tmp_path: Path) -> None:
    output = train(tmp_path)
    classifier = ActionClassifier(str(output / "action.onnx"))
    assert classifier.labels == ACTIONS
    assert 0.2 <= classifier.unknown_below <= 1
    scores = classifier(np.zeros((2, *classifier.spmf.shape), np.uint8))
    assert scores.sum(axis=1) == pytest.approx(1)
    with (output / "curve.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1"]
    # Again with the same settings: nothing is left to train, the model is written again.
    first = (output / "action.onnx").read_bytes()
    assert train(tmp_path) == output
    assert (output / "action.onnx").read_bytes() == first
    with pytest.raises(ModelError, match="epochs"):
        train(tmp_path, epochs=3)


def test_a_model_that_was_written_can_be_trained_on(tmp_path: Path) -> None:
    path = train(tmp_path, epochs=1) / "action.onnx"
    model, classifier = read_model(path), ActionClassifier(str(path))
    images = np.random.default_rng(0).integers(0, 256, (3, *model.spmf.shape), np.uint8)
    ours = softmax(predict_logits(model.network, images) / model.temperature, axis=1)
    assert ours == pytest.approx(classifier(images), abs=1e-4)
    assert (model.labels, model.spmf, model.window) == (ACTIONS, classifier.spmf, 2.0)


def test_weights_that_are_not_of_the_model_s_cells(tmp_path: Path) -> None:
    path = train(tmp_path, epochs=1) / "action.onnx"
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


def test_the_hand_made_network_is_trained_too_but_not_from_a_file(tmp_path: Path) -> None:
    path = train(tmp_path, epochs=1, network="cnn") / "action.onnx"
    assert ActionClassifier(str(path)).labels == ACTIONS
    with pytest.raises(ModelError, match="no network of cells"):
        read_model(path)


def test_training_goes_on_from_a_model_of_the_same_cells(tmp_path: Path) -> None:
    started = train(tmp_path, epochs=1) / "action.onnx"
    config = tmp_path / "next.yaml"
    words = ["--config", str(config), "--output", str(tmp_path / "next")]
    parser = argparse.ArgumentParser()
    train_action.configure(parser)

    def go_on(network: str, channels: int) -> None:
        text = TINY.format(epochs=1, network=network).replace("gestures: 3", "gestures: 5")
        text = text.replace("channels: 4", f"channels: {channels}")
        config.write_text(f"{text}  start: {started}\n")
        assert train_action.run(parser.parse_args(words)) == 0

    with pytest.raises(SettingError, match="`start` is for networks of cells"):
        go_on("cnn", 4)
    with pytest.raises(ModelError, match=r"action\.onnx has weights that do not fit"):
        go_on("cells", 6)
    go_on("cells", 4)
    card = json.loads((tmp_path / "next" / "action.json").read_text())
    assert card["training"]["before"]["settings"]["fitting"]["epochs"] == 1
    assert card["training"]["lifter"] == read_card(find_model("lifter"), "lifter").sha256
    assert card["training"]["settings"]["network"]["start"] == "action.onnx"
    assert card["settings"]["shape"]["spare"] == 5


def test_a_share_of_the_weights_that_were_begun_with_is_kept(tmp_path: Path) -> None:
    started = train(tmp_path, epochs=1) / "action.onnx"
    config, parser = tmp_path / "next.yaml", argparse.ArgumentParser()
    train_action.configure(parser)
    kept = {}
    for share in (0.0, 0.25, 1.0):
        text = TINY.format(epochs=1, network="cells").replace("repeats", "averaging: 0\n  repeats")
        config.write_text(f"{text}  start: {started}\n  start_share: {share}\n")
        output = tmp_path / f"share_{share}"
        words = ["--config", str(config), "--output", str(output)]
        assert train_action.run(parser.parse_args(words)) == 0
        kept[share] = read_model(output / "action.onnx").network.state_dict()
    begun, name = read_model(started).network.state_dict(), "stack.linear.weight"
    assert torch.equal(kept[1.0][name], begun[name])
    assert not torch.allclose(kept[0.0][name], begun[name], atol=1e-4)
    expected = 0.75 * kept[0.0][name] + 0.25 * begun[name]
    assert torch.allclose(kept[0.25][name], expected, atol=1e-3)  # stored in half precision
    config.write_text(TINY.format(epochs=1, network="cells") + "  start_share: 0.5\n")
    with pytest.raises(SettingError, match="no model is named in `start`"):
        train_action.run(parser.parse_args(words))


def test_a_search_learns_from_simulated_people(tmp_path: Path) -> None:
    config = tmp_path / "search.yaml"
    config.write_text(
        "search: {epochs: 2, warm_up: 1, steps: 1, updates: 1, architectures: 2, candidates: 2, "
        "channels: 4, batch: 8, reward_batch: 8, nodes: 2}\n"
        "data: {people: 2, validation: 1, actions_each: 2}\nnetwork: {channels: 4, blocks: 1}\n"
    )
    parser = argparse.ArgumentParser()
    search.configure(parser)
    words = ["--config", str(config), "--output", str(tmp_path / "found")]
    assert search.run(parser.parse_args(words)) == 0
    assert (tmp_path / "found" / "genotype.json").is_file()


def test_people_who_stand_about_are_rendered_and_detected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blazepose_files()
    monkeypatch.setattr(people_module, "IDLE", 1.0)
    parser = argparse.ArgumentParser()
    train_recordings.configure(parser)
    path = tmp_path / "idle.npz"
    for people in (1, 2):  # the second run goes on
        words = ["--idle", "--output", str(path), "--people", str(people), "--seed", "3"]
        assert train_recordings.run(parser.parse_args(words)) == 0
    found = load_keypoints(path, NAMES)
    assert len(found) == 2
    assert all((one.labels == ACTIONS.index("standing")).all() for one in found)
    assert sum(len(one.stamps) for one in found) >= 10


def test_people_who_make_gestures_are_rendered_and_trained_on(tmp_path: Path) -> None:
    blazepose_files()
    parser = argparse.ArgumentParser()
    train_recordings.configure(parser)
    path = tmp_path / "gestures.npz"
    words = ["--gestures", "3", "--output", str(path), "--people", "2", "--actions", "1"]
    assert train_recordings.run(parser.parse_args(words)) == 0
    names = gesture_names(3)
    found = load_keypoints(path, names)
    assert len(found) == 2
    assert all(one.labels.max() >= 1 for one in found)
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
    expected = {len(ACTIONS) + label - 1 for one in found for label in one.labels.tolist() if label}
    assert set(labels.tolist()) - {ACTIONS.index("standing")} == expected
    with pytest.raises(InputError, match="gesture_2"):
        TrainingData(replace(choices, gestures=2), SpmfSettings(), tmp_path).examples()


def test_what_is_seen_can_be_stored_and_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first, second = (simulated_person(np.random.default_rng(4), 2) for _ in range(2))
    assert first.points == pytest.approx(second.points, nan_ok=True)
    save_keypoints(tmp_path / "seen.npz", [first, second], ACTIONS)
    found = load_keypoints(tmp_path / "seen.npz", ACTIONS[::-1])
    assert len(found) == 2
    assert found[1].points == pytest.approx(first.points, abs=1e-3, nan_ok=True)
    assert found[1].intrinsics == first.intrinsics
    assert (len(ACTIONS) - 1 - found[1].labels == first.labels).all()


def test_people_of_several_files(tmp_path: Path) -> None:
    people = [simulated_person(np.random.default_rng(number), 2) for number in range(3)]
    paths = [tmp_path / name for name in ("some.npz", "others.npz", "all.npz")]
    for path, kept in zip(paths, (people[:2], people[2:], people), strict=True):
        save_keypoints(path, kept, ACTIONS)
    found = []
    for files in (paths[:2], paths[2:]):
        choices = ActionData(test=1, actions_each=1, rendered_test=" ".join(map(str, files)))
        data = TrainingData(choices, SpmfSettings(), tmp_path)
        found.append(data.tests()["rendered"])
    assert len(found[0].truth) > 0
    assert (found[0].truth == found[1].truth).all()
    assert (found[0].images == found[1].images).all()


def test_a_file_stays_whole_while_it_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, people = tmp_path / "seen.npz", [simulated_person(np.random.default_rng(4), 1)]
    save_keypoints(path, people, ACTIONS)

    def stopped(file: BinaryIO, **_: object) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", stopped)
    with pytest.raises(KeyboardInterrupt):
        save_keypoints(path, people * 2, ACTIONS)
    assert len(load_keypoints(path, ACTIONS)) == 1


def test_files_that_are_no_recordings(tmp_path: Path) -> None:
    path = tmp_path / "seen.npz"
    path.write_bytes(b"no")
    with pytest.raises(InputError, match=r"seen\.npz is no file of `train recordings`"):
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
def test_settings_that_are_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_sections(path, SECTIONS)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("train_action", train_action),
        ("finish_action", train_action),
        ("refine_action", train_action),
        ("renew_action", train_action),
        ("search_action", search),
        ("evaluate_msr_action3d", evaluate_action),
        ("evaluate_sbu_kinect", evaluate_action),
    ],
)
def test_the_settings_that_come_with_the_package_can_be_read(name: str, module: Any) -> None:
    sections = read_sections(FOLDER / f"{name}.yaml", module.SECTIONS)
    assert sections["spmf"].shape[2] == 3
    check(sections["spmf"])


def test_labels_in_the_mirror() -> None:
    labels = ("waving_left", "bowing", "waving_right", "left_kick")
    assert mirrored_labels(labels).tolist() == [2, 1, 0, NO_MIRROR]
    swapped = mirrored_labels()
    assert (swapped[swapped] == np.arange(len(ACTIONS))).all()
