"""Reading a network's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import ModelError

Array = npt.NDArray[np.float64]


def output_of_shape(outputs: Mapping[str, npt.NDArray[Any]], shape: tuple[int, ...]) -> Array:
    """The one output of a shape, batch of one taken off: published files differ in the names.

    Raises:
        ModelError: no output or several have that shape.
    """
    fitting = [value for value in outputs.values() if value.shape == (1, *shape)]
    if len(fitting) != 1:
        shapes = {name: value.shape for name, value in outputs.items()}
        raise ModelError(f"the network gives {shapes}, expected one output of {(1, *shape)}")
    result: Array = fitting[0][0].astype(np.float64)
    return result


def sigmoid(logits: Array) -> Array:
    """Probabilities of logits, without overflow."""
    result: Array = 1 / (1 + np.exp(-np.clip(logits, -100, 100)))
    return result
