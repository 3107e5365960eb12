"""Teaching, small: labels, the command from recordings to a model, the report."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from hand_raising import take
from pose_action_ros.cli import teach as teach_command
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.action_cnn import ActionCnn
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import random_genotype
from pose_action_ros.lab.networks.shape import NetworkShape
from pose_action_ros.lab.training.action import last_layer, teach, teaching_data
from pose_action_ros.lab.training.action.demonstrations import demonstrations_of
from pose_action_ros.lab.training.action.model import ActionModel, read_model, write_model
from pose_action_ros.lab.training.action.report import HeldOut, table, warnings
from pose_action_ros.lab.training.action.settings import TeachSettings
from pose_action_ros.lab.training.action.teaching_data import labels_after
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recording import Recording

BASE = ("standing", "waving_left", "waving_right")


def base_model(folder: Path, labels: tuple[str, ...] = BASE) -> Path:
    """Write a tiny model with random weights."""
    torch.manual_seed(0)
    shape = CellShape(len(labels), 48, 32, channels=2, blocks=1, spare=2)
    network = CellNetwork(random_genotype(np.random.default_rng(0), 2), shape)
    prior = {labels[-1]: 2.0, "none": 0.8}
    model = ActionModel(network, labels, SpmfSettings(), 2.0, 1.0, 0.3, prior=prior)
    path = folder / "base.onnx"
    write_model(path, model, {}, {})
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def small(
    base: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The base, with small numbers of people and copies, and one cache of simulated people."""
    cache = tmp_path_factory.getbasetemp() / "simulated_people"
    monkeypatch.setenv("POSE_ACTION_CACHE", str(cache))
    for module, name, value in (
        (teaching_data, "HELD_OUT", 100),
        (teaching_data, "COPIES", 1),
        (teaching_data, "GESTURE_PEOPLE", 2),
        (teaching_data, "OTHER_PEOPLE", 2),
        (teach, "COPIES", 1),
        (last_layer, "COPIES", 1),
        (last_layer, "DRAWN", 20),
        (last_layer, "REPLAYED", 30),
    ):
        monkeypatch.setattr(module, name, value)
    return base


def run(folders: Path | list[Path], base: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    teach_command.configure(parser)
    paths = map(str, [folders] if isinstance(folders, Path) else folders)
    few = ("--people", "2", "--epochs", "2", "--samples", "16", "--threads", "1")
    return teach_command.run(parser.parse_args([*paths, "--base", str(base), *few, *words]))


def write(folder: Path, *recordings: PoseTrack) -> Path:
    for number, recording in enumerate(recordings):
        path = folder / f"{recording.label or 'none'}_{number}.npz"
        Recording.from_tracks([recording]).save(path)
    return folder


def test_a_taught_model_works_in_recognisers_and_can_be_taught_again(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "dir", *(take("nodding", f"{name}.mp4") for name in "abc"))
    write(folder / "more", take("standing", "d.mp4"), take("standing", "e.mp4"))
    assert run(folder, small) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "dir.onnx"
    classifier = ActionClassifier(str(path))
    assert classifier.labels == (*BASE, "nodding")
    assert "standing: 2 recordings, added to an action of the base" in printed
    assert "| nodding " in printed
    assert f"ros2 param set /action_node action_model {path}" in printed
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["training"]["recordings"]["nodding"] == ["a.mp4", "b.mp4", "c.mp4"]
    assert card["scores"]["left_out"]["nodding"]["recordings"] == 3
    assert str(tmp_path) not in json.dumps(card)
    with pytest.raises(SettingError, match="already exists"):
        run(folder, small)
    model = read_model(path)
    kept = [model.labels.index(name) for name in ("waving_left", "waving_right")]
    assert model.thresholds[kept] == pytest.approx(0.3)  # of the base
    assert model.prior == {"waving_right": 2.0, "none": 0.8}
    assert run(folder, path, "--output", str(tmp_path / "next.onnx"), "--epochs", "0") == 0
    assert read_model(tmp_path / "next.onnx").labels == classifier.labels


def test_one_recording_of_each_action_is_taught_without_scores(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "dir", take("nodding"), take("turning_left", "b.mp4"))
    assert run(folder, small, "--keep", "none", "--epochs", "0") == 0
    printed = capsys.readouterr().out
    assert "turning_left: its other side has no recordings" in printed
    model = read_model(tmp_path / "dir.onnx")
    assert model.thresholds == pytest.approx(read_model(small).threshold)
    assert model.prior == {"none": 0.8}


def test_processed_films_are_taught_with_spans_in_a_csv_file(small: Path, tmp_path: Path) -> None:
    """Two films of two people each, without labels, and new actions without mirroring."""
    for film in ("one", "two"):
        tracks = [take("", f"{film}.mp4", seconds=6.0, person=person) for person in (0, 1)]
        Recording.from_tracks(tracks).save(tmp_path / film / "poses.npz")
    labels = tmp_path / "spans.csv"
    labels.write_text(
        "recording,person,start,end,label\n"
        "one,0,0.5,3,nodding\none,1,3,5.5,turning\ntwo,0,0.5,3,nodding\ntwo,1,3,5.5,turning\n"
    )
    few = ("--keep", "none", "--no-mirror", "--epochs", "1", "--output", str(tmp_path / "a.onnx"))
    folders = [tmp_path / "one", tmp_path / "two"]
    assert run(folders, small, "--labels", str(labels), *few) == 0
    model = read_model(tmp_path / "a.onnx")
    assert model.labels == ("nodding", "turning")
    assert ((model.thresholds > 0) & (model.thresholds <= 1)).all()
    card = json.loads((tmp_path / "a.json").read_text())
    films = ["one.mp4", "two.mp4"]
    assert card["training"]["recordings"] == dict.fromkeys(model.labels, films)


def test_unusable_folders_and_bases_are_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="pose-action record"):
        run(tmp_path / "empty", small)
    folder = write(tmp_path / "dir", take("nodding"))
    with pytest.raises(InputError, match="nodding would be the only action"):
        run(folder, small, "--keep", "none")
    with pytest.raises(SettingError, match=r"\.onnx"):
        run(folder, small, "--output", str(tmp_path / "model.pt"))
    with pytest.raises(SettingError, match="outside"):
        run(folder, small, "--output", str(folder / "action.onnx"))
    for suffix in (".onnx", ".json"):
        shutil.copy(small.with_suffix(suffix), tmp_path)
    with pytest.raises(ModelError, match=r"base\.weights\.npz"):
        run(folder, tmp_path / "base.onnx")
    (folder / "broken.npz").write_bytes(b"no")
    with pytest.raises(InputError, match=r"broken\.npz"):
        run(folder, small)


def test_a_base_of_two_people_is_refused() -> None:
    network = ActionCnn(NetworkShape(len(BASE), channels=2))
    model = ActionModel(network, BASE, SpmfSettings(people=2), 2.0, 1.0, 0.3)
    demonstration = demonstrations_of([take("nodding")], SpmfSettings())
    with pytest.raises(ModelError, match="2 people"):
        teaching_data.TeachingData(model, demonstration, TeachSettings())


def test_kept_labels_come_first_and_forgotten_ones_are_refused() -> None:
    assert labels_after(BASE, "all", ["b", "a", "standing"]) == (*BASE, "a", "b")
    assert labels_after(BASE, "waving_right, standing", ["a"]) == ("standing", "waving_right", "a")
    with pytest.raises(SettingError, match="cannot keep flying; the base has standing"):
        labels_after(BASE, "flying", ["a"])
    with pytest.raises(InputError, match="nodding of the base would be forgotten"):
        labels_after((*BASE, "nodding"), "all", ["a"])
    assert labels_after((*BASE, "nodding"), "all", ["nodding"]) == (*BASE, "nodding")


def test_warnings_and_table() -> None:
    good = HeldOut(5, 5, 50, 0.9, 1.0, {"standing": 0.1})
    poor = HeldOut(2, 1, 20, 0.5, 0.5, {"standing": 0.4, "waving_left": 0.1})
    alone = HeldOut(1, 1, 0, 0.0, 0.0, {})
    texts = list(warnings({"good": good, "poor": poor, "alone": alone}))
    assert len(texts) == 4
    assert "2 recording(s)" in texts[0]
    assert "one source" in texts[1]
    assert "poor was confused with standing in 40 %" in texts[2]
    assert "alone: 1 recording(s)" in texts[3]
    text = table({"good": good, "alone": alone})
    assert "90 %" in text
    assert "standing 10 %" in text
