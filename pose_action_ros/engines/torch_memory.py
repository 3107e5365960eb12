"""GPU memory from PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.engines.device_memory import out_of_memory
from pose_action_ros.errors import EngineError

_GPU = "cuda:0"


class TorchMemory:
    """See DeviceMemory."""

    def __init__(self) -> None:
        self._buffers: dict[int, torch.Tensor] = {}
        if not torch.cuda.is_available():
            raise EngineError(
                "no GPU that PyTorch can use; check the driver, and that PyTorch is built for CUDA"
            )
        properties = torch.cuda.get_device_properties(_GPU)
        self.gpu = f"{properties.name}, {properties.major}.{properties.minor}"
        self._stream = torch.cuda.Stream(_GPU)  # type: ignore[no-untyped-call]  # of PyTorch
        self.stream = int(self._stream.cuda_stream)

    def allocate(self, size: int) -> int:
        """See DeviceMemory."""
        try:
            buffer = torch.empty(max(size, 1), dtype=torch.uint8, device=_GPU)
        except RuntimeError as error:
            raise out_of_memory(size, str(error).splitlines()[0]) from error
        address = int(buffer.data_ptr())
        self._buffers[address] = buffer
        return address

    def upload(self, address: int, array: npt.NDArray[Any]) -> None:
        """See DeviceMemory."""
        writable = np.require(array, requirements=["C", "W"])  # PyTorch warns of others
        self._copy(self._buffers[address][: array.nbytes], _bytes(writable))

    def download(self, array: npt.NDArray[Any], address: int) -> None:
        """See DeviceMemory."""
        self._copy(_bytes(array), self._buffers[address][: array.nbytes])

    def synchronise(self) -> None:
        """See DeviceMemory."""
        try:
            self._stream.synchronize()
        except RuntimeError as error:
            raise _failed(error) from error

    def close(self) -> None:
        """See DeviceMemory."""
        self._buffers.clear()

    def _copy(self, target: torch.Tensor, source: torch.Tensor) -> None:
        try:
            with torch.cuda.stream(self._stream):
                target.copy_(source)
        except RuntimeError as error:
            raise _failed(error) from error


def _bytes(array: npt.NDArray[Any]) -> torch.Tensor:
    """A tensor over the memory of a contiguous array."""
    return torch.from_numpy(array.reshape(-1).view(np.uint8))


def _failed(error: RuntimeError) -> EngineError:
    reason = str(error).splitlines()[0]
    return EngineError(f"CUDA failed: {reason}; `nvidia-smi` shows the GPU's state")
