from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from engines.conftest import Machine
from engines.cuda_standin import cudaError_t
from engines.networks import doubling
from pose_action_ros import cli
from pose_action_ros.engines import load_engine
from pose_action_ros.models.card import find_model


def test_a_built_engine_is_loaded(
    machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = doubling(tmp_path)
    assert cli.main(["build-engine", str(path), "--max-batch", "3"]) == 0
    (plan,) = machine.plans()
    assert capsys.readouterr().out == f"{plan}\n"
    assert machine.gpu.streams == 0
    assert load_engine(path).name == "tensorrt"
    assert cli.main(["build-engine", str(path), "--max-batch", "3"]) == 0
    assert machine.plans() == [plan]
    assert len(machine.tensorrt.builds) == 1


def test_shipped_models_in_half_precision(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert cli.main(["build-engine", "lifter", "--precision", "fp16"]) == 0
    assert "of lifter.onnx (fp16, up to 16 people) for Imaginary GPU, 8.7" in caplog.text
    assert len(machine.plans()) == 1
    load_engine(find_model("lifter"), "tensorrt_fp16")
    assert len(machine.tensorrt.builds) == 1


def test_failures_are_reported(
    machine: Machine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["build-engine", "painter"]) == 1
    assert "shipped models action, blazepose_finder, " in capsys.readouterr().err
    machine.tensorrt.failing.add("parse")
    assert cli.main(["build-engine", "lifter"]) == 1
    assert "TensorRT cannot take lifter.onnx: no importer for Foo" in capsys.readouterr().err
    machine.tensorrt.failing.clear()
    occupied = tmp_path / "file"
    occupied.touch()
    monkeypatch.setenv("POSE_ACTION_CACHE", str(occupied))
    assert cli.main(["build-engine", "lifter"]) == 1
    assert "cannot write" in capsys.readouterr().err
    machine.gpu.failing["cudaGetDeviceCount"] = cudaError_t.cudaErrorNoDevice
    assert cli.main(["build-engine", "lifter"]) == 1
    assert "no GPU that CUDA can use" in capsys.readouterr().err
    assert machine.gpu.streams == 0


@pytest.mark.usefixtures("no_tensorrt")
def test_without_tensorrt(capsys: pytest.CaptureFixture[str]) -> None:
    assert sys.modules["tensorrt"] is None
    assert cli.main(["build-engine", "lifter"]) == 1
    assert "pip install tensorrt cuda-python" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5", "4097"])
def test_wrong_batch_sizes(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["build-engine", "lifter", f"--max-batch={size}"])
    assert end.value.code == 2
    assert "expected a whole number from 1 to 4096" in capsys.readouterr().err
