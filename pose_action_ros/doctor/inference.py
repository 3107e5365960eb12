"""Check of the inference engines and of TensorRT's files in the cache.

Each engine is tried in a process of its own: python -m pose_action_ros.doctor.inference ENGINE
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import numpy as np

from pose_action_ros.doctor.checks import Finding, Level, Problem, last_line, ok
from pose_action_ros.doctor.machine import Machine, Outcome
from pose_action_ros.engines import ENGINES, load_engine
from pose_action_ros.engines.plan_file import PlanKey, stored_plans
from pose_action_ros.errors import ModelError, PoseActionError
from pose_action_ros.models.card import find_model, sha256_of

MODULE = "pose_action_ros.doctor.inference"
UNBUILT = "not built yet"
RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino")

ENGINE_NONE = Problem(
    "engine-none",
    Level.ERROR,
    "No inference engine works.",
    "no node with a network can start",
    "python3 -m pip install onnxruntime",
)
ENGINE_BROKEN = Problem(
    "engine-broken",
    Level.WARN,
    "An inference engine is installed but does not run a small network.",
    "`auto` skips it; a node configured with it cannot start",
    "reinstall it with {remedy}, or remove it: python3 -m pip uninstall {package}",
)
TENSORRT_UNBUILT = Problem(
    "tensorrt-not-built",
    Level.WARN,
    "TensorRT works, and its engine of the lifter is not built yet.",
    "a node set to `tensorrt` builds it before it starts, which can take minutes; with `auto` "
    "it runs in ONNX Runtime until then",
    "pose-action build-engine",
)
PLAN_STALE = Problem(
    "tensorrt-stale",
    Level.WARN,
    "The cache contains a TensorRT engine for another model, TensorRT version or GPU.",
    "an engine runs only with the model, TensorRT version and GPU that it was built for: the next "
    "start builds another, and the old file wastes disk space",
    "pose-action build-engine {model} --precision {precision} --max-batch {batch}, then rm {file}",
)
PLAN_DAMAGED = Problem(
    "tensorrt-damaged",
    Level.WARN,
    "The cache contains a damaged TensorRT engine.",
    "it is rebuilt at the next start, which can take minutes",
    "rm {file}, then pose-action build-engine of the model",
)
TWO_RUNTIMES = Problem(
    "two-onnxruntimes",
    Level.WARN,
    "Two packages of ONNX Runtime are installed.",
    "all install files into the same folder, which then contains a mixture",
    "python3 -m pip uninstall -y onnxruntime onnxruntime-gpu onnxruntime-openvino, then install "
    "one of them",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Check each engine, the engines that the models need, and the cache of TensorRT."""
    outcomes = {name: machine.run([sys.executable, "-m", MODULE, name]) for name in ENGINES}
    for name, outcome in outcomes.items():
        yield _engine_finding(name, outcome)
    if not any(outcome.succeeded for outcome in outcomes.values()):
        yield ENGINE_NONE.finding("no engine runs the networks")
    runtimes = [name for name in RUNTIMES if name in machine.packages]
    if len(runtimes) > 1:
        yield TWO_RUNTIMES.finding(" and ".join(runtimes) + " are installed")
    tensorrt = outcomes["tensorrt"]
    yield from check_plans(stored_plans(), tensorrt.output if tensorrt.succeeded else "")


def _engine_finding(name: str, outcome: Outcome) -> Finding:
    """Finding for the trial of an engine."""
    source = ENGINES[name]
    if outcome.succeeded and UNBUILT in outcome.output:
        return TENSORRT_UNBUILT.finding(f"{name} {outcome.output}")
    if outcome.succeeded:
        return ok(f"{name} {outcome.output}")
    if f"No module named '{source.package}" in outcome.output:
        return ok(f"{name}: not installed")
    text = f"{name}: {last_line(outcome.output)}"
    return ENGINE_BROKEN.finding(text, remedy=source.remedy, package=source.package)


def check_plans(
    plans: Iterable[tuple[Path, PlanKey | None]], trial_output: str
) -> Iterator[Finding]:
    """Check the TensorRT engines in the cache.

    Args:
        plans: files and their keys; None for a damaged file.
        trial_output: version and GPU as reported by a trial of TensorRT; empty if it failed.
    """
    for path, key in plans:
        if key is None:
            yield PLAN_DAMAGED.finding(f"{path} is damaged", file=path)
            continue
        model = path.name.rpartition(f"-{key.precision}-")[0]
        if reason := _mismatch(model, key, trial_output):
            text = f"{path.name} was built for {reason}"
            words = {"model": model, "precision": key.precision, "batch": key.max_batch}
            yield PLAN_STALE.finding(text, file=path, **words)


def _mismatch(model: str, key: PlanKey, trial_output: str) -> str:
    """The part of a plan's key that differs from this machine; empty if all parts match."""
    if trial_output and key.gpu not in trial_output:
        return f"the GPU {key.gpu}"
    if trial_output and not trial_output.startswith(f"{key.tensorrt},"):
        return f"TensorRT {key.tensorrt}"
    try:
        same = sha256_of(find_model(model)) == key.model
    except ModelError:  # the model file is not in the package
        return ""
    return "" if same else f"another {model}.onnx"


def trial(name: str) -> str:
    """Run a small network once, and return version and device of the engine.

    Raises:
        ImportError, OSError: its package cannot be imported.
        PoseActionError: it cannot run the network.
    """
    source = ENGINES[name]
    version = getattr(import_module(source.package), "__version__", "")
    path = find_model("lifter")
    if name.startswith("tensorrt") and (gpu := _unbuilt(path, name)):
        return f"{version}, {gpu}, its engine of {path.name} is {UNBUILT}"
    engine = load_engine(path, name)
    tensors = {
        key: np.zeros([1 if size is None else size for size in shape], np.float32)
        for key, shape in engine.inputs.items()
    }
    results = engine(tensors)
    if set(results) != set(engine.outputs):
        raise PoseActionError(f"got outputs {sorted(results)}, expected {sorted(engine.outputs)}")
    return f"{version}, ran {path.name} on {engine.place}"


def _unbuilt(path: Path, name: str) -> str:
    """Name of the GPU if TensorRT has to build the engine first; empty if it is built."""
    build = import_module("pose_action_ros.engines.tensorrt_build")
    built, gpu = build.find_plan(path, "fp16" if name.endswith("fp16") else "fp32")
    return "" if built else str(gpu)


if __name__ == "__main__":
    try:
        sys.stdout.write(trial(sys.argv[1]) + "\n")
    except (ImportError, OSError, PoseActionError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
