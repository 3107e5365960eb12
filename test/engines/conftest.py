"""A machine with a GPU and TensorRT, both imaginary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from engines.cuda_standin import Gpu, Stream
from engines.tensorrt_standin import TensorRt

REFERENCES = Path(__file__).parents[1] / "references"
BOUND = ("tensorrt", "tensorrt_build", "tensorrt_log", "cuda_memory", "torch_memory")
"""Modules of the engines that hold what they imported when they were imported."""


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


def forget() -> None:
    """Have the modules imported anew."""
    for name in BOUND:
        sys.modules.pop(f"pose_action_ros.engines.{name}", None)


def give_cuda(monkeypatch: pytest.MonkeyPatch, gpu: Gpu) -> None:
    """Make the GPU that of cuda-python."""
    bindings = ModuleType("cuda.bindings")
    bindings.runtime = gpu.module()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cuda", ModuleType("cuda"))
    monkeypatch.setitem(sys.modules, "cuda.bindings", bindings)
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", bindings.runtime)


class TorchGpu(Gpu):
    """A GPU that PyTorch has: its memory is that of tensors, its work is done at once."""

    def submit(self, stream: Any, work: Callable[[], object]) -> None:
        assert int(stream) == int(Stream())
        work()

    def size_at(self, _address: int) -> int:
        return 1 << 30  # PyTorch checks its own copies


def give_torch(monkeypatch: pytest.MonkeyPatch, gpu: Gpu) -> None:
    """Make the GPU that of PyTorch, and cuda-python not installed."""
    torch_memory = import_module("pose_action_ros.engines.torch_memory")

    monkeypatch.setitem(sys.modules, "cuda.bindings", None)
    monkeypatch.setattr(torch_memory, "_GPU", "cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    major, minor = gpu.capability
    properties = SimpleNamespace(name=gpu.name, major=major, minor=minor)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _device: properties)
    stream = SimpleNamespace(cuda_stream=int(Stream()), synchronize=gpu.wait)
    monkeypatch.setattr(torch.cuda, "Stream", lambda _device: stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda _stream: nullcontext())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("POSE_ACTION_CACHE", str(folder))
    return folder


@pytest.fixture(params=[10, 11])
def machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> Iterator[Machine]:
    """With cuda-python, and with TensorRT 10 and 11."""
    forget()
    gpu = Gpu()
    give_cuda(monkeypatch, gpu)
    tensorrt = TensorRt(REFERENCES / f"tensorrt_{request.param}.json", gpu)
    monkeypatch.setitem(sys.modules, "tensorrt", tensorrt.module)
    yield Machine(gpu, tensorrt, cache)
    forget()


@pytest.fixture
def torch_machine(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[Machine]:
    """With PyTorch only, and TensorRT 11."""
    forget()
    gpu = TorchGpu()
    give_torch(monkeypatch, gpu)
    tensorrt = TensorRt(REFERENCES / "tensorrt_11.json", gpu)
    monkeypatch.setitem(sys.modules, "tensorrt", tensorrt.module)
    yield Machine(gpu, tensorrt, cache)
    forget()


@pytest.fixture
def no_tensorrt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """TensorRT is not installed."""
    forget()
    monkeypatch.setitem(sys.modules, "tensorrt", None)
    yield
    forget()
