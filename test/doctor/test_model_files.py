from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from blazepose_files import blazepose_files
from doctor.standin import fine, only
from pose_action_ros.doctor import model_files
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import SHIPPED
from pose_action_ros.models.fetch import TASK_FILES


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A copy of the shipped models."""
    folder = tmp_path / "models"
    folder.mkdir()
    for path in (*SHIPPED.glob("*.onnx"), *SHIPPED.glob("*.json")):
        shutil.copy(path, folder)
    return folder


def test_shipped_models_without_problem(models: Path) -> None:
    assert fine(model_files.check_shipped(models)) == [
        "action.onnx: action model, matches its card",
        "lifter.onnx: lifter model, matches its card",
    ]


def test_changed_model(models: Path) -> None:
    path = models / "lifter.onnx"
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    finding = only(model_files.check_shipped(models), model_files.MODEL_DAMAGED)
    assert "lifter.onnx is damaged or was changed: sha256 is" in finding.text
    assert "git checkout" in finding.remedy


def test_model_without_its_card(models: Path) -> None:
    (models / "action.json").unlink()
    finding = only(model_files.check_shipped(models), model_files.MODEL_DAMAGED)
    assert "no model card" in finding.text


def test_card_without_its_model(models: Path) -> None:
    (models / "action.onnx").unlink()
    assert "action.onnx" in only(model_files.check_shipped(models), model_files.MODEL_MISSING).text


def test_blazepose_is_complete(robot: Machine) -> None:
    blazepose_files()
    assert any(line.startswith("blazepose is complete") for line in fine(model_files.check(robot)))


def test_missing_files_of_blazepose(robot: Machine, cache: Path) -> None:
    finding = only(model_files.check(robot), model_files.MODEL_UNFETCHED)
    assert (
        finding.text
        == f"blazepose: {', '.join(TASK_FILES)} missing or damaged in {cache}/blazepose"
    )
    assert "pose-action models fetch" in finding.remedy
    assert not cache.exists()


def test_damaged_file_of_blazepose(
    robot: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = blazepose_files()
    folder = tmp_path / "cache" / "blazepose"
    folder.mkdir(parents=True)
    monkeypatch.setenv("POSE_ACTION_CACHE", str(folder.parent))
    shutil.copy(files[0], folder)
    (folder / TASK_FILES[1]).write_bytes(files[1].read_bytes()[:-1])
    finding = only(model_files.check(robot), model_files.MODEL_UNFETCHED)
    assert f"blazepose: {TASK_FILES[1]} missing or damaged" in finding.text


def test_cache_of_others(robot: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    blazepose_files()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    finding = only(model_files.check(robot), model_files.CACHE_READ_ONLY)
    assert str(cache_folder()) in finding.text
    assert "POSE_ACTION_CACHE" in finding.remedy


def test_models_of_the_user(models: Path, tmp_path: Path) -> None:
    task = tmp_path / "pose.task"
    with zipfile.ZipFile(task, "w") as archive:
        for name in TASK_FILES:
            archive.writestr(name, b"network")
    assert fine(model_files.check_user_models([models / "action.onnx", task])) == [
        f"{models / 'action.onnx'}: action_model",
        f"{task}: detector_model",
    ]


@pytest.mark.parametrize("name", ["gone.onnx", "readme.md", "no_zip.task", "no_card.onnx"])
def test_files_of_the_user_that_are_no_models(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name != "gone.onnx":
        path.write_bytes(b"something")
    assert (
        name.partition(".")[0]
        in only(model_files.check_user_models([path]), model_files.USER_MODEL).text
    )
