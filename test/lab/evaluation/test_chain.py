"""The chain measured on rendered people, and what its figures must obey."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.cli import main
from pose_action_ros.lab.evaluation.chain import DISTANCES, ChainRun, measure_chain, random_scene


def test_people_are_found_and_figures_agree_with_each_other() -> None:
    report = measure_chain(ChainRun(scenes=2, seconds=2.4, rate=10.0))
    assert report.images == 2 * 14  # the first second does not count
    assert report.found > 0.8
    assert 0.01 < report.measured.mpjpe / 1000 < 0.15
    assert report.measured.placement.overall.people == report.images
    # A height that is off moves everybody in proportion, so it can only be right by luck.
    assert report.assumed.mpjpe != report.measured.mpjpe
    relative = report.measured.placement.overall.relative
    assert relative is not None
    assert relative < 10


def test_scenes_are_between_the_distances_and_the_same_for_a_seed() -> None:
    for seed in range(20):
        scene = random_scene(np.random.default_rng(seed), 4.0)
        away = float(np.hypot(*scene.camera.position[:2]))
        assert DISTANCES[0] <= away < DISTANCES[1]
    first, again = (random_scene(np.random.default_rng(3), 4.0).frame(1.0) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)


def test_the_command_prints_and_keeps_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chain.json"
    options = ["--scenes", "1", "--seconds", "2", "--rate", "4", "--output", str(path)]
    assert main(["evaluate", "chain", *options]) == 0
    printed = capsys.readouterr().out
    assert "height known" in printed
    assert "any distance" in printed
    assert json.loads(path.read_text(encoding="utf-8"))["images"] == 4
