"""Memory and a stream of a GPU, from whichever of two packages is there."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

import numpy.typing as npt

from pose_action_ros.errors import EngineError


class DeviceMemory(Protocol):
    """Buffers on the first GPU and one stream, in whose order all copies are made.

    It is used by one thread at a time. CUDA_VISIBLE_DEVICES chooses another GPU.

    Attributes:
        gpu: name and compute capability.
        stream: handle of the CUDA stream.
    """

    gpu: str
    stream: int

    def allocate(self, size: int) -> int:
        """Address of a new buffer of that many bytes; EngineError when there is no memory."""
        ...

    def upload(self, address: int, array: npt.NDArray[Any]) -> None:
        """Queue the copy of a contiguous array to a buffer; EngineError if CUDA fails."""
        ...

    def download(self, array: npt.NDArray[Any], address: int) -> None:
        """Queue the copy of a buffer to a contiguous array; EngineError if CUDA fails."""
        ...

    def synchronise(self) -> None:
        """Wait until everything queued is done; EngineError if any of it failed."""
        ...

    def close(self) -> None:
        """Give buffers and stream back."""
        ...


def open_memory() -> DeviceMemory:
    """Of cuda-python or, where that is not installed, of PyTorch.

    Raises:
        EngineError: neither is installed, or there is no GPU that works.
    """
    # Importing PyTorch takes seconds and hundreds of megabytes, so it comes second.
    for module, name in (("cuda_memory", "CudaMemory"), ("torch_memory", "TorchMemory")):
        try:
            factory = getattr(import_module(f"pose_action_ros.engines.{module}"), name)
        except (ImportError, OSError):
            continue
        memory: DeviceMemory = factory()
        return memory
    raise EngineError(
        "neither cuda-python nor PyTorch is installed, one of which gives TensorRT its memory; "
        "`pip install cuda-python`"
    )


def out_of_memory(size: int, reason: object) -> EngineError:
    """What to raise when a buffer of `size` bytes cannot be had."""
    return EngineError(
        f"no {size / 2**20:.1f} MiB of GPU memory to be had ({reason}); end other programs that "
        "use the GPU, or build the engine for fewer people: pose-action build-engine --max-batch"
    )
