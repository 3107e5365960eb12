from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from doctor.standin import fine, only
from pose_action_ros.doctor import model_files
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.models.card import SHIPPED


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
        "blazepose_finder.onnx: person finder model, matches its card",
        "blazepose_landmarks.onnx: landmarks model, matches its card",
        "interaction.onnx: action model, matches its card",
        "lifter.onnx: lifter model, matches its card",
        "movenet_multipose.onnx: person finder model, matches its card",
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


def test_absent_models_of_the_catalogue_are_no_problem(robot: Machine, cache: Path) -> None:
    assert len(fine(model_files.check(robot))) == len(list(SHIPPED.glob("*.onnx")))
    assert not cache.exists()


def test_a_damaged_download(robot: Machine, cache: Path) -> None:
    folder = cache / "openpose_mpi_15"
    folder.mkdir(parents=True)
    (folder / "pose_iter_160000.caffemodel").write_bytes(b"half of it")
    finding = only(model_files.check(robot), model_files.MODEL_INCOMPLETE)
    assert finding.text.startswith("openpose_mpi_15: pose_iter_160000.caffemodel missing or dam")
    assert "pose-action models get" in finding.remedy


def test_cache_of_others(robot: Machine, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    finding = only(model_files.check(robot), model_files.CACHE_READ_ONLY)
    assert str(cache) in finding.text
    assert "POSE_ACTION_CACHE" in finding.remedy


def test_models_of_the_user(models: Path) -> None:
    for name, parameter in (("action", "action"), ("blazepose_landmarks", "detector")):
        path = models / f"{name}.onnx"
        (line,) = fine(model_files.check_user_models([path]))
        assert line == f"{path}: {parameter}_model"


@pytest.mark.parametrize("name", ["gone.onnx", "readme.md", "pose.task", "no_card.onnx"])
def test_files_of_the_user_that_are_no_models(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name != "gone.onnx":
        path.write_bytes(b"something")
    assert (
        name.partition(".")[0]
        in only(model_files.check_user_models([path]), model_files.USER_MODEL).text
    )
