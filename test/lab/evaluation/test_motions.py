"""Answers for recorded motions: what is right, false, an alarm and a fall."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mocap_files import write_mocap
from pose_action_ros import cli
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.open import read_captures
from pose_action_ros.lab.datasets.person import OUTPUT_ROWS
from pose_action_ros.lab.evaluation.motions import (
    MotionAnswers,
    MotionReport,
    measure_motions,
    motion_poses,
    motion_table,
    motion_text,
)
from pose_action_ros.lab.evaluation.settings import RecogniserRun


def answers(truth: str, *labels: str) -> MotionAnswers:
    return MotionAnswers("one", truth, 36.0, labels)


def test_false_alarms_are_changes_to_false_specific_labels() -> None:
    one = answers("other", "standing", "waving", "waving", "unknown", "falling", "standing")
    assert one.alarms() == ["waving", "falling"]
    assert one.false == ["waving", "waving", "falling"]
    assert one.alarms("falling") == ["falling"]
    assert answers("waving", "waving", "unknown", "waving").alarms() == []
    assert answers("falling", "falling").alarms("falling") == []


def test_report_adds_up() -> None:
    motions = (
        answers("waving", "standing", "waving", "waving", "bowing"),
        answers("waving", "standing", "unknown"),
        answers("other", "falling", "standing", "falling", "unknown"),
        answers("ambiguous", "bowing", "falling"),
    )
    report = MotionReport(motions)
    assert report.hours == pytest.approx(0.03)
    assert report.alarms == {"bowing": 1, "falling": 2}
    assert report.falls == 2
    rows = {row[0]: row[1:] for row in motion_table(report).rows}
    assert rows["waving"][:4] == ("2", "1.2", "33.3", "50.0")
    assert rows["waving"][4:] == ("16.7", "50", "bowing 1")
    assert rows["other"][2:6] == ("-", "-", "50.0", "200")
    assert rows["all"][0] == "3"
    assert "100.0 false alarms per hour (falling 2, bowing 1), 66.7 false falls per hour" in (
        motion_text(report)
    )


def test_poses_are_the_exact_ones_of_an_upright_camera(tmp_path: Path) -> None:
    (capture,) = read_captures(write_mocap(tmp_path / "walk.npz", frames=30, noise=0.02))
    poses = list(motion_poses(capture, 15.0, np.random.default_rng(0)))
    assert [stamp for stamp, _ in poses] == pytest.approx(np.arange(15) / 15)
    for row, (_, pose) in zip(range(0, 30, 2), poses, strict=True):
        true = capture.joints[row][OUTPUT_ROWS]
        apart = np.linalg.norm(true[:, None] - true, axis=-1)
        found = np.linalg.norm(pose.points[:, None] - pose.points, axis=-1)
        np.testing.assert_allclose(found, apart, atol=1e-9)  # the same body
        assert pose["head_top"].y < pose["mid_hip"].y  # y down
        assert pose["mid_hip"].z > 1  # before the camera


def test_labels_that_are_none_of_the_model_are_others(tmp_path: Path, action_model: Path) -> None:
    run = RecogniserRun(action_model=str(action_model), cameras=2)
    path = write_mocap(tmp_path / "walk.npz", frames=90)
    assert [one.truth for one in measure_motions([path], run).motions] == ["other", "other"]
    path = write_mocap(tmp_path / "walk.npz", frames=90, labels=["bowing"])
    report = measure_motions([path], replace(run, cameras=1))
    assert [(one.truth, one.seconds, len(one.labels)) for one in report.motions] == [
        ("bowing", 3.0, 12)
    ]


def test_command(tmp_path: Path, action_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_mocap(tmp_path / "walk.npz", frames=90)
    words = ["evaluate", "recogniser", "--action-model", str(action_model), "--data", str(path)]
    assert cli.main([*words, "--output", str(tmp_path / "out")]) == 0
    assert "false falls per hour, in 0.00 h" in capsys.readouterr().out
    rows = (tmp_path / "out" / "motions.csv").read_text(encoding="utf-8").splitlines()
    assert rows[1].startswith("a,other,3.00,12,0,")
    assert cli.main([*words, "--films", str(path)]) == 1
    assert "expected one of them" in capsys.readouterr().err
    with pytest.raises(InputError, match="does not exist"):
        measure_motions([tmp_path / "none.npz"], RecogniserRun(action_model=str(action_model)))
