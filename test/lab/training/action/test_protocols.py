"""Data sets of actions: their protocols, sequences as augmented images, and the commands."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from action_files import optical_people
from pose_action_ros.cli import search as search_command
from pose_action_ros.cli.evaluate import Action
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.sequences import ActionSequence, bone_lengths
from pose_action_ros.lab.training.action.protocols import (
    SequenceExamples,
    augment,
    inner_splits,
    reward_split,
    sample,
    splits,
)
from pose_action_ros.lab.training.action.settings import Augmentation
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.skeletons import MSR_20, SBU_15
from shared_data import SHARED, needs_shared

MSR, SBU = ((SHARED or Path()) / "data" / name for name in ("msr_action3d", "sbu_kinect"))
TINY = """
fitting: {epochs: 1, batch: 8}
network: {genotype: "random:0", channels: 4, blocks: 1}
protocol: {copies: 1, views: 1}
spmf: {skeleton: msr_20, joints: left_hand right_hand head, frames: 8, height: 16, width: 8}
"""
SPMF = SpmfSettings(skeleton="msr_20", joints="left_hand right_hand head", frames=8, height=24)
NONE = Augmentation(crop=0, warp=0, tilt=0, turn=0, scale=0, offset=0, jitter=0)


def sequence(seed: int, people: int = 1, joints: int = 20, label: int = 0) -> ActionSequence:
    points = optical_people(seed, 12, people, joints)
    return ActionSequence(f"s{seed}", points, label, ("a", "b")[:people], 15.0)


def test_augmentation_without_changes_is_the_whole_sequence() -> None:
    points = sequence(0).points
    same = augment(points, MSR_20, 8, NONE, np.random.default_rng(0))
    whole = sample(points, np.linspace(0, 1, 8))
    assert same == pytest.approx(whole - whole[:1, :1, :1])


def test_sampling_keeps_the_ends_and_is_linear_between_frames() -> None:
    points = sequence(0).points
    found = sample(points, np.array([0.0, 0.5 / 11, 1.0]))
    assert found[0] == pytest.approx(points[0])
    assert found[1] == pytest.approx((points[0] + points[1]) / 2)
    assert found[2] == pytest.approx(points[-1])


def test_augmentation_has_the_size_of_its_settings() -> None:
    rng, points = np.random.default_rng(0), sequence(0).points
    whole = augment(points, MSR_20, 8, NONE, rng)
    apart = [
        np.abs(augment(points, MSR_20, 8, replace(NONE, offset=0.01), rng) - whole).mean()
        for _ in range(50)
    ]
    assert np.mean(apart) == pytest.approx(0.01 * np.sqrt(2 / np.pi), rel=0.1)
    for _ in range(20):
        turned = augment(points, MSR_20, 8, replace(NONE, turn=40.0), rng)
        assert turned[..., 1] == pytest.approx(whole[..., 1])
        assert np.linalg.norm(turned, axis=-1) == pytest.approx(np.linalg.norm(whole, axis=-1))


def test_half_of_the_sequences_are_mirrored_with_the_setting() -> None:
    rng, points = np.random.default_rng(0), sequence(0, people=2, joints=15).points
    mirrored = replace(NONE, mirror=True)
    whole = sample(points, np.linspace(0, 1, 8))
    orders = (whole, whole[:, ::-1])
    expected = [*orders, *(one[:, :, SBU_15.mirror] * [-1, 1, 1] for one in orders)]
    found = []
    for _ in range(60):
        changed = augment(points, SBU_15, 8, mirrored, rng)
        same = [np.allclose(changed, one - one[:1, :1, :1]) for one in expected]
        assert sum(same) == 1
        found.append(same.index(True))
    assert np.bincount(found, minlength=4).min() > 5


def test_sequences_are_drawn_equally_often_and_determined_by_the_seed() -> None:
    items = [sequence(number, label=number % 3) for number in range(7)]
    examples = SequenceExamples(items, 3, SPMF, Augmentation())
    images, labels = examples.draw(21, np.random.default_rng(4))
    assert images.shape == (21, *SPMF.shape)
    assert np.bincount(labels).tolist() == [9, 6, 6]
    again, _ = examples.draw(21, np.random.default_rng(4))
    assert (images == again).all()


def test_unchanged_images_are_those_of_the_sequences() -> None:
    item = sequence(3)
    examples = SequenceExamples([item], 1, SPMF, Augmentation())
    points = sample(item.points, np.linspace(0, 1, 8))[:, 0]
    assert (examples.images[0] == enhanced_spmf(points, SPMF)).all()


def test_the_order_of_two_people_is_random() -> None:
    points = sequence(0, people=2, joints=15).points
    rng = np.random.default_rng(0)
    whole = sample(points, np.linspace(0, 1, 8))
    kept = [
        np.allclose(augment(points, MSR_20, 8, NONE, rng), whole - whole[:1, :1, :1])
        for _ in range(40)
    ]
    assert 8 < sum(kept) < 32
    spmf = replace(SPMF, skeleton="sbu_15", people=2, height=32)
    examples = SequenceExamples([sequence(0, 2, 15)], 1, spmf, Augmentation())
    assert examples.images.shape == (1, *spmf.shape)


@needs_shared
def test_subjects_are_disjoint_and_inner_splits_contain_no_test_subject() -> None:
    (split,) = splits("msr_action3d", MSR, ["as2"])
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


@needs_shared
def test_every_fold_is_tested_once() -> None:
    folds = splits("sbu_kinect", SBU)
    assert [len(split.test) for split in folds] == [55, 52, 56, 54, 65]
    assert all(len(split.train) + len(split.test) == 282 for split in folds)


def evaluate(folder: Path, *words: str) -> int:
    config = folder / "tiny.yaml"
    config.write_text(TINY)
    parser = argparse.ArgumentParser()
    Action.configure(parser)
    common = ["--dataset", "msr_action3d", "--data", str(MSR), "--config", str(config)]
    args = parser.parse_args([*common, "--output", str(folder / "out"), "--seeds", "1", *words])
    return Action.run(args)


@needs_shared
def test_evaluate_action_tests_resumes_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1") == 0
    first = capsys.readouterr().out
    saved = json.loads((tmp_path / "out" / "action.json").read_text())
    assert [one["split"] for one in saved] == ["as1"]
    assert (tmp_path / "out" / "as1.png").is_file()
    run = tmp_path / "out" / "runs" / "as1_1.json"
    before = run.stat().st_mtime_ns
    assert evaluate(tmp_path, "--splits", "as1", "--controls", "1") == 0
    assert run.stat().st_mtime_ns == before
    second = capsys.readouterr().out
    table = (tmp_path / "out" / "controls.md").read_text()
    assert second == first.replace("wrote", f"{table}\nwrote")
    for row in ("searched cells", "random cells (1)", "hand-made network"):
        assert row in table
    for folder in ("random_0", "cnn"):
        assert (tmp_path / "out" / folder / "runs" / "as1_1.json").is_file()
    with pytest.raises(SettingError, match="other settings"):
        evaluate(tmp_path, "--splits", "as1", "--network", "cnn")
    with pytest.raises(SettingError, match="no split as9; there are as1"):
        evaluate(tmp_path, "--splits", "as9")


@needs_shared
@pytest.mark.exhaustive
def test_evaluate_action_cross_validates_by_subject(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tmp_path, "--splits", "as1", "--inner") == 0
    names = [f"as1_inner_{number}" for number in range(1, 6)]
    assert f"mean of {', '.join(names)}" in capsys.readouterr().out
    assert (tmp_path / "out" / "as1_inner_5.png").is_file()


@needs_shared
def test_an_invalid_seed_of_a_genotype_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="expected a number after 'random:'"):
        evaluate(tmp_path, "--splits", "as1", "--genotype", "random:x")


@needs_shared
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
    words = ["--config", str(config), "--dataset", "msr_action3d", "--data", str(MSR)]
    output = ["--output", str(tmp_path / "found")]
    with pytest.raises(SettingError, match="needs --data"):
        search_command.run(parser.parse_args([*words[:4], *output]))
    with pytest.raises(SettingError, match="no split as9"):
        search_command.run(parser.parse_args([*words, "--split", "as9", *output]))
    assert search_command.run(parser.parse_args([*words, "--split", "as1", *output])) == 0
    for name in ("genotype.json", "cells.png", "rewards.png", "curve.csv"):
        assert (tmp_path / "found" / name).is_file()
