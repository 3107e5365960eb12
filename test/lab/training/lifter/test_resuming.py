"""Interrupted and prolonged runs, their batches and their progress bar, with random data."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.networks.checkpoints import save_checkpoint
from pose_action_ros.lab.training.lifter.batches import Shuffled, ahead
from pose_action_ros.lab.training.lifter.human36m import human36m_learners
from pose_action_ros.lab.training.lifter.learners import Batch, Learner
from pose_action_ros.lab.training.lifter.schedule import WARM_UP, Schedule
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.train import train

MODULE = "pose_action_ros.lab.training.lifter"
STEPS = 4
"""Of a round."""


class RandomSource:
    """See Source; the remainder of a batch is not trained on."""

    def __init__(self, settings: LifterTraining, *_: int) -> None:
        self._settings = settings

    def learners(self) -> Mapping[str, Learner]:
        return human36m_learners(self._settings)

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:
        return {name: random_views(count, rng) for name in ("exact", "detected")}


def random_views(count: int, rng: np.random.Generator) -> Batch:
    inputs, joints = rng.normal(size=(count, 16, 2)), rng.normal(size=(count, 17, 3))
    keypoints, poses = torch.from_numpy(inputs).float(), torch.from_numpy(joints).float()
    return Batch(keypoints, poses, torch.ones(poses.shape[:2]))


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.train.open_source", RandomSource)


def tiny(folder: Path) -> LifterTraining:
    return LifterTraining(
        output=str(folder),
        width=16,
        rounds=4,
        views=64 + 5,
        batch=16,
        threads=1,
        checkpoint_minutes=0.0,
        accelerator="cpu",
    )


def weights(settings: LifterTraining) -> dict[str, torch.Tensor]:
    learners = train(settings)
    assert learners is not None
    return dict(learners.state_dict())


def interrupt(monkeypatch: pytest.MonkeyPatch, settings: LifterTraining, checkpoints: int) -> None:
    """Run until the second step after so many checkpoints, one after each step."""
    saved: list[Path] = []

    def stop(path: Path, state: Mapping[str, Any]) -> None:
        if len(saved) == checkpoints:
            raise KeyboardInterrupt
        if path.name == "checkpoint.pt":
            saved.append(path)
        save_checkpoint(path, state)

    with monkeypatch.context() as patch:
        patch.setattr(f"{MODULE}.progress.save_checkpoint", stop)
        with pytest.raises(KeyboardInterrupt):
            train(settings)


def assert_equal(ours: Mapping[str, torch.Tensor], others: Mapping[str, torch.Tensor]) -> None:
    assert ours.keys() == others.keys()
    for name, values in ours.items():
        assert torch.equal(values, others[name]), name


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("checkpoints", [1, STEPS, 2 * STEPS + 3])
def test_resumed_run_equals_an_uninterrupted_one(
    checkpoints: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = weights(tiny(tmp_path / "whole"))
    settings = tiny(tmp_path / "interrupted")
    interrupt(monkeypatch, settings, checkpoints)
    assert_equal(weights(settings), whole)
    assert curve(tmp_path / "interrupted") == curve(tmp_path / "whole")
    assert [row["round"] for row in curve(tmp_path / "whole")] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("checkpoints", [2, 4 * STEPS - 1, 10_000])
def test_prolonged_run_equals_one_that_was_longer_from_the_start(
    checkpoints: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an interruption before the rate falls, one while it falls, and a whole run."""
    longer = weights(replace(tiny(tmp_path / "longer"), rounds=7))
    settings = tiny(tmp_path / "prolonged")
    if checkpoints < 4 * STEPS:
        interrupt(monkeypatch, settings, checkpoints)
    else:
        train(settings)
    assert_equal(weights(replace(settings, rounds=7)), longer)
    assert curve(tmp_path / "prolonged") == curve(tmp_path / "longer")


def test_run_with_another_setting_is_refused(tmp_path: Path) -> None:
    settings = replace(tiny(tmp_path), rounds=2)
    train(settings)
    changed = replace(settings, rounds=3, batch=8, dropout=0.5)
    with pytest.raises(ModelError, match=r"other batch \(16, now 8\), dropout \(0\.25, now 0\.5\)"):
        train(changed)
    train(replace(settings, threads=2, checkpoint_minutes=5.0))


def test_run_is_not_shortened_after_its_rate_falls(tmp_path: Path) -> None:
    train(tiny(tmp_path))
    with pytest.raises(ModelError, match=r"no checkpoint of a run of 2 rounds before"):
        train(replace(tiny(tmp_path), rounds=2))


def test_progress_bar_of_a_resumed_run_counts_all_views(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(tiny(tmp_path), rounds=2)
    interrupt(monkeypatch, settings, 3)
    capsys.readouterr()
    train(settings)
    lines = capsys.readouterr().err.split("\r")
    assert "| 48.0/128 [" in next(line for line in lines if "/128" in line)
    assert "100%|" in lines[-1]
    assert "| 128/128 [" in lines[-1]
    assert "views/s]" in lines[-1]


def test_round_without_a_full_batch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="got 69 views in a round of a process, expected at"):
        train(replace(tiny(tmp_path), batch=128))


def test_batches_of_a_round_are_a_permutation_of_its_views() -> None:
    rng = np.random.default_rng(0)
    views = {name: random_views(60, rng) for name in ("exact", "detected")}
    shuffled = Shuffled.of(views, 60, rng)
    assert shuffled.steps(12) == 5
    batches = [shuffled.batch(step, 12) for step in range(5)]
    for name, whole in views.items():
        inputs = torch.cat([batch[name].inputs for batch in batches])
        joints = torch.cat([batch[name].joints for batch in batches])
        assert not torch.equal(inputs, whole.inputs)
        rows = [whole.inputs.tolist().index(row) for row in inputs.tolist()]
        assert sorted(rows) == list(range(60))
        assert torch.equal(joints, whole.joints[rows])


def test_items_are_made_ahead_in_order() -> None:
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number * 10

    assert list(ahead(make, range(4))) == [0, 10, 20, 30]
    assert made == [0, 1, 2, 3]
    assert list(ahead(make, range(0))) == []


def test_error_of_an_item_is_raised_in_its_turn() -> None:
    def make(number: int) -> float:
        return 1 / number

    items: Iterator[float] = ahead(make, [1, 2, 0])
    assert [next(items), next(items)] == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(items)


@pytest.mark.parametrize("rounds", [1, 2, 7, 170])
def test_rate_rises_stays_and_falls_to_zero(rounds: int) -> None:
    schedule = Schedule(rounds, 256)
    assert schedule.factor(0, 0.0) <= 1 / WARM_UP
    assert schedule.factor(WARM_UP, schedule.decay) == 1
    assert schedule.factor(WARM_UP, rounds) == 0
    later = [schedule.factor(WARM_UP, progress) for progress in np.linspace(0, rounds, 50)]
    assert sorted(later, reverse=True) == later


def test_rate_before_the_fall_is_that_of_a_longer_run() -> None:
    short, long = Schedule(10, 1024), Schedule(15, 1024)
    assert long.decay >= short.decay
    for progress in np.linspace(0, short.decay, 9):
        assert short.factor(40, float(progress)) == long.factor(40, float(progress))
    assert short.factor(WARM_UP, 0.0) == 2
