"""A machine with an imaginary GPU and an imaginary TensorRT."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engines.cuda_standin import Gpu
from engines.tensorrt_standin import TensorRt

TESTS = Path(__file__).parents[1]
REFERENCES = TESTS / "references"
BOUND = ("tensorrt", "tensorrt_build")
"""Modules of pose_action_ros.engines that keep the TensorRT that they imported."""

FAILING = "IMAGINARY_TENSORRT_FAILING"
"""Environment variable with the calls that fail in other processes."""
_MODULE = """
import os, sys
from engines.conftest import FAILING, install
from engines.cuda_standin import Gpu
install(sys.modules, {generation}, Gpu()).failing.update(os.environ.get(FAILING, "").split())
"""


@dataclass
class Machine:
    """The imaginary hardware and software of a test."""

    gpu: Gpu
    tensorrt: TensorRt
    cache: Path

    def plans(self) -> list[Path]:
        """The engines in the cache."""
        return sorted((self.cache / "tensorrt").glob("*"))


def tensorrt_engine(path: Path, **options: Any) -> Any:
    """A TensorRtEngine of the present machine."""
    return import_module("pose_action_ros.engines.tensorrt").TensorRtEngine(path, **options)


def build_plan(path: Path) -> None:
    """Build the engine of a model into the cache of the present machine."""
    import_module("pose_action_ros.engines.tensorrt_build").build_plan(path)


def forget() -> None:
    """Remove the modules that hold TensorRT, so that they are imported again."""
    for name in BOUND:
        sys.modules.pop(f"pose_action_ros.engines.{name}", None)


def install(modules: dict[str, ModuleType], generation: int, gpu: Gpu) -> TensorRt:
    """Put the imaginary TensorRT and cuda-python into a table of imported modules."""
    bindings, runtime = ModuleType("cuda.bindings"), gpu.module()
    bindings.runtime = runtime  # type: ignore[attr-defined]
    tensorrt = TensorRt(REFERENCES / f"tensorrt_{generation}.json", gpu)
    cuda = {"cuda": ModuleType("cuda"), "cuda.bindings": bindings, "cuda.bindings.runtime": runtime}
    modules.update(cuda, tensorrt=tensorrt.module)
    return tensorrt


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("POSE_ACTION_CACHE", str(folder))
    return folder


@pytest.fixture(params=[10, 11])
def machine(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machine]:
    """A machine with cuda-python and TensorRT 10 or 11, also in processes that a test starts."""
    forget()
    gpu, modules = Gpu(), dict[str, ModuleType]()
    tensorrt = install(modules, request.param, gpu)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    folder = tmp_path_factory.mktemp("packages")
    (folder / "tensorrt.py").write_text(_MODULE.format(generation=request.param))
    path = [str(folder), str(TESTS), *filter(None, sys.path)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    yield Machine(gpu, tensorrt, cache)
    forget()


@pytest.fixture
def no_tensorrt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TensorRT is not installed."""
    forget()
    monkeypatch.setitem(sys.modules, "tensorrt", None)
    yield
    forget()
