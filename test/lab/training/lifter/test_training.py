"""Tiny trainings from start to end, resumed runs, shipped models, and settings files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("torch")
import torch
from lightning_fabric import Fabric

from people_in_view import CAMERA, keypoints_at, standing
from pose_action_ros.cli import main
from pose_action_ros.cli.train import read_settings
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.training.lifter.learners import Learners
from pose_action_ros.lab.training.lifter.run import load_run
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.ship import ship
from pose_action_ros.lab.training.lifter.train import train
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import read_card

ROOT = Path(__file__).resolve().parents[4]
MODULE = "pose_action_ros.lab.training.lifter"


def tiny(folder: Path) -> LifterTraining:
    return LifterTraining(
        performances=0,
        posture_performances=0,
        free_performances=2,
        width=16,
        rounds=2,
        views=128,
        batch=32,
        images=3,
        calibration_views=300,
        threads=1,
        output=str(folder),
        model=str(folder / "tiny.onnx"),
        accelerator="cpu",
    )


def trained(settings: LifterTraining) -> Learners:
    learners = train(settings)
    assert learners is not None
    return learners


def write_config(path: Path, settings: LifterTraining) -> Path:
    path.write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in asdict(settings).items()))
    return path


@pytest.fixture(autouse=True, scope="module")
def few_views() -> Iterator[None]:
    """Fewer views for statistics and tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{MODULE}.robot.STATISTICS_VIEWS", 300)
        patch.setattr(f"{MODULE}.robot.SIMULATED_VIEWS", 100)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run, trained by the command; printed.json is the command's output."""
    place = tmp_path_factory.mktemp("lifter")
    folder = place / "run"
    settings = replace(tiny(folder), performances=1, baseline=True)
    config = write_config(place / "lifter.yaml", settings)
    printed = StringIO()
    with redirect_stdout(printed):
        assert main(["train", "lifter", "--config", str(config), "--set", "seed=3"]) == 0
    (folder / "printed.json").write_text(printed.getvalue(), encoding="utf-8")
    return folder


def test_command_trains_measures_and_exports_a_lifter_for_robots(run: Path) -> None:
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
    assert lifter([keypoints_at(standing(), (0, 0, 3))], CAMERA)[0].present.all()
    with (run / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["round"] for row in rows] == ["0", "1"]
    assert {"loss_exact", "loss_detected_baseline"} <= set(rows[0])


def test_evaluation_beside_the_baseline_writes_tables_and_a_plot(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "lifter", str(run), "--output", str(tmp_path / "report")]) == 0
    printed = capsys.readouterr().out
    for words in ("ground-truth 2D", "detector 2D", "paper's mix", "baseline", "left_wrist"):
        assert words in printed
    files = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert files == ["lifter.csv", "lifter.json", "lifter.md", "lifter.png"]


def test_run_is_exported_again_with_chosen_streams(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exact.onnx"
    assert main(["export", str(run), "--model", str(path), "--streams", "exact"]) == 0
    assert read_card(path, "lifter").settings["streams"] == "exact"
    capsys.readouterr()
    assert main(["export", str(tmp_path), "--model", str(path)]) == 1
    assert "no run in" in capsys.readouterr().err


def test_the_stream_of_detected_keypoints_is_trained_and_exported_alone(tmp_path: Path) -> None:
    settings = replace(tiny(tmp_path), trained="detected", rounds=1)
    learners = trained(settings)
    assert list(learners.by_name()) == ["detected"]
    card = ship(learners, settings, "command")
    assert card.settings["streams"] == "detected"
    assert list(card.scores["mpjpe_by_streams"]) == ["detected"]


def test_loaded_run_equals_the_trained_one_unless_of_another_version(tmp_path: Path) -> None:
    learners = trained(tiny(tmp_path))
    settings, loaded = load_run(tmp_path)
    assert settings.width == 16
    for name, values in learners.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], values)
    with pytest.raises(ModelError, match="a run with other width"):
        train(replace(tiny(tmp_path), width=64))
    state = load_checkpoint(tmp_path / "checkpoint.pt")
    assert state is not None
    state["learners"].pop("learners.exact.lifter.bones.chains")
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    with pytest.raises(ModelError, match="no run of this version"):
        load_run(tmp_path)


def steps(folder: Path) -> int:
    """Steps of the optimizer in a run so far."""
    state = load_checkpoint(folder / "checkpoint.pt")
    assert state is not None
    return int(state["steps"])


def test_each_process_trains_on_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process with the world size of two, first with the rank of one, then of the other."""
    trained(tiny(tmp_path / "alone"))
    monkeypatch.setattr(Fabric, "world_size", 2)
    trained(tiny(tmp_path / "first"))
    assert 0.3 < steps(tmp_path / "first") / steps(tmp_path / "alone") < 0.7
    monkeypatch.setattr(Fabric, "global_rank", 1)
    assert train(tiny(tmp_path / "second")) is None
    assert not (tmp_path / "second").exists()


@pytest.mark.exhaustive
def test_two_processes_train_one_network(tmp_path: Path) -> None:
    settings = tiny(tmp_path / "run")
    config = write_config(tmp_path / "lifter.yaml", settings)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command = [*torchrun, "-m", "pose_action_ros", "train", "lifter", "--config", str(config)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    trained(tiny(tmp_path / "alone"))
    assert 0.3 < steps(tmp_path / "run") / steps(tmp_path / "alone") < 0.7


def test_equal_seeds_give_equal_networks_and_other_seeds_others(tmp_path: Path) -> None:
    def weights(folder: str, seed: int) -> torch.Tensor:
        learners = trained(replace(tiny(tmp_path / folder), seed=seed, rounds=1))
        weight: torch.Tensor = learners.state_dict()["learners.detected.lifter.pose.linear.weight"]
        return weight

    assert torch.equal(weights("a", 1), weights("b", 1))
    assert not torch.equal(weights("a", 1), weights("c", 2))


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"no")
    with pytest.raises(ModelError, match="no checkpoint or is damaged"):
        load_checkpoint(path, {})


def test_settings_without_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no people for the split 'train'"):
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
def test_wrong_settings_are_refused(tmp_path: Path, text: str, change: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_settings(path, [change])


@pytest.mark.parametrize("name", ["train_lifter", "train_lifter_human36m", "compare_lifter"])
def test_configurations_of_the_repository_are_valid(name: str) -> None:
    config = ROOT / "config" / f"{name}.yaml"
    assert read_settings(config, []).rounds > 0
