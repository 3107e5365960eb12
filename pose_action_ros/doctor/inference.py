"""Inference engines: which of them work here, and TensorRT's files in the cache."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pose_action_ros.doctor.engine_trial import UNBUILT
from pose_action_ros.doctor.findings import Finding, Level, Problem, one_line, well
from pose_action_ros.doctor.machine import Machine, Outcome
from pose_action_ros.engines import ENGINES
from pose_action_ros.engines.plan_file import PlanKey, stored_plans
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import find_model, sha256_of

TRIAL = "pose_action_ros.doctor.engine_trial"
NEEDED = {".onnx": "lifter and action model", ".tflite": "the detector"}
RUNTIMES = ("onnxruntime", "onnxruntime-gpu")

ENGINE_NONE = Problem(
    "engine-none",
    Level.ERROR,
    "No inference engine works for some of the model files.",
    "the nodes that use these files cannot start",
    "python3 -m pip install onnxruntime ai-edge-litert",
)
ENGINE_BROKEN = Problem(
    "engine-broken",
    Level.WARN,
    "An inference engine is installed but does not run a small network.",
    "`auto` passes it over and takes another; a node that names it cannot start",
    "get it again with {remedy}, or leave it out: python3 -m pip uninstall {package}",
)
TENSORRT_UNBUILT = Problem(
    "tensorrt-not-built",
    Level.WARN,
    "TensorRT works, and its engine of the lifter is not built yet.",
    "the first node that needs it builds it, which can take minutes in which nothing is recognised",
    "pose-action build-engine lifter && pose-action build-engine action",
)
PLAN_STALE = Problem(
    "tensorrt-stale",
    Level.WARN,
    "The cache has a TensorRT engine of another model, TensorRT or GPU.",
    "an engine runs only with the model, TensorRT and GPU it was built for: the next start builds "
    "another, and the old file takes space",
    "pose-action build-engine {model} --precision {precision} --max-batch {batch}, then rm {file}",
)
PLAN_DAMAGED = Problem(
    "tensorrt-damaged",
    Level.WARN,
    "The cache has a TensorRT engine whose file is damaged.",
    "it is not used and built again at the next start, which can take minutes",
    "rm {file}, then pose-action build-engine of the model",
)
TWO_RUNTIMES = Problem(
    "two-onnxruntimes",
    Level.WARN,
    "Two packages of ONNX Runtime are installed.",
    "they own the same folder, and what is in it is a mixture of both",
    "python3 -m pip uninstall -y onnxruntime onnxruntime-gpu, then install one of them again",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Each engine tried, whether those that are needed are there, and the cache of TensorRT."""
    outcomes = {name: machine.run([sys.executable, "-m", TRIAL, name]) for name in ENGINES}
    for name, outcome in outcomes.items():
        yield _tried(name, outcome)
    worked = {ENGINES[name].suffix for name, outcome in outcomes.items() if outcome.worked}
    for suffix, use in NEEDED.items():
        if suffix not in worked:
            yield ENGINE_NONE.found(f"no engine runs the {suffix} files of {use}")
    if all(name in machine.packages for name in RUNTIMES):
        yield TWO_RUNTIMES.found(" and ".join(RUNTIMES) + " are both installed")
    tensorrt = outcomes["tensorrt"]
    yield from stale(stored_plans(), tensorrt.said if tensorrt.worked else "")


def _tried(name: str, outcome: Outcome) -> Finding:
    """What a trial of an engine says."""
    source = ENGINES[name]
    if outcome.worked and UNBUILT in outcome.said:
        return TENSORRT_UNBUILT.found(f"{name} {outcome.said}")
    if outcome.worked:
        return well(f"{name} {outcome.said}")
    if f"No module named '{source.package}" in outcome.said:
        return well(f"{name}: not installed")
    said = f"{name}: {one_line(outcome.said)}"
    return ENGINE_BROKEN.found(said, remedy=source.remedy, package=source.package)


def stale(plans: Iterable[tuple[Path, PlanKey | None]], here: str) -> Iterator[Finding]:
    """Engines in the cache that nothing takes any more.

    Args:
        plans: files and what they were built for; None for a damaged one.
        here: what a trial of TensorRT says of its version and GPU; empty where it does not run.
    """
    for path, key in plans:
        if key is None:
            yield PLAN_DAMAGED.found(f"{path} is damaged", file=path)
            continue
        model = path.name.rpartition(f"-{key.precision}-")[0]
        if reason := _misfit(model, key, here):
            found = f"{path.name} was built for {reason}"
            words = {"model": model, "precision": key.precision, "batch": key.max_batch}
            yield PLAN_STALE.found(found, file=path, **words)


def _misfit(model: str, key: PlanKey, here: str) -> str:
    """What a plan was built for and is not here; empty where all fits."""
    if here and key.gpu not in here:
        return f"the GPU {key.gpu}"
    if here and not here.startswith(f"{key.tensorrt},"):
        return f"TensorRT {key.tensorrt}"
    try:
        same = sha256_of(find_model(model)) == key.model
    except ModelError:  # of a file whose place the cache does not know
        return ""
    return "" if same else f"another {model}.onnx"
