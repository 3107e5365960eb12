"""Inference engines behind one protocol; each backend is imported only when it is chosen."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import cast

from pose_action_ros.engines.base import Engine, NotBuiltError, Shape, Tensors
from pose_action_ros.engines.providers import CPU, PROVIDER_CHOICES
from pose_action_ros.errors import EngineError, ModelError

__all__ = [
    "AUTO",
    "ENGINES",
    "ENGINE_CHOICES",
    "PROVIDER_CHOICES",
    "Engine",
    "Shape",
    "Tensors",
    "load_engine",
]

# ONNX Runtime reads this once, when it is loaded. Without it newer versions send data about the
# device, and write an identifier and a database into the home folder.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Origin of a backend.

    Attributes:
        module: in this package.
        factory: function or class in the module that makes the engine from path, threads and
            provider.
        package: the module that must be installed.
        remedy: how to install it.
    """

    module: str
    factory: str
    package: str
    remedy: str


_TENSORRT_REMEDY = (
    "`pip install tensorrt cuda-python` (on a Jetson cuda-python alone, TensorRT is JetPack's)"
)

ENGINES: Mapping[str, Source] = {
    "tensorrt": Source("tensorrt", "load_fp32", "tensorrt", _TENSORRT_REMEDY),
    "tensorrt_fp16": Source("tensorrt", "load_fp16", "tensorrt", _TENSORRT_REMEDY),
    "onnxruntime": Source(
        "onnxruntime", "OnnxRuntimeEngine", "onnxruntime", "`pip install onnxruntime`"
    ),
}

AUTO = ("tensorrt", "onnxruntime")
"""The engines that "auto" tries, fastest first; half precision changes results and is left out."""

ENGINE_CHOICES = ("auto", *ENGINES)
"""The choices of a setting for an engine."""


def load_engine(path: Path, name: str = "auto", threads: int = 1, provider: str = CPU) -> Engine:
    """Load a model file and log its engine.

    Args:
        path: the model file (.onnx).
        name: a key of ENGINES, or "auto" for the fastest engine that is available. If TensorRT is
            available but its engine of the model is not built, "auto" starts in ONNX Runtime,
            builds it in the background and then continues in TensorRT.
        threads: CPU threads.
        provider: of ONNX Runtime, one of PROVIDER_CHOICES. The default suits small networks: a
            person takes the lifter 0.1 ms on one core, so that a GPU has little to gain for the
            memory that it takes.

    Raises:
        ModelError: the file is missing or damaged.
        EngineError: the engine is unknown or not available.
    """
    if not path.is_file():
        raise ModelError(f"no model file at {path}; run `pose-action models` for a list")
    if name != "auto" and name not in ENGINES:
        raise EngineError(f"unknown engine {name!r}; engines are auto, {', '.join(ENGINES)}")
    if path.suffix != ".onnx":
        raise ModelError(f"got the model file {path}, expected an .onnx file")
    sources = {key: ENGINES[key] for key in (AUTO if name == "auto" else (name,))}
    if name == "auto":
        sources["tensorrt"] = replace(sources["tensorrt"], factory="load_built")
    return _load_first(sources, path, threads, provider)


def _load_first(sources: Mapping[str, Source], path: Path, threads: int, provider: str) -> Engine:
    """The first available engine with the model; one that is not built yet follows later."""
    reasons, remedies, unbuilt = "", list[str](), False
    for name, source in sources.items():
        try:
            engine = _factory(source)(path, threads, provider)
        except EngineError as error:  # noqa: PERF203 - a handful of engines
            unbuilt |= isinstance(error, NotBuiltError)
            reasons += f"; {name}: {error}"
        except (ImportError, OSError) as error:
            remedies.append(source.remedy)
            reasons += f"; {name}: {_missing(error, source)}"
        else:
            _LOG.info("%s runs in %s (%s)%s", path.name, engine.name, engine.place, reasons)
            if unbuilt:
                load = partial(_factory(ENGINES["tensorrt"]), path, threads, provider)
                from pose_action_ros.engines.background import BackgroundEngine  # noqa: PLC0415

                return BackgroundEngine(engine, path, load)
            return engine
    if unbuilt:
        return load_engine(path, "tensorrt", threads, provider)
    get = f"; get one with {' or '.join(remedies)}" if remedies else ""
    raise EngineError(f"no engine for {path.name} here ({reasons[2:]}){get}")


def _factory(source: Source) -> Callable[[Path, int, str], Engine]:
    """The function that makes the engine; importing it imports the package."""
    module = import_module(f"{__name__}.{source.module}")
    return cast("Callable[[Path, int, str], Engine]", getattr(module, source.factory))


def _missing(error: ImportError | OSError, source: Source) -> str:
    """The reason why the package cannot be imported."""
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return f"cannot be imported ({error})"  # e.g. a shared library is missing
    package = error.name.split(".")[0]
    return "not installed" if package == source.package else f"{package} is not installed"
