"""Engines in the cache: built once, built again for another machine or when damaged."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engines.conftest import Machine, tensorrt_engine
from engines.networks import doubling, sum_and_difference
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model


def test_an_engine_is_built_once(
    machine: Machine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = doubling(tmp_path)
    with caplog.at_level(logging.INFO):
        load_engine(path, "tensorrt")
        load_engine(path, "tensorrt")
    assert len(machine.tensorrt.builds) == len(machine.plans()) == 1
    building, *loaded = [record.message for record in caplog.records]
    assert building.startswith("building the TensorRT engine of doubling.onnx (fp32")
    version = machine.tensorrt.table["version"]
    line = f"doubling.onnx runs in tensorrt (TensorRT {version}, fp32, Imaginary GPU, 8.7)"
    assert loaded == [line, line]


def _another_version(machine: Machine, _path: Path) -> dict[str, Any]:
    machine.tensorrt.table["version"] = "12.0.0"
    machine.tensorrt.module.__version__ = "12.0.0"  # type: ignore[attr-defined]
    return {}


def _another_gpu(machine: Machine, _path: Path) -> dict[str, Any]:
    machine.gpu.name = "Another GPU"
    return {}


def _another_capability(machine: Machine, _path: Path) -> dict[str, Any]:
    machine.gpu.capability = (9, 0)
    return {}


def _another_model(_machine: Machine, path: Path) -> dict[str, Any]:
    other = sum_and_difference(path.parent)
    other.replace(path)
    return {}


@pytest.mark.parametrize(
    "change",
    [
        _another_version,
        _another_gpu,
        _another_capability,
        _another_model,
        lambda _machine, _path: {"precision": "fp16"},
        lambda _machine, _path: {"max_batch": 3},
    ],
    ids=["version", "gpu", "capability", "model", "precision", "batch"],
)
def test_key_of_an_engine(
    machine: Machine, tmp_path: Path, change: Callable[[Machine, Path], dict[str, Any]]
) -> None:
    path = doubling(tmp_path)
    tensorrt_engine(path, max_batch=16)
    options = {"max_batch": 16, **change(machine, path)}
    tensorrt_engine(path, **options)
    tensorrt_engine(path, **options)
    assert len(machine.tensorrt.builds) == 2
    assert len(machine.plans()) == 2


def test_the_batch_size_used_last(machine: Machine, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    for size, age in ((3, 10), (5, 0)):
        tensorrt_engine(path, max_batch=size)
        (plan,) = (plan for plan in machine.plans() if plan.stem.endswith(f"batch{size}"))
        os.utime(plan, (plan.stat().st_mtime - age,) * 2)
    engine = load_engine(path, "tensorrt")
    assert len(machine.tensorrt.builds) == 2
    assert machine.gpu.buffers
    np.testing.assert_array_equal(engine({"x": np.ones((11, 2))})["y"], np.full((11, 2), 2))
    sizes = sorted(machine.gpu.size_at(address) for address in machine.gpu.buffers)
    assert sizes[-1] == 5 * 2 * 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda _data: b"",
        lambda _data: b"something else entirely\n" * 100,
        lambda data: data.partition(b"\n")[2],
        lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
    ],
    ids=["half", "last", "empty", "foreign", "headless", "flipped"],
)
def test_damaged_engines_are_built_again(
    machine: Machine,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[bytes], bytes],
) -> None:
    path = doubling(tmp_path)
    tensorrt_engine(path)
    (plan,) = machine.plans()
    whole = plan.read_bytes()
    plan.write_bytes(spoil(whole))
    engine = tensorrt_engine(path)
    assert "is damaged or of another origin" in caplog.text
    np.testing.assert_array_equal(engine({"x": np.ones((1, 2))})["y"], [[2, 2]])
    assert machine.plans() == [plan]
    assert plan.read_bytes() == whole
    assert set(machine.tensorrt.read) == {whole.partition(b"\n")[2]}


def test_an_engine_that_tensorrt_refuses_is_built_again(machine: Machine, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    tensorrt_engine(path)
    machine.tensorrt.failing.add("deserialise")
    with pytest.raises(EngineError, match=r"cannot load its own engine of .*: wrong driver"):
        tensorrt_engine(path)
    assert len(machine.tensorrt.builds) == 2


def test_a_cache_that_cannot_be_written(
    machine: Machine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    monkeypatch.setenv("POSE_ACTION_CACHE", str(occupied))
    engine = load_engine(doubling(tmp_path), "tensorrt")
    np.testing.assert_array_equal(engine({"x": np.ones((1, 2))})["y"], [[2, 2]])
    assert "the engine is built again at the next start: cannot write" in caplog.text
    assert len(machine.tensorrt.builds) == 1


def test_half_precision(machine: Machine) -> None:
    path = find_model("lifter")
    people = np.random.default_rng(0).normal(size=(3, 5, 18, 3)).astype(np.float32)
    expected = load_engine(path, "onnxruntime")({"keypoints": people})
    engine = load_engine(path, "tensorrt_fp16")
    for name, value in engine({"keypoints": people}).items():
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, expected[name], atol=0.02)
    flags = ["FP16"] if machine.tensorrt.table["version"].startswith("10") else []
    assert machine.tensorrt.builds == [flags]
    assert load_engine(path, "tensorrt").name == "tensorrt"
    assert machine.tensorrt.builds == [flags, []]


def test_half_precision_without_onnx(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    if machine.tensorrt.table["version"].startswith("10"):
        assert load_engine(find_model("lifter"), "tensorrt_fp16").name == "tensorrt"
        return
    with pytest.raises(EngineError, match="`pip install onnx onnxruntime`, or use fp32"):
        load_engine(find_model("lifter"), "tensorrt_fp16")


_BUILD = """
import sys
from pathlib import Path
from engines.conftest import install
from engines.cuda_standin import Gpu
import numpy as np
install(sys.modules, 11, Gpu())
from pose_action_ros.engines import load_engine
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    for plan in Path(sys.argv[2]).glob("tensorrt/*.plan"):
        plan.unlink(missing_ok=True)
    engine = load_engine(Path(sys.argv[1]), "tensorrt")
    assert (engine({"x": np.ones((1, 2))})["y"] == 2).all()
"""


def test_two_processes_build_the_same_engine(cache: Path, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    test_folder = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(test_folder), *sys.path])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(path), str(cache)],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    ends = [process.communicate("go\n") for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    assert len(list((cache / "tensorrt").iterdir())) == 1  # no half-written files stay
