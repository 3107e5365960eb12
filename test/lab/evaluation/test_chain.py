"""All stages on rendered people, and laws of the figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.cli import main
from pose_action_ros.lab.evaluation.chain import DISTANCES, measure_chain, random_scene
from pose_action_ros.lab.evaluation.settings import ChainRun
from pose_action_ros.simulation.motions.postures import POSTURES


def test_people_are_found_and_figures_agree_with_each_other() -> None:
    report = measure_chain(ChainRun(scenes=2, seconds=2.0, rate=6.0, postures=0.0))
    assert report.images == 2 * 6  # the first second does not count
    assert report.found > 0.8
    assert 0.01 < report.measured.mpjpe / 1000 < 0.15
    assert report.measured.placement.overall.people == report.images
    # Poses are proportional to the assumed height, so the errors differ.
    assert report.assumed.mpjpe != report.measured.mpjpe
    assert sum(group.images for group in report.groups.values()) == report.images
    relative = report.measured.placement.overall.relative
    assert relative is not None
    assert relative < 10


def test_scenes_are_within_the_distances_and_equal_for_a_seed() -> None:
    for seed in range(3):
        scene = random_scene(np.random.default_rng(seed), 4.0)
        away = float(np.hypot(*scene.camera.position[:2]))
        assert DISTANCES[0] <= away < DISTANCES[1]
        resting = random_scene(np.random.default_rng(seed), 4.0, 1.0)
        assert resting.people[0].label_at(1.0) in POSTURES
    first, again = (random_scene(np.random.default_rng(3), 4.0).frame(1.0) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)


def test_command_prints_and_writes_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chain.json"
    options = ["--scenes", "1", "--seconds", "2", "--rate", "2", "--output", str(path)]
    assert main(["evaluate", "chain", *options]) == 0
    printed = capsys.readouterr().out
    assert "true height" in printed
    assert "any distance" in printed
    assert "By stature and posture" in printed
    assert json.loads(path.read_text(encoding="utf-8"))["images"] == 2
