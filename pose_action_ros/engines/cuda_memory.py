"""GPU memory from cuda-python."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from cuda.bindings import runtime

from pose_action_ros.engines.device_memory import out_of_memory
from pose_action_ros.errors import EngineError

_GPU = 0


class CudaMemory:
    """See DeviceMemory."""

    def __init__(self) -> None:
        self._buffers: list[int] = []
        error, count = runtime.cudaGetDeviceCount()
        if error != runtime.cudaError_t.cudaSuccess or count == 0:
            raise EngineError(
                f"no GPU that CUDA can use ({error.name}); check the driver, and that the major "
                "version of cuda-python is that of the driver's CUDA"
            )
        _check(runtime.cudaSetDevice(_GPU))
        properties = _check(runtime.cudaGetDeviceProperties(_GPU))
        name = properties.name.decode(errors="replace").rstrip("\0")
        self.gpu = f"{name}, {properties.major}.{properties.minor}"
        # One that does not wait for the default stream, which others in the process may use.
        self._stream = _check(runtime.cudaStreamCreateWithFlags(runtime.cudaStreamNonBlocking))
        self.stream = int(self._stream)

    def allocate(self, size: int) -> int:
        """See DeviceMemory."""
        error, address = runtime.cudaMalloc(max(size, 1))
        if error == runtime.cudaError_t.cudaErrorMemoryAllocation:
            raise out_of_memory(size, error.name)
        _check((error, address))
        self._buffers.append(int(address))
        return int(address)

    def upload(self, address: int, array: npt.NDArray[Any]) -> None:
        """See DeviceMemory."""
        kind = runtime.cudaMemcpyKind.cudaMemcpyHostToDevice
        copied = (address, array.ctypes.data, array.nbytes, kind, self._stream)
        _check(runtime.cudaMemcpyAsync(*copied))

    def download(self, array: npt.NDArray[Any], address: int) -> None:
        """See DeviceMemory."""
        kind = runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
        copied = (array.ctypes.data, address, array.nbytes, kind, self._stream)
        _check(runtime.cudaMemcpyAsync(*copied))

    def synchronise(self) -> None:
        """See DeviceMemory."""
        _check(runtime.cudaStreamSynchronize(self._stream))

    def close(self) -> None:
        """See DeviceMemory."""
        # What fails here has failed before: after a fault CUDA answers every call with it.
        while self._buffers:
            runtime.cudaFree(self._buffers.pop())
        runtime.cudaStreamDestroy(self._stream)


def _check(answer: tuple[Any, ...]) -> Any:
    """The value that a call gave; EngineError with CUDA's name of the error otherwise."""
    error, *values = answer
    if error != runtime.cudaError_t.cudaSuccess:
        raise EngineError(f"CUDA failed with {error.name}; `nvidia-smi` shows the GPU's state")
    return values[0] if values else None
