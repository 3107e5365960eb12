"""GPU memory and a CUDA stream, by cuda-python."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from pose_action_ros.errors import EngineError

_GPU = 0


class CudaMemory:
    """Buffers on the first GPU, and one stream that keeps all copies in order.

    CUDA_VISIBLE_DEVICES chooses another GPU. Use it from one thread at a time. Each method raises
    EngineError if CUDA fails.

    Attributes:
        gpu: name and compute capability.
        stream: handle of the CUDA stream.

    Raises:
        EngineError: cuda-python is not installed, or CUDA can use no GPU.
    """

    def __init__(self) -> None:
        try:
            from cuda.bindings import runtime  # noqa: PLC0415 - optional
        except (ImportError, OSError) as error:
            raise EngineError(
                f"cuda-python, which gives TensorRT its memory, cannot be imported ({error}); "
                "`pip install cuda-python`"
            ) from error
        self._cuda = runtime
        self._buffers: list[int] = []
        status, count = runtime.cudaGetDeviceCount()
        if status != runtime.cudaError_t.cudaSuccess or count == 0:
            raise EngineError(
                f"no GPU that CUDA can use ({status.name}); check the driver, and that the major "
                "version of cuda-python is that of the driver's CUDA"
            )
        self._check(runtime.cudaSetDevice(_GPU))
        properties = self._check(runtime.cudaGetDeviceProperties(_GPU))
        name = properties.name.decode(errors="replace").rstrip("\0")
        self.gpu = f"{name}, {properties.major}.{properties.minor}"
        # A non-blocking stream does not wait for the default stream of other code in the process.
        flags = runtime.cudaStreamNonBlocking
        self._stream = self._check(runtime.cudaStreamCreateWithFlags(flags))
        self.stream = int(self._stream)

    def allocate(self, size: int) -> int:
        """Address of a new buffer of `size` bytes."""
        error, address = self._cuda.cudaMalloc(max(size, 1))
        if error == self._cuda.cudaError_t.cudaErrorMemoryAllocation:
            raise EngineError(
                f"cannot allocate {size / 2**20:.1f} MiB of GPU memory ({error.name}); end other "
                "programs that use the GPU, or build the engine for fewer people: pose-action "
                "build-engine --max-batch"
            )
        self._check((error, address))
        self._buffers.append(int(address))
        return int(address)

    def upload(self, address: int, array: npt.NDArray[Any]) -> None:
        """Queue the copy of a contiguous array to a buffer."""
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyHostToDevice
        copied = (address, array.ctypes.data, array.nbytes, kind, self._stream)
        self._check(self._cuda.cudaMemcpyAsync(*copied))

    def download(self, array: npt.NDArray[Any], address: int) -> None:
        """Queue the copy of a buffer to a contiguous array."""
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost
        copied = (array.ctypes.data, address, array.nbytes, kind, self._stream)
        self._check(self._cuda.cudaMemcpyAsync(*copied))

    def synchronise(self) -> None:
        """Wait until all queued work is done."""
        self._check(self._cuda.cudaStreamSynchronize(self._stream))

    def close(self) -> None:
        """Release the buffers and the stream."""
        # Errors are ignored: after a fault CUDA answers every call with it.
        while self._buffers:
            self._cuda.cudaFree(self._buffers.pop())
        self._cuda.cudaStreamDestroy(self._stream)

    def _check(self, answer: tuple[Any, ...]) -> Any:
        """The value of a call; EngineError with CUDA's name of the error if it failed."""
        error, *values = answer
        if error != self._cuda.cudaError_t.cudaSuccess:
            raise EngineError(f"CUDA failed with {error.name}; `nvidia-smi` shows the GPU's state")
        return values[0] if values else None
