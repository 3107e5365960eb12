"""Data sets of actions: their protocols, and the commands."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from pose_action_ros.cli import evaluate_action
from pose_action_ros.cli import search as search_command
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.sequences import bone_lengths
from pose_action_ros.lab.training.action.protocols import inner_splits, reward_split, splits
from pose_action_ros.skeletons import MSR_20
from shared_data import shared

MSR, SBU = "data/msr_action3d", "data/sbu_kinect"
TINY = """
fitting: {epochs: 1, batch: 8}
network: {genotype: "random:0", channels: 4, blocks: 1}
protocol: {samples: 64, views: 1}
spmf: {skeleton: msr_20, joints: left_hand right_hand head, frames: 8, height: 8, width: 8,
  colours: level}
"""


def test_subjects_are_disjoint_and_inner_splits_contain_no_test_subject() -> None:
    (split,) = splits("msr_action3d", shared(MSR), ["as2"])
    train, test = ({item.subjects for item in part} for part in (split.train, split.test))
    assert not train & test
    assert len(train) == len(test) == 5
    inner = reward_split(split)
    inside, held_out = ({item.subjects for item in part} for part in (inner.train, inner.test))
    assert (len(inside), len(held_out)) == (3, 2)
    assert inside | held_out == train
    assert len(inner.train) + len(inner.test) == len(split.train)
    folds = inner_splits(split)
    assert [one.name for one in folds] == [f"as2_inner_{number}" for number in range(1, 6)]
    assert [{item.subjects for item in one.test} for one in folds] == [{s} for s in sorted(train)]
    assert sum(len(one.test) for one in folds) == len(split.train)
    lengths = [bone_lengths([item], MSR_20) for item in (*split.train[:3], *split.test[:3])]
    for own in lengths:  # all bodies have the bones of the training part
        assert own == pytest.approx(lengths[0], abs=1e-6)


def test_every_fold_is_tested_once() -> None:
    folds = splits("sbu_kinect", shared(SBU))
    assert [len(split.test) for split in folds] == [55, 52, 56, 54, 65]
    assert all(len(split.train) + len(split.test) == 282 for split in folds)


def evaluate(folder: Path, *words: str) -> int:
    config = folder / "tiny.yaml"
    config.write_text(TINY)
    parser = argparse.ArgumentParser()
    evaluate_action.configure(parser)
    common = ["--dataset", "msr_action3d", "--data", str(shared(MSR)), "--config", str(config)]
    args = parser.parse_args([*common, "--output", str(folder / "out"), "--seeds", "1", *words])
    return evaluate_action.run(args)


def test_evaluate_action_tests_resumes_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1") == 0
    first = capsys.readouterr().out
    saved = json.loads((tmp_path / "out" / "action.json").read_text())
    assert [one["split"] for one in saved] == ["as1"]
    assert sum(saved[0]["broken"]) == 8
    assert "not broken" in first
    assert (tmp_path / "out" / "as1.png").is_file()
    run = tmp_path / "out" / "runs" / "as1_1.json"
    before = run.stat().st_mtime_ns
    assert evaluate(tmp_path, "--splits", "as1", "--controls", "1") == 0
    assert run.stat().st_mtime_ns == before
    second = capsys.readouterr().out
    table = (tmp_path / "out" / "controls.md").read_text()
    assert second == first.replace("wrote", f"{table}\nwrote")
    for row in ("searched cells", "random cells (1)", "hand-made network", "JET colours"):
        assert row in table
    for folder in ("random_0", "cnn", "jet"):
        assert (tmp_path / "out" / folder / "runs" / "as1_1.json").is_file()
    with pytest.raises(SettingError, match="other settings"):
        evaluate(tmp_path, "--splits", "as1", "--network", "cnn")
    with pytest.raises(SettingError, match="no split as9; there are as1"):
        evaluate(tmp_path, "--splits", "as9")


@pytest.mark.exhaustive
def test_evaluate_action_cross_validates_by_subject(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1", "--inner") == 0
    names = [f"as1_inner_{number}" for number in range(1, 6)]
    assert f"mean of {', '.join(names)}" in capsys.readouterr().out
    assert (tmp_path / "out" / "as1_inner_5.png").is_file()


def test_an_invalid_seed_of_a_genotype_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="expected a number after 'random:'"):
        evaluate(tmp_path, "--splits", "as1", "--genotype", "random:x")


def test_a_search_on_a_data_set_uses_its_training_part_only(tmp_path: Path) -> None:
    config = tmp_path / "search.yaml"
    config.write_text(
        "search: {epochs: 2, warm_up: 1, steps: 1, updates: 1, architectures: 2, candidates: 2, "
        "channels: 4, batch: 8, reward_batch: 8, nodes: 2}\n"
        "network: {channels: 4, blocks: 1}\n"
        "spmf: {skeleton: msr_20, joints: left_hand right_hand head, frames: 8, height: 16, "
        "width: 8}\n"
    )
    parser = argparse.ArgumentParser()
    search_command.configure(parser)
    words = ["--config", str(config), "--dataset", "msr_action3d", "--data", str(shared(MSR))]
    output = ["--output", str(tmp_path / "found")]
    with pytest.raises(SettingError, match="needs --data"):
        search_command.run(parser.parse_args([*words[:4], *output]))
    with pytest.raises(SettingError, match="no split as9"):
        search_command.run(parser.parse_args([*words, "--split", "as9", *output]))
    assert search_command.run(parser.parse_args([*words, "--split", "as1", *output])) == 0
    for name in ("genotype.json", "cells.png", "rewards.png", "curve.csv"):
        assert (tmp_path / "found" / name).is_file()
