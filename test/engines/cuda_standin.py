"""A GPU made of host memory: cuda.bindings.runtime, for as far as the package uses it.

What is queued on a stream is done when the stream is waited for and not before, so that a copy that
is not waited for is found out.
"""

# ruff: noqa: N801, N802, N803, N815 - the names are NVIDIA's
from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any


class cudaError_t(IntEnum):
    cudaSuccess = 0
    cudaErrorMemoryAllocation = 2
    cudaErrorInsufficientDriver = 35
    cudaErrorNoDevice = 100
    cudaErrorIllegalAddress = 700


class cudaMemcpyKind(IntEnum):
    cudaMemcpyHostToDevice = 1
    cudaMemcpyDeviceToHost = 2


class Stream:
    """A handle like cudaStream_t; int() gives its address."""

    def __int__(self) -> int:
        return 0x5EA


OK = cudaError_t.cudaSuccess


class Gpu:
    """The state of the card.

    Attributes:
        name, capability: what it says of itself.
        failing: error by the name of the function that fails.
        limit: bytes that can be allocated.
        buffers: what is allocated, by address.
        streams: how many there are.
    """

    def __init__(self) -> None:
        self.name, self.capability = "Imaginary GPU", (8, 7)
        self.failing: dict[str, cudaError_t] = {}
        self.limit = 1 << 30
        self.buffers: dict[int, Any] = {}
        self.streams = 0
        self._queue: list[Callable[[], object]] = []

    def submit(self, stream: Any, work: Callable[[], object]) -> None:
        """Queue work on a stream."""
        assert int(stream) == int(Stream())
        self._queue.append(work)

    def wait(self) -> None:
        """Do what is queued."""
        while self._queue:
            self._queue.pop(0)()

    def size_at(self, address: int) -> int:
        """Bytes of the buffer at an address."""
        return ctypes.sizeof(self.buffers[address])

    def module(self) -> ModuleType:
        """The stand-in for cuda.bindings.runtime."""
        module = ModuleType("cuda.bindings.runtime")
        for name, function in _functions(self).items():
            setattr(module, name, self._guarded(name, function))
        module.cudaError_t = cudaError_t  # type: ignore[attr-defined]
        module.cudaMemcpyKind = cudaMemcpyKind  # type: ignore[attr-defined]
        module.cudaStreamNonBlocking = 1  # type: ignore[attr-defined]
        return module

    def _guarded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs)
            error = self.failing.get(name)
            return answer if error is None else (error, *(None for _ in answer[1:]))

        call.__wrapped__ = function  # type: ignore[attr-defined]  # for inspect.signature
        return call


def _functions(gpu: Gpu) -> dict[str, Callable[..., Any]]:  # noqa: C901 - nine small ones
    """Names of parameters and answers are those of cuda-python."""

    def cudaGetDeviceCount() -> Any:
        return OK, 1

    def cudaSetDevice(device: int) -> Any:
        assert device == 0
        return (OK,)

    def cudaGetDeviceProperties(device: int) -> Any:
        assert device == 0
        major, minor = gpu.capability
        name = gpu.name.encode().ljust(256, b"\0")
        return OK, SimpleNamespace(name=name, major=major, minor=minor)

    def cudaStreamCreateWithFlags(flags: int) -> Any:
        assert flags == 1
        gpu.streams += 1
        return OK, Stream()

    def cudaStreamDestroy(stream: Any) -> Any:
        assert isinstance(stream, Stream)
        gpu.streams -= 1
        return (OK,)

    def cudaStreamSynchronize(stream: Any) -> Any:
        assert isinstance(stream, Stream)
        gpu.wait()
        return (OK,)

    def cudaMalloc(size: int) -> Any:
        used = sum(ctypes.sizeof(buffer) for buffer in gpu.buffers.values())
        if used + size > gpu.limit:
            return cudaError_t.cudaErrorMemoryAllocation, None
        buffer = ctypes.create_string_buffer(size)
        address = ctypes.addressof(buffer)
        gpu.buffers[address] = buffer
        return OK, address

    def cudaFree(devPtr: int) -> Any:
        del gpu.buffers[devPtr]
        return (OK,)

    def cudaMemcpyAsync(dst: int, src: int, count: int, kind: cudaMemcpyKind, stream: Any) -> Any:
        there = dst if kind == cudaMemcpyKind.cudaMemcpyHostToDevice else src
        assert count <= gpu.size_at(there)
        gpu.submit(stream, partial(ctypes.memmove, dst, src, count))
        return (OK,)

    return {name: item for name, item in locals().items() if name.startswith("cuda")}
