"""Inference engines behind one protocol; each backend is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from pose_action_ros.engines.base import Engine, Shape, Tensors
from pose_action_ros.errors import EngineError, ModelError

__all__ = ["ENGINES", "Engine", "Shape", "Tensors", "load_engine"]

ENGINES: Mapping[str, tuple[str, str, str, str]] = {
    # name: (module here, class, suffix of the files it runs, package to install)
    "onnxruntime": ("onnxruntime", "OnnxRuntimeEngine", ".onnx", "onnxruntime"),
    "litert": ("litert", "LiteRtEngine", ".tflite", "ai-edge-litert"),
}


def load_engine(path: Path, name: str = "auto", threads: int = 1) -> Engine:
    """Load a model file.

    Args:
        path: the model file.
        name: a key of ENGINES, or "auto" for the first that runs such files here.
        threads: CPU threads to use.

    Raises:
        ModelError: the file is missing or damaged.
        EngineError: no such engine, it does not run such files, or it is not installed.
    """
    if not path.is_file():
        raise ModelError(f"no model file at {path}; run `pose-action models` to see what there is")
    if name != "auto" and name not in ENGINES:
        raise EngineError(f"unknown engine {name!r}; engines are auto, {', '.join(ENGINES)}")
    wanted = [name] if name != "auto" else list(ENGINES)
    usable = [key for key in wanted if path.suffix == ENGINES[key][2]]
    if not usable:
        known = sorted({suffix for _, _, suffix, _ in ENGINES.values()})
        raise EngineError(
            f"engine {name!r} does not run {path}; the engines run {', '.join(known)} files"
        )
    return _load(usable, path, threads)


def _load(names: list[str], path: Path, threads: int) -> Engine:
    """The first of the engines that is installed, with the model in it."""
    missing = []
    for name in names:
        module, class_name, _, package = ENGINES[name]
        try:
            factory = getattr(import_module(f"{__name__}.{module}"), class_name)
        except ImportError as error:
            missing.append(f"{name}: {error}; `pip install {package}`")
            continue
        return cast("Callable[[Path, int], Engine]", factory)(path, threads)
    raise EngineError(f"no engine for {path.name} is installed ({', '.join(missing)})")
