"""Checks that all engines share."""

from __future__ import annotations

from collections.abc import Mapping

from pose_action_ros.engines.base import Shape, Tensors
from pose_action_ros.errors import InputError


def check_tensors(inputs: Mapping[str, Shape], tensors: Tensors) -> None:
    """InputError unless there is a tensor of the right shape for every input."""
    if set(tensors) != set(inputs):
        raise InputError(f"got tensors {sorted(tensors)}, the network takes {sorted(inputs)}")
    for name, expected in inputs.items():
        shape = tensors[name].shape
        fits = len(shape) == len(expected) and all(
            want is None or want == size for want, size in zip(expected, shape, strict=True)
        )
        if not fits:
            wanted = tuple("any" if size is None else size for size in expected)
            raise InputError(f"tensor {name!r} has shape {shape}, the network takes {wanted}")
