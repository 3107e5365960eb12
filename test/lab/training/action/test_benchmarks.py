"""Data sets under their protocols: who is trained on, who is measured on, and the commands."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from pose_action_ros.cli import evaluate_action as evaluate_command
from pose_action_ros.cli import search as search_command
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.sequences import bone_lengths
from pose_action_ros.lab.training.action.protocols import inner_splits, reward_split, splits
from pose_action_ros.skeletons import MSR_20
from shared_data import SHARED, needs_shared

pytestmark = needs_shared
MSR, SBU = ((SHARED or Path()) / "data" / name for name in ("msr_action3d", "sbu_kinect"))

TINY = """
fitting: {epochs: 1, batch: 8}
network: {genotype: "random:0", channels: 4, blocks: 1}
protocol: {copies: 1, views: 1}
spmf: {skeleton: msr_20, joints: left_hand right_hand head, frames: 8, height: 16, width: 8}
"""


def evaluate(folder: Path, *words: str) -> int:
    config = folder / "tiny.yaml"
    config.write_text(TINY)
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    common = ["--dataset", "msr_action3d", "--data", str(MSR), "--config", str(config)]
    args = parser.parse_args([*common, "--output", str(folder / "out"), "--seeds", "1", *words])
    return evaluate_command.run(args)


def test_cross_subject_splits_share_nobody_and_choices_see_no_test_subject() -> None:
    for split in splits("msr_action3d", MSR):
        train, test = ({item.subjects for item in part} for part in (split.train, split.test))
        assert not train & test
        assert len(train) == len(test) == 5
        inner = reward_split(split)
        inside, held_out = ({item.subjects for item in part} for part in (inner.train, inner.test))
        assert (len(inside), len(held_out)) == (3, 2)
        assert inside | held_out == train
        assert len(inner.train) + len(inner.test) == len(split.train)
        turns = inner_splits(split)
        assert [{item.subjects for item in one.test} for one in turns] == [
            {s} for s in sorted(train)
        ]
        assert sum(len(one.test) for one in turns) == len(split.train)


def test_all_bodies_have_the_bones_of_the_training_part() -> None:
    split = splits("msr_action3d", MSR)[0]
    lengths = [bone_lengths([item], MSR_20) for item in (*split.train[:3], *split.test[:3])]
    for own in lengths:
        assert own == pytest.approx(lengths[0], abs=1e-6)


def test_every_fold_is_measured_once() -> None:
    found = splits("sbu_kinect", SBU)
    assert [len(split.test) for split in found] == [55, 52, 56, 54, 65]
    assert all(len(split.train) + len(split.test) == 282 for split in found)


def test_evaluate_action_measures_keeps_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1", "--inner") == 0
    first = capsys.readouterr().out
    names = [f"as1_inner_{number}" for number in range(1, 6)]
    assert f"mean of {', '.join(names)}" in first
    kept = json.loads((tmp_path / "out" / "action.json").read_text())
    assert [one["split"] for one in kept] == names
    assert (tmp_path / "out" / "as1_inner_5.png").is_file()
    run = tmp_path / "out" / "runs" / "as1_inner_1_1.json"
    before = run.stat().st_mtime_ns
    assert evaluate(tmp_path, "--splits", "as1", "--inner") == 0
    assert run.stat().st_mtime_ns == before
    assert capsys.readouterr().out == first
    with pytest.raises(SettingError, match="other settings"):
        evaluate(tmp_path, "--splits", "as1", "--inner", "--network", "cnn")
    with pytest.raises(SettingError, match="no split as9; there are as1"):
        evaluate(tmp_path, "--splits", "as9")


def test_controls_are_trained_alike_and_make_three_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1", "--controls", "2") == 0
    table = (tmp_path / "out" / "controls.md").read_text()
    assert table in capsys.readouterr().out
    for row in ("searched cells", "random cells (2)", "hand-made network"):
        assert row in table
    for folder in ("random_0", "random_1", "cnn"):
        assert (tmp_path / "out" / folder / "runs" / "as1_1.json").is_file()


def test_a_genotype_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="expected a number after 'random:'"):
        evaluate(tmp_path, "--splits", "as1", "--inner", "--genotype", "random:x")


def test_a_search_on_a_data_set_looks_at_its_training_part_alone(tmp_path: Path) -> None:
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
    words = ["--config", str(config), "--dataset", "msr_action3d", "--data", str(MSR)]
    with pytest.raises(SettingError, match="needs --data"):
        search_command.run(parser.parse_args([*words[:4], "--output", str(tmp_path)]))
    other = [*words, "--split", "as9", "--output", str(tmp_path)]
    with pytest.raises(SettingError, match="no split as9"):
        search_command.run(parser.parse_args(other))
    output = tmp_path / "found"
    assert search_command.run(parser.parse_args([*words, "--output", str(output)])) == 0
    for name in ("genotype.json", "cells.png", "rewards.png", "curve.csv"):
        assert (output / name).is_file()
