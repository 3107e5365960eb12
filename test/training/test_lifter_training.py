"""Training end to end in seconds, resuming, export and its refusals, settings files."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from people_in_view import CAMERA, seen_at, standing
from pose_action_ros.cli import main
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import ModelCard, read_card
from pose_action_ros.networks.two_stream import MirrorMean, Stream, StreamShape
from pose_action_ros.training.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.training.export import export
from pose_action_ros.training.lifter import train
from pose_action_ros.training.lifter_command import read_settings
from pose_action_ros.training.lifter_settings import LifterTraining

CARD = ModelCard("x", "lifter", "", "Apache-2.0", "test", "coco_18")
NAMES = ("keypoints", "joints")


def tiny(folder: Path) -> LifterTraining:
    return LifterTraining(
        performances=1,
        frames=8,
        width=32,
        rounds=2,
        views=512,
        batch=64,
        threads=1,
        output=str(folder),
        model=str(folder / "tiny.onnx"),
    )


def test_the_command_trains_measures_and_exports_what_a_robot_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pose_action_ros.training.lifter_scores.VIEWS", 200)
    config = tmp_path / "lifter.yaml"
    config.write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in asdict(tiny(tmp_path)).items()))
    assert main(["train", "lifter", "--config", str(config), "--set", "seed=3"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["difference_to_torch_m"] < 1e-4
    card = read_card(tmp_path / "tiny.onnx", "lifter")
    assert card.training["settings"]["seed"] == 3
    assert card.scores["shipped"]["simulated_exact"] == scores["simulated_exact"]
    assert "simulated_exact_third_missing_given_joints" in card.scores["shipped"]
    assert str(tmp_path) not in json.dumps(card.training["settings"])
    lifter = Lifter(LifterSettings(lifter_model=str(tmp_path / "tiny.onnx")))
    assert lifter([seen_at(standing(), (0, 0, 3))], CAMERA)[0].present.all()
    with (tmp_path / "curve.csv").open(encoding="utf-8") as file:
        assert [row["round"] for row in csv.DictReader(file)] == ["0", "1"]


def test_a_resumed_run_ends_where_an_unbroken_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(tiny(tmp_path / "whole")).state_dict()
    settings = tiny(tmp_path / "broken")

    def break_after_first(path: Path, state: dict[str, object]) -> None:
        save_checkpoint(path, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pose_action_ros.training.lifter.save_checkpoint", break_after_first)
        with pytest.raises(KeyboardInterrupt):
            train(settings)
    resumed = train(settings).state_dict()
    for name, values in whole.items():
        torch.testing.assert_close(resumed[name], values)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    settings = tiny(tmp_path)
    save_checkpoint(tmp_path / "checkpoint.pt", {"config": asdict(settings), "round": 1})
    with pytest.raises(ModelError, match="a run with other width"):
        train(replace(settings, width=64))


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"no")
    with pytest.raises(ModelError, match="no checkpoint or is damaged"):
        load_checkpoint(path, {})


def test_nothing_to_train_on_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="nothing to train on"):
        train(replace(tiny(tmp_path), performances=0))


@pytest.mark.parametrize(
    ("text", "change", "message"),
    [
        ("- a\n", "seed=1", "no YAML file"),
        ("3\n", "seed=1", "no YAML file"),
        ("seed: 1\n", "sed=2", "unknown parameter 'sed'"),
        ("seed: one\n", "width=64", "expected int"),
        ("width: 1\n", "seed=1", "expected 8 to 4096"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, text: str, change: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_settings(path, [change])


def example() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(4, 18, 3))).float()


def test_an_export_equals_the_network_for_any_batch(tmp_path: Path) -> None:
    lifter = MirrorMean(Stream(StreamShape(width=32)))
    difference = export(lifter, example(), NAMES, tmp_path / "x.onnx", CARD)
    assert difference < 1e-5
    assert read_card(tmp_path / "x.onnx", "lifter").name == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.json", "x.onnx"]


def test_an_export_that_differs_is_not_written(tmp_path: Path) -> None:
    class Unsteady(torch.nn.Module):
        def forward(self, keypoints: torch.Tensor) -> torch.Tensor:
            self.calls = getattr(self, "calls", 0) + 1
            return keypoints * float(self.calls)

    with pytest.raises(ModelError, match="would differ"):
        export(Unsteady(), example(), NAMES, tmp_path / "x.onnx", CARD)
    assert not list(tmp_path.iterdir())
