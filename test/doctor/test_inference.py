from __future__ import annotations

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from doctor.standin import failed, fine, only, succeeded, with_answers
from engines.conftest import Machine as GpuMachine
from engines.cuda_standin import cudaError_t
from pose_action_ros.doctor import hardware, inference
from pose_action_ros.doctor.inference import UNBUILT, trial
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.engines import ENGINES, load_engine
from pose_action_ros.engines.plan_file import PlanKey, plan_path, stored_plans, write_plan
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model, sha256_of

pytestmark = pytest.mark.usefixtures("cache")

GPU = "Orin, 8.7"
HERE = f"10.3.0, ran lifter.onnx on TensorRT 10.3.0, fp32, {GPU}"
KEY = PlanKey(sha256_of(find_model("lifter")), "10.3.0", GPU, "fp32", 16)


def store(key: PlanKey, model: str = "lifter") -> Path:
    """Write an engine into the cache."""
    path = plan_path(model, key)
    write_plan(path, key, b"plan")
    return path


def test_no_problem(robot: Machine) -> None:
    store(KEY)
    texts = fine(inference.check(robot))
    assert "tensorrt: not installed" in texts
    assert "onnxruntime 1.20, ran lifter.onnx on CPU, 1 thread" in texts


@pytest.mark.parametrize(
    ("key", "here", "origin"),
    [
        (replace(KEY, tensorrt="10.2.0"), HERE, "TensorRT 10.2.0"),
        (replace(KEY, tensorrt="10.3"), HERE, "TensorRT 10.3"),
        (replace(KEY, gpu="Xavier, 7.2"), HERE, "the GPU Xavier, 7.2"),
        (replace(KEY, model="0" * 64, precision="fp16"), HERE, "another lifter.onnx"),
        (replace(KEY, model="0" * 64), "", "another lifter.onnx"),
    ],
)
def test_stale_engine(key: PlanKey, here: str, origin: str) -> None:
    path = store(key)
    finding = only(inference.check_plans(stored_plans(), here), inference.PLAN_STALE)
    assert finding.text == f"{path.name} was built for {origin}"
    assert f"build-engine lifter --precision {key.precision} --max-batch 16" in finding.remedy
    assert f"rm {path}" in finding.remedy


def test_engines_that_may_still_be_used() -> None:
    store(KEY)
    store(replace(KEY, model="0" * 64), "mine")  # a model outside the package
    assert fine(inference.check_plans(stored_plans(), HERE)) == []


@pytest.mark.parametrize("content", [b"", b"plan", b"{}\nplan", b'{"model": 1}\nplan'])
def test_damaged_engine(content: bytes) -> None:
    path = store(KEY)
    path.write_bytes(content or path.read_bytes()[:-1])
    finding = only(inference.check_plans(stored_plans(), HERE), inference.PLAN_DAMAGED)
    assert f"rm {path}" in finding.remedy


def test_stale_engine_is_found_by_the_check(robot: Machine) -> None:
    store(replace(KEY, tensorrt="9.0"))
    answers = {"inference tensorrt": succeeded(HERE)}
    only(inference.check(with_answers(robot, answers)), inference.PLAN_STALE)


def test_no_engine_at_all(robot: Machine) -> None:
    missing = {
        f"inference {name}": failed(f"ModuleNotFoundError: No module named '{source.package}'")
        for name, source in ENGINES.items()
    }
    finding = only(inference.check(with_answers(robot, missing)), inference.ENGINE_NONE)
    assert finding.remedy == "python3 -m pip install onnxruntime"


def test_broken_engine(robot: Machine) -> None:
    error = "OSError: libnvinfer.so.11: cannot open shared object"
    broken = {"inference tensorrt_fp16": failed(error)}
    finding = only(inference.check(with_answers(robot, broken)), inference.ENGINE_BROKEN)
    assert finding.text == f"tensorrt_fp16: {error}"
    assert "pip install tensorrt cuda-python" in finding.remedy


def test_two_packages_of_onnxruntime(robot: Machine) -> None:
    both = {"onnxruntime": "1.20", "onnxruntime-gpu": "1.20"}
    only(inference.check(replace(robot, packages=both)), inference.TWO_RUNTIMES)


def test_trial_runs_the_shipped_lifter() -> None:
    assert trial("onnxruntime").endswith("ran lifter.onnx on CPU, 1 thread")


def test_trial_in_a_process_of_its_own() -> None:
    outcome = this_machine().run([sys.executable, "-m", inference.MODULE, "onnxruntime"])
    assert outcome.succeeded
    assert "ran lifter.onnx" in outcome.output


def test_trial_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(sys, "argv", ["inference", "onnxruntime"])
    monkeypatch.delitem(sys.modules, inference.MODULE)
    with pytest.raises(SystemExit, match=r"^ModuleNotFoundError: .*onnxruntime"):
        runpy.run_module(inference.MODULE, run_name="__main__")


def test_trial_of_tensorrt_builds_nothing(machine: GpuMachine, robot: Machine) -> None:
    output = trial("tensorrt")
    assert output.endswith(f"Imaginary GPU, 8.7, its engine of lifter.onnx is {UNBUILT}")
    assert machine.tensorrt.builds == []
    answers = {"inference tensorrt ": succeeded(output), "inference tensorrt": succeeded(output)}
    findings = list(inference.check(with_answers(robot, answers)))
    finding = only(
        [item for item in findings if "fp16" not in item.text], inference.TENSORRT_UNBUILT
    )
    assert "pose-action build-engine" in finding.remedy
    load_engine(find_model("lifter"), "tensorrt")
    assert fine(inference.check_plans(stored_plans(), output)) == []
    output = trial("tensorrt")
    assert output.endswith(
        "ran lifter.onnx on " + f"TensorRT {output.split(',')[0]}, fp32, Imaginary GPU, 8.7"
    )
    assert fine(inference.check_plans(stored_plans(), output)) == []


def test_trial_without_a_gpu(machine: GpuMachine) -> None:
    machine.gpu.failing["cudaGetDeviceCount"] = cudaError_t.cudaErrorNoDevice
    with pytest.raises(EngineError, match="GPU"):
        trial("tensorrt")


def test_hardware_without_problem(robot: Machine) -> None:
    assert fine(hardware.check(robot)) == [
        "4 CPU cores for this process",
        "8.2 GB of memory available",
        "no NVIDIA GPU; the networks run on the CPU",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"cpu.max": "150000 100000"},
        {"cpu/cpu.cfs_quota_us": "150000", "cpu/cpu.cfs_period_us": "100000"},
    ],
)
def test_limit_of_the_processor(robot: Machine, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = robot.root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert only(hardware.check(robot), hardware.CPU_FEW).text == "1.5 CPU cores for this process"


@pytest.mark.parametrize(
    "files",
    [{"cpu.max": "max 100000"}, {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}],
)
def test_no_limit_of_the_processor(robot: Machine, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = robot.root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert "4 CPU cores for this process" in fine(hardware.check(robot))


def test_limit_of_memory(robot: Machine) -> None:
    folder = robot.root / "sys/fs/cgroup"
    folder.mkdir(parents=True)
    (folder / "memory.max").write_text("1000000000\n")
    (folder / "memory.current").write_text("300000000\n")
    finding = only(hardware.check(robot), hardware.MEMORY_LOW)
    assert finding.text == "0.7 GB of memory available"


def test_gpus(robot: Machine) -> None:
    there = with_answers(robot, {"nvidia-smi": succeeded("NVIDIA L4, 550.1, 23034 MiB")})
    assert "GPU NVIDIA L4, 550.1, 23034 MiB" in fine(hardware.check(there))
    broken = with_answers(robot, {"nvidia-smi": failed("couldn't communicate with the driver")})
    assert "--gpus all" in only(hardware.check(broken), hardware.GPU_BROKEN).remedy


def test_jetson(robot: Machine) -> None:
    (robot.root / "etc").mkdir()
    (robot.root / "etc/nv_tegra_release").write_text("# R36 (release), REVISION: 4.0\n")
    (robot.root / "proc/device-tree").mkdir(parents=True)
    (robot.root / "proc/device-tree/model").write_text("NVIDIA Jetson AGX Orin\0")
    assert fine(hardware.check(robot))[-1] == "NVIDIA Jetson: NVIDIA Jetson AGX Orin"
