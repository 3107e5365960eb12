"""Training end to end in seconds, resuming, export and its refusals, settings files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from people_in_view import CAMERA, seen_at, standing
from pose_action_ros.cli import main
from pose_action_ros.cli.train_lifter import read_settings
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.networks.lifter import BoneLengths, Exported, RobotLifter
from pose_action_ros.lab.networks.two_stream import StreamShape
from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.lifter.learners import Learners
from pose_action_ros.lab.training.lifter.run import load_run
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.train import train
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import ModelCard, read_card

ROOT = Path(__file__).resolve().parents[4]
CARD = ModelCard("x", "lifter", "", "Apache-2.0", "test", "coco_18")
NAMES = ("keypoints", ("joints", "scores"))


def tiny(folder: Path) -> LifterTraining:
    return LifterTraining(
        performances=1,
        free_performances=2,
        frames=8,
        width=32,
        rounds=2,
        views=512,
        batch=64,
        threads=1,
        baseline=True,
        output=str(folder),
        model=str(folder / "tiny.onnx"),
        accelerator="cpu",
    )


def trained(settings: LifterTraining) -> Learners:
    learners = train(settings)
    assert learners is not None
    return learners


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """The folder of a tiny run, trained by the command; printed.json is what that printed."""
    monkeypatch.setattr("pose_action_ros.lab.training.lifter.robot_source.MADE_UP_VIEWS", 200)
    config = tmp_path / "lifter.yaml"
    folder = tmp_path / "run"
    config.write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in asdict(tiny(folder)).items()))
    assert main(["train", "lifter", "--config", str(config), "--set", "seed=3"]) == 0
    (folder / "printed.json").write_text(capsys.readouterr().out, encoding="utf-8")
    return folder


def test_the_command_trains_measures_and_exports_what_a_robot_runs(run: Path) -> None:
    scores = json.loads((run / "printed.json").read_text(encoding="utf-8"))
    card = read_card(run / "tiny.onnx", "lifter")
    assert card.scores == scores
    assert card.training["settings"]["seed"] == 3
    assert set(scores["mpjpe_by_streams"]) == {"both", "exact", "detected"}
    best = min(scores["mpjpe_by_streams"].values())
    assert scores["shipped"]["all"]["mpjpe"] == best
    assert 0 <= scores["shipped"]["all"]["score_calibration_error"] <= 1
    assert str(run) not in json.dumps(card.training["settings"])
    lifter = Lifter(LifterSettings(lifter_model=str(run / "tiny.onnx")))
    assert lifter([seen_at(standing(), (0, 0, 3))], CAMERA)[0].present.all()
    with (run / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["round"] for row in rows] == ["0", "1"]
    assert {"loss_exact", "loss_detected_baseline"} <= set(rows[0])


def test_a_run_is_measured_beside_the_baseline_with_tables_and_a_picture(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "lifter", str(run), "--output", str(tmp_path / "report")]) == 0
    printed = capsys.readouterr().out
    for words in ("ground-truth 2D", "detector 2D", "paper's mix", "baseline", "left_wrist"):
        assert words in printed
    kept = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert kept == ["lifter.csv", "lifter.json", "lifter.md", "lifter.png"]


def test_a_run_is_exported_again_with_the_streams_that_are_wanted(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exact.onnx"
    assert main(["export", str(run), "--model", str(path), "--streams", "exact"]) == 0
    assert read_card(path, "lifter").settings["streams"] == "exact"
    capsys.readouterr()
    assert main(["export", str(tmp_path), "--model", str(path)]) == 1
    assert "no run in" in capsys.readouterr().err


def test_a_loaded_run_is_the_trained_one(tmp_path: Path) -> None:
    learners = trained(tiny(tmp_path))
    settings, loaded = load_run(tmp_path)
    assert settings.width == 32
    for name, values in learners.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], values)


def test_a_run_of_another_version_is_told(tmp_path: Path) -> None:
    trained(tiny(tmp_path))
    state = load_checkpoint(tmp_path / "checkpoint.pt")
    assert state is not None
    state["learners"].pop("learners.exact.lifter.bones.chains")
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    with pytest.raises(ModelError, match="no run of this version"):
        load_run(tmp_path)


def test_a_resumed_run_ends_where_an_unbroken_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(tiny(tmp_path / "whole")).state_dict()
    settings = tiny(tmp_path / "broken")

    def break_after_first(path: Path, state: dict[str, object]) -> None:
        save_checkpoint(path, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(
            "pose_action_ros.lab.training.lifter.train.save_checkpoint", break_after_first
        )
        with pytest.raises(KeyboardInterrupt):
            train(settings)
    resumed = trained(settings).state_dict()
    for name, values in whole.items():
        torch.testing.assert_close(resumed[name], values)


def test_two_processes_train_one_network(tmp_path: Path) -> None:
    settings = tiny(tmp_path / "run")
    config = tmp_path / "lifter.yaml"
    config.write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in asdict(settings).items()))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command = [*torchrun, "-m", "pose_action_ros", "train", "lifter", "--config", str(config)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    # Each process takes half of the views, so the steps are half as many as alone.
    state = load_checkpoint(tmp_path / "run/checkpoint.pt")
    assert state is not None
    alone = tmp_path / "alone"
    trained(tiny(alone))
    single = load_checkpoint(alone / "checkpoint.pt")
    assert single is not None
    assert 0.3 < state["schedule"]["last_epoch"] / single["schedule"]["last_epoch"] < 0.6


def test_another_seed_gives_another_network_and_the_same_seed_the_same(tmp_path: Path) -> None:
    def weights(folder: str, seed: int) -> torch.Tensor:
        learners = trained(replace(tiny(tmp_path / folder), seed=seed, rounds=1))
        weight: torch.Tensor = learners.state_dict()["learners.detected.lifter.pose.linear.weight"]
        return weight

    assert torch.equal(weights("a", 1), weights("b", 1))
    assert not torch.equal(weights("a", 1), weights("c", 2))


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    settings = tiny(tmp_path)
    trained(settings)
    with pytest.raises(ModelError, match="a run with other width"):
        train(replace(settings, width=64))


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"no")
    with pytest.raises(ModelError, match="no checkpoint or is damaged"):
        load_checkpoint(path, {})


def test_nothing_to_train_on_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="nothing to train on"):
        train(replace(tiny(tmp_path), performances=0, free_performances=0))


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


@pytest.mark.parametrize("name", ["train_lifter", "train_lifter_human36m", "compare_lifter"])
def test_the_configurations_of_the_repository_are_right(name: str) -> None:
    config = ROOT / "config" / f"{name}.yaml"
    assert read_settings(config, []).rounds > 0


def example() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(4, 18, 3))).float()


def test_an_export_equals_the_network_for_any_batch(tmp_path: Path) -> None:
    lifter = RobotLifter(StreamShape(width=32), BoneLengths(np.ones(16), np.ones(16) * 2))
    difference = export(Exported(lifter), example(), NAMES, tmp_path / "x.onnx", CARD)
    assert difference < 1e-4
    assert read_card(tmp_path / "x.onnx", "lifter").name == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.json", "x.onnx"]


def test_an_export_that_differs_is_not_written(tmp_path: Path) -> None:
    class Unsteady(torch.nn.Module):
        def forward(self, keypoints: torch.Tensor) -> torch.Tensor:
            self.calls = getattr(self, "calls", 0) + 1
            return keypoints * float(self.calls)

    with pytest.raises(ModelError, match="would differ"):
        export(Unsteady(), example(), ("keypoints", ("joints",)), tmp_path / "x.onnx", CARD)
    assert not list(tmp_path.iterdir())
