"""The interface of every inference engine: named NumPy arrays in, named NumPy arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from pose_action_ros.errors import EngineError, InputError

if TYPE_CHECKING:
    import numpy.typing as npt

Tensors = Mapping[str, "npt.NDArray[Any]"]
Shape = tuple[int | None, ...]


class NotBuiltError(EngineError):
    """The engine of a model must be built first, which takes minutes."""


class Engine(Protocol):
    """A loaded network."""

    @property
    def name(self) -> str:
        """Name of the backend, e.g. "onnxruntime"; it may change while the engine is in use."""
        ...

    @property
    def place(self) -> str:
        """Device and its use, for example "CPU, 1 thread"; it may change with the name."""
        ...

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shape of each input by name, None for an axis of any size."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs in order."""
        ...

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network.

        Raises:
            InputError: a tensor is missing or has the wrong shape.
            EngineError: the backend failed.
        """
        ...


def on_cpu(threads: int) -> str:
    """The place of an engine that runs on the CPU."""
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def check_tensors(inputs: Mapping[str, Shape], tensors: Tensors) -> None:
    """Raise InputError unless every input has a tensor of the right shape."""
    if set(tensors) != set(inputs):
        raise InputError(f"got tensors {sorted(tensors)}, the network takes {sorted(inputs)}")
    for name, expected in inputs.items():
        shape = tensors[name].shape
        if shape == expected:
            continue
        fits = len(shape) == len(expected) and all(
            size is None or size == length for size, length in zip(expected, shape, strict=True)
        )
        if not fits:
            sizes = tuple("any" if size is None else size for size in expected)
            raise InputError(f"tensor {name!r} has shape {shape}, the network takes {sizes}")
