"""One inference engine tried with the shipped models; `check` runs it in a process of its own.

python -m pose_action_ros.doctor.engine_trial NAME
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import cast

import numpy as np

from pose_action_ros.engines import ENGINES, load_engine
from pose_action_ros.engines.base import Backend
from pose_action_ros.engines.device_memory import open_memory
from pose_action_ros.engines.plan_file import plan_path
from pose_action_ros.errors import PoseActionError
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.models.card import find_model
from pose_action_ros.models.fetch import TASK_FILES

UNBUILT = "not built yet"


def trial(name: str) -> str:
    """What the engine says of itself after running a small network once.

    Raises:
        ImportError, OSError: its package cannot be imported.
        PoseActionError: it cannot run the network.
    """
    source = ENGINES[name]
    version = getattr(import_module(source.package), "__version__", "")
    path = _model(source.suffix)
    if path is None:
        return f"{version}, not tried: no {source.suffix} file is here"
    if name.startswith("tensorrt") and (gpu := _unbuilt(path, name)):
        return f"{version}, {gpu}, its engine of {path.name} is {UNBUILT}"
    engine = cast("Backend", load_engine(path, name))
    tensors = {
        key: np.zeros([1 if size is None else size for size in shape], np.float32)
        for key, shape in engine.inputs.items()
    }
    results = engine(tensors)
    if set(results) != set(engine.outputs):
        raise PoseActionError(f"gave {sorted(results)}, expected {sorted(engine.outputs)}")
    return f"{version}, ran {path.name} on {engine.place}"


def _model(suffix: str) -> Path | None:
    """A small network in files of that kind."""
    if suffix == ".onnx":
        return find_model("lifter")
    path = cache_folder() / "blazepose" / TASK_FILES[0]
    return path if path.is_file() else None


def _unbuilt(path: Path, name: str) -> str:
    """The GPU, where TensorRT would have to build the engine first; empty where it is built."""
    build = import_module("pose_action_ros.engines.tensorrt_build")
    build.check_version()
    memory = open_memory()
    try:
        precision = "fp16" if name.endswith("fp16") else "fp32"
        key = build.key_of(build.Order(path, memory.gpu, precision))
        return "" if plan_path(path.stem, key).is_file() else memory.gpu
    finally:
        memory.close()


if __name__ == "__main__":
    try:
        sys.stdout.write(trial(sys.argv[1]) + "\n")
    except (ImportError, OSError, PoseActionError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
