"""Inference engines behind one protocol; each backend is imported only when it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from pose_action_ros.engines.base import Backend, Engine, Shape, Tensors
from pose_action_ros.errors import EngineError, ModelError

__all__ = ["AUTO", "ENGINES", "ONNX_ENGINES", "Engine", "Shape", "Tensors", "load_engine"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Where a backend comes from.

    Attributes:
        module: in this package.
        factory: what makes the engine there, of (path, threads).
        suffix: of the files it runs.
        package: the module that must be installed.
        remedy: how to get it.
    """

    module: str
    factory: str
    suffix: str
    package: str
    remedy: str


_TENSORRT_REMEDY = (
    "`pip install tensorrt cuda-python` (on a Jetson cuda-python alone, TensorRT is JetPack's)"
)

ENGINES: Mapping[str, Source] = {
    "tensorrt": Source("tensorrt", "load_fp32", ".onnx", "tensorrt", _TENSORRT_REMEDY),
    "tensorrt_fp16": Source("tensorrt", "load_fp16", ".onnx", "tensorrt", _TENSORRT_REMEDY),
    "onnxruntime": Source(
        "onnxruntime", "OnnxRuntimeEngine", ".onnx", "onnxruntime", "`pip install onnxruntime`"
    ),
    "torch": Source("torch", "TorchEngine", ".onnx", "torch", "`pip install torch onnx`"),
    "litert": Source(
        "litert", "LiteRtEngine", ".tflite", "ai_edge_litert", "`pip install ai-edge-litert`"
    ),
}

AUTO = ("tensorrt", "onnxruntime", "torch", "litert")
"""What "auto" tries, fastest first; half precision is another network's result, so it is asked for.

PyTorch comes after ONNX Runtime: it takes seconds to import and runs one operator after the other.
"""

ONNX_ENGINES = ("auto", *(name for name, source in ENGINES.items() if source.suffix == ".onnx"))
"""What a setting offers that chooses the engine of an .onnx file."""


def load_engine(path: Path, name: str = "auto", threads: int = 1) -> Engine:
    """Load a model file and say in the log what runs it.

    Args:
        path: the model file.
        name: a key of ENGINES, or "auto" for the fastest that runs such files here. A backend that
            this machine cannot have is passed over; a damaged file is not.
        threads: CPU threads to use.

    Raises:
        ModelError: the file is missing or damaged.
        EngineError: no such engine, it does not run such files, or it cannot be had here.
    """
    if not path.is_file():
        raise ModelError(f"no model file at {path}; run `pose-action models` to see what there is")
    if name != "auto" and name not in ENGINES:
        raise EngineError(f"unknown engine {name!r}; engines are auto, {', '.join(ENGINES)}")
    wanted = AUTO if name == "auto" else (name,)
    usable = [key for key in wanted if path.suffix == ENGINES[key].suffix]
    if not usable:
        known = sorted({source.suffix for source in ENGINES.values()})
        raise EngineError(
            f"engine {name!r} does not run {path}; the engines run {', '.join(known)} files"
        )
    return _first(usable, path, threads)


def _first(names: list[str], path: Path, threads: int) -> Engine:
    """The first of the engines that can be had here, with the model in it."""
    passed: dict[str, str] = {}
    remedies = {}
    for name in names:
        try:
            engine = _factory(ENGINES[name])(path, threads)
        except (ImportError, OSError) as error:
            passed[name] = _missing(error, ENGINES[name])
            remedies[name] = ENGINES[name].remedy
            continue
        except EngineError as error:
            passed[name] = str(error)
            continue
        reasons = "".join(f"; {key}: {reason}" for key, reason in passed.items())
        _LOG.info("%s runs in %s (%s)%s", path.name, engine.name, engine.place, reasons)
        return engine
    reasons = "; ".join(f"{key}: {reason}" for key, reason in passed.items())
    get = f"; get one with {' or '.join(remedies.values())}" if remedies else ""
    raise EngineError(f"no engine for {path.name} here ({reasons}){get}")


def _factory(source: Source) -> Callable[[Path, int], Backend]:
    """What makes the engine; importing it imports the package."""
    module = import_module(f"{__name__}.{source.module}")
    return cast("Callable[[Path, int], Backend]", getattr(module, source.factory))


def _missing(error: ImportError | OSError, source: Source) -> str:
    """Why the package cannot be imported, in a few words."""
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return f"cannot be imported ({error})"  # it is there, a library that it needs is not
    package = error.name.split(".")[0]
    return "not installed" if package == source.package else f"{package} is not installed"
