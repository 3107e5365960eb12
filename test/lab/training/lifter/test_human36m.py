"""The paper's lifter on Human3.6M: files in its layout, training, errors computed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("torch")
import torch

from human36m_files import (
    CAMERAS,
    JOINTS_32,
    SEQUENCES,
    optical,
    people,
    write_cameras,
    write_folder,
)
from pose_action_ros.cli import main
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.human36m.recordings import TEST_SUBJECTS, TRAIN_SUBJECTS
from pose_action_ros.lab.networks.two_stream import Standardise
from pose_action_ros.lab.training.lifter.human36m import Human36mSource, human36m_held_out
from pose_action_ros.lab.training.lifter.learners import Inputs, predict
from pose_action_ros.lab.training.lifter.run import load_run
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
FRAMES = sum(SEQUENCES.values()) * len(CAMERAS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All subjects of the protocol, each with its own cameras."""
    place = tmp_path_factory.mktemp("human36m") / "h36m"
    place.mkdir()
    cameras = {s: write_folder(place, s) for s in (*TRAIN_SUBJECTS, *TEST_SUBJECTS)}
    write_cameras(place / "cameras.h5", cameras)
    return place


def settings(folder: Path) -> LifterTraining:
    return LifterTraining(
        human36m=str(folder),
        width=16,
        rounds=1,
        views=128,
        batch=32,
        threads=1,
        baseline=True,
        output=str(folder.parent / "run"),
        accelerator="cpu",
    )


def truth_by_hand(folder: Path) -> Array:
    """(N, 17, 3) [m] hip-centred poses of one test subject in the protocol's order."""
    (folder / "again").mkdir()
    cameras = write_folder(folder / "again", 9)
    rows = [JOINTS_32.index(name) for name in HUMAN36M_17.joints]
    poses = []
    for frames in SEQUENCES.values():
        for numbers in cameras:
            joints = optical(people(frames, frames), numbers)[:, rows]
            poses.append(joints - joints[:, :1])
    return np.concatenate(poses)


def test_command_measures_the_errors_computed_by_hand(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pose_action_ros.lab.evaluation.lifter_files.save_plot", lambda *_: None)
    run = settings(folder)
    config = tmp_path / "h36m.yaml"
    names = ("human36m", "width", "rounds", "views", "batch", "threads", "baseline", "output")
    config.write_text("".join(f"{name}: {json.dumps(getattr(run, name))}\n" for name in names))
    assert main(["train", "lifter", "--config", str(config)]) == 0
    report = tmp_path / "report"
    assert main(["evaluate", "lifter", run.output, "--output", str(report)]) == 0
    assert "SittingDown" in capsys.readouterr().out
    figures = json.loads((report / "lifter.json").read_text(encoding="utf-8"))
    assert figures["poses"] == FRAMES * len(TEST_SUBJECTS)

    _, learners = load_run(Path(run.output))
    held_out = human36m_held_out(run)
    exact = predict(learners.by_name()["exact"], held_out.exact)
    detected = predict(learners.by_name()["detected"], held_out.detected)
    expected = {
        "ground-truth 2D": exact,
        "detector 2D": detected,
        "paper's mix": (exact + detected) / 2,
    }
    for row in figures["rows"]:
        if row["method"] == "ours":
            gaps = [
                sum(float(np.sqrt(((a - b) ** 2).sum())) for a, b in zip(pose, true, strict=True))
                for pose, true in zip(expected[row["keypoints"]], held_out.truth, strict=True)
            ]
            mean = 1000 * sum(gaps) / (17 * len(gaps))
            assert row["figures"]["mpjpe"]["runs"] == [pytest.approx(mean, rel=1e-5)]


def test_ground_truth_is_the_test_subjects_in_the_cameras_frame(folder: Path) -> None:
    held_out = human36m_held_out(settings(folder))
    own = truth_by_hand(folder)
    found = held_out.truth[: len(own)]
    # The same poses in any order of sequences.
    order = np.lexsort(found.reshape(len(found), -1).T)
    expected = np.lexsort(own.reshape(len(own), -1).T)
    np.testing.assert_allclose(found[order], own[expected], atol=1e-6)


def test_keypoints_are_standardised_by_the_training_subjects(folder: Path) -> None:
    source = Human36mSource(settings(folder))
    learners = source.learners()
    views = source.views(10_000, np.random.default_rng(0))
    assert len(views["exact"].inputs) == FRAMES * len(TRAIN_SUBJECTS)
    for name in ("exact", "detected"):
        scaling = learners[name].get_submodule("stream.scaling")
        assert isinstance(scaling, Standardise)
        scaled = scaling(views[name].inputs.flatten(1))
        torch.testing.assert_close(scaled.mean(dim=0), torch.zeros(32), atol=1e-4, rtol=0)
        torch.testing.assert_close(
            scaled.std(dim=0, correction=0), torch.ones(32), atol=1e-4, rtol=0
        )


def test_mirrored_image_gives_the_mirrored_pose(folder: Path) -> None:
    learner = Human36mSource(settings(folder)).learners()["exact"].eval()
    people = human36m_held_out(settings(folder)).exact
    keypoints = people.keypoints
    names = [name for name in HUMAN36M_17.joints if name != "nose"]
    swap = [names.index(_other(name)) for name in names]
    mirrored = keypoints[:, swap] * [-1, 1] + [1000, 0]
    direct = predict(learner, people)
    found = predict(learner, Inputs(mirrored.astype(np.float32), people.rotations))
    expected = direct[:, HUMAN36M_17.mirror] * [-1, 1, 1]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def _other(name: str) -> str:
    if name.startswith("left_"):
        return name.replace("left_", "right_")
    return name.replace("right_", "left_")


def test_folder_without_detections_is_refused(folder: Path) -> None:
    with pytest.raises(SettingError, match="human36m_detections"):
        Human36mSource(replace(settings(folder), human36m_detections=""))
