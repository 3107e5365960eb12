"""What every inference engine offers: named NumPy arrays in, named NumPy arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy.typing as npt

Tensors = Mapping[str, npt.NDArray[Any]]
Shape = tuple[int | None, ...]


class Engine(Protocol):
    """A loaded network.

    Attributes:
        name: of the backend, for example "onnxruntime".
        inputs: shape of each input by name, None where any size is taken.
        outputs: names of the outputs in order.
    """

    name: str
    inputs: Mapping[str, Shape]
    outputs: tuple[str, ...]

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network.

        Raises:
            InputError: a tensor is missing or has the wrong shape.
            EngineError: the backend failed.
        """
        ...


class Backend(Engine, Protocol):
    """An engine as load_engine makes it.

    Attributes:
        place: what it runs on, for the log, for example "CPU, 1 thread".
    """

    place: str


def on_cpu(threads: int) -> str:
    """The place of an engine that runs on the CPU."""
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
