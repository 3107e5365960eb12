from __future__ import annotations

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from blazepose_files import blazepose_files
from doctor.standin import failed, fine, only, with_answers, worked
from engines.conftest import Machine as GpuMachine
from engines.cuda_standin import cudaError_t
from pose_action_ros.doctor import hardware, inference
from pose_action_ros.doctor.engine_trial import UNBUILT, trial
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.engines import load_engine
from pose_action_ros.engines.plan_file import PlanKey, plan_path, stored_plans, write_plan
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model, sha256_of

pytestmark = pytest.mark.usefixtures("cache")

GPU = "Orin, 8.7"
HERE = f"10.3.0, ran lifter.onnx on TensorRT 10.3.0, fp32, {GPU}"
KEY = PlanKey(sha256_of(find_model("lifter")), "10.3.0", GPU, "fp32", 16)


def keep(key: PlanKey, model: str = "lifter") -> Path:
    """An engine in the cache."""
    path = plan_path(model, key)
    write_plan(path, key, b"plan")
    return path


def test_all_is_well(well: Machine) -> None:
    keep(KEY)
    found = fine(inference.check(well))
    assert "tensorrt: not installed" in found
    assert "onnxruntime 1.20, ran lifter.onnx on CPU, 1 thread" in found


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
def test_a_stale_engine(key: PlanKey, here: str, origin: str) -> None:
    path = keep(key)
    found = only(inference.stale(stored_plans(), here), inference.PLAN_STALE)
    assert found.found == f"{path.name} was built for {origin}"
    assert f"build-engine lifter --precision {key.precision} --max-batch 16" in found.remedy
    assert f"rm {path}" in found.remedy


def test_engines_that_may_still_be_used() -> None:
    keep(KEY)
    keep(replace(KEY, model="0" * 64), "mine")  # of a file whose place is not known
    assert fine(inference.stale(stored_plans(), HERE)) == []


@pytest.mark.parametrize("content", [b"", b"plan", b"{}\nplan", b'{"model": 1}\nplan'])
def test_a_damaged_engine(content: bytes) -> None:
    path = keep(KEY)
    path.write_bytes(content or path.read_bytes()[:-1])
    found = only(inference.stale(stored_plans(), HERE), inference.PLAN_DAMAGED)
    assert f"rm {path}" in found.remedy


def test_the_stale_engine_is_found_by_the_check(well: Machine) -> None:
    keep(replace(KEY, tensorrt="9.0"))
    answers = {"engine_trial tensorrt": worked(HERE)}
    only(inference.check(with_answers(well, answers)), inference.PLAN_STALE)


def test_no_engine_for_the_detector(well: Machine) -> None:
    missing = {
        "engine_trial litert": failed("ModuleNotFoundError: No module named 'ai_edge_litert'")
    }
    found = only(inference.check(with_answers(well, missing)), inference.ENGINE_NONE)
    assert ".tflite files of the detector" in found.found
    assert "ai-edge-litert" in found.remedy


def test_a_broken_engine(well: Machine) -> None:
    broken = {"engine_trial torch": failed("OSError: libcudart.so.12: cannot open shared object")}
    found = only(inference.check(with_answers(well, broken)), inference.ENGINE_BROKEN)
    assert found.found == "torch: OSError: libcudart.so.12: cannot open shared object"
    assert "pip install torch onnx" in found.remedy


def test_two_packages_of_onnxruntime(well: Machine) -> None:
    both = {"onnxruntime": "1.20", "onnxruntime-gpu": "1.20"}
    only(inference.check(replace(well, packages=both)), inference.TWO_RUNTIMES)


def test_a_trial_runs_the_shipped_lifter() -> None:
    assert trial("onnxruntime").endswith("ran lifter.onnx on CPU, 1 thread")


def test_a_trial_in_a_process_of_its_own() -> None:
    outcome = this_machine().run([sys.executable, "-m", inference.TRIAL, "onnxruntime"])
    assert outcome.worked
    assert "ran lifter.onnx" in outcome.said


def test_a_trial_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(sys, "argv", ["trial", "torch"])
    monkeypatch.delitem(sys.modules, inference.TRIAL)
    with pytest.raises(SystemExit, match=r"^ModuleNotFoundError: .*torch"):
        runpy.run_module(inference.TRIAL, run_name="__main__")


def test_a_trial_of_litert(cache: Path) -> None:
    assert trial("litert").endswith("not tried: no .tflite file is here")
    finder = blazepose_files()[0]
    (cache / "blazepose").mkdir(parents=True)
    (cache / "blazepose" / finder.name).symlink_to(finder)
    assert trial("litert").endswith(f"ran {finder.name} on CPU, 1 thread")


def test_a_trial_of_tensorrt_builds_nothing(machine: GpuMachine, well: Machine) -> None:
    said = trial("tensorrt")
    assert said.endswith(f"Imaginary GPU, 8.7, its engine of lifter.onnx is {UNBUILT}")
    assert machine.tensorrt.builds == []
    answers = {"engine_trial tensorrt ": worked(said), "engine_trial tensorrt": worked(said)}
    findings = list(inference.check(with_answers(well, answers)))
    found = only(
        [item for item in findings if "fp16" not in item.found], inference.TENSORRT_UNBUILT
    )
    assert "pose-action build-engine lifter" in found.remedy
    load_engine(find_model("lifter"), "tensorrt")
    assert fine(inference.stale(stored_plans(), said)) == []
    said = trial("tensorrt")
    assert said.endswith(
        "ran lifter.onnx on " + f"TensorRT {said.split(',')[0]}, fp32, Imaginary GPU, 8.7"
    )
    assert fine(inference.stale(stored_plans(), said)) == []


def test_a_trial_without_a_gpu(machine: GpuMachine) -> None:
    machine.gpu.failing["cudaGetDeviceCount"] = cudaError_t.cudaErrorNoDevice
    with pytest.raises(EngineError, match="GPU"):
        trial("tensorrt")


def test_hardware_is_well(well: Machine) -> None:
    assert fine(hardware.check(well)) == [
        "4 CPU cores for this process",
        "8.2 GB of memory available",
        "no NVIDIA GPU here; the networks run on the CPU",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"cpu.max": "150000 100000"},
        {"cpu/cpu.cfs_quota_us": "150000", "cpu/cpu.cfs_period_us": "100000"},
    ],
)
def test_a_limit_of_the_processor(well: Machine, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = well.root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert only(hardware.check(well), hardware.CPU_FEW).found == "1.5 CPU cores for this process"


@pytest.mark.parametrize(
    "files",
    [{"cpu.max": "max 100000"}, {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}],
)
def test_no_limit_of_the_processor(well: Machine, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = well.root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert "4 CPU cores for this process" in fine(hardware.check(well))


def test_a_limit_of_memory(well: Machine) -> None:
    folder = well.root / "sys/fs/cgroup"
    folder.mkdir(parents=True)
    (folder / "memory.max").write_text("1000000000\n")
    (folder / "memory.current").write_text("300000000\n")
    found = only(hardware.check(well), hardware.MEMORY_LOW)
    assert found.found == "0.7 GB of memory available"


def test_gpus(well: Machine) -> None:
    there = with_answers(well, {"nvidia-smi": worked("NVIDIA L4, 550.1, 23034 MiB")})
    assert "GPU NVIDIA L4, 550.1, 23034 MiB" in fine(hardware.check(there))
    broken = with_answers(well, {"nvidia-smi": failed("couldn't communicate with the driver")})
    assert "--gpus all" in only(hardware.check(broken), hardware.GPU_BROKEN).remedy


def test_a_jetson(well: Machine) -> None:
    (well.root / "etc").mkdir()
    (well.root / "etc/nv_tegra_release").write_text("# R36 (release), REVISION: 4.0\n")
    (well.root / "proc/device-tree").mkdir(parents=True)
    (well.root / "proc/device-tree/model").write_text("NVIDIA Jetson AGX Orin\0")
    assert fine(hardware.check(well))[-1] == "NVIDIA Jetson: NVIDIA Jetson AGX Orin"
