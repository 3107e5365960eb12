"""Names of a network's input and outputs, which differ between published files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.engines import Engine
from pose_action_ros.errors import ModelError

Array = npt.NDArray[np.float64]


def image_input(engine: Engine, size: int) -> str:
    """Name of the one input, an image (1, size, size, 3).

    Raises:
        ModelError: the network takes something else.
    """
    shapes = [tuple(shape[1:]) for shape in engine.inputs.values()]
    if shapes != [(size, size, 3)]:
        raise ModelError(
            f"the network takes {dict(engine.inputs)}, expected one image of {(1, size, size, 3)}; "
            "is it another network?"
        )
    (name,) = engine.inputs
    return name


def output_of_shape(outputs: Mapping[str, npt.NDArray[Any]], shape: tuple[int, ...]) -> Any:
    """The one output of a shape, batch of one taken off, as the engine gives it.

    Raises:
        ModelError: no output or several have that shape.
    """
    fitting = [value for value in outputs.values() if value.shape == (1, *shape)]
    if len(fitting) != 1:
        shapes = {name: value.shape for name, value in outputs.items()}
        raise ModelError(f"the network gives {shapes}, expected one output of {(1, *shape)}")
    return fitting[0][0]


def sigmoid(logits: Array) -> Array:
    """Probabilities of logits, without overflow, also of 32 bits."""
    result: Array = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    return result
