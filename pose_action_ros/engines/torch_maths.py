"""ONNX operators that compute value by value or along axes, in PyTorch.

Each takes its inputs, None for one left out, and its attributes, and gives a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Inputs = Sequence[Tensor | None]
Attributes = Mapping[str, Any]
Operator = Callable[[Inputs, Attributes], tuple[Tensor, ...]]


def present(inputs: Inputs, at: int) -> Tensor | None:
    """An input that may be left out."""
    return inputs[at] if at < len(inputs) else None


def needed(inputs: Inputs, at: int) -> Tensor:
    """An input that every valid network gives."""
    value = inputs[at]
    assert value is not None
    return value


def integers(inputs: Inputs, attributes: Attributes, at: int, name: str) -> list[int] | None:
    """Axes or sizes, an input in newer versions of an operator and an attribute in older ones."""
    value = present(inputs, at)
    if value is not None:
        return [int(item) for item in value.reshape(-1).tolist()]
    return attributes.get(name)


def _each(function: Callable[..., Tensor]) -> Operator:
    """Of a function of as many tensors as the operator has inputs."""
    return lambda inputs, _attributes: (function(*inputs),)


def _all(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    """Of a function of two tensors for any number of inputs."""
    return lambda inputs, _attributes: (
        reduce(function, [needed(inputs, at) for at in range(len(inputs))]),
    )


def _divide(left: Tensor, right: Tensor) -> Tensor:
    return torch.div(left, right, rounding_mode=None if left.is_floating_point() else "trunc")


def _power(value: Tensor, power: Tensor) -> Tensor:
    return torch.pow(value, power).to(value.dtype)


def _same(value: Tensor) -> Tensor:
    return value


def _modulo(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    function = torch.fmod if attributes.get("fmod", 0) else torch.remainder
    return (function(needed(inputs, 0), needed(inputs, 1)),)


def _clip(inputs: Inputs, _attributes: Attributes) -> tuple[Tensor, ...]:
    low, high = present(inputs, 1), present(inputs, 2)
    value = needed(inputs, 0)
    value = value if low is None else torch.maximum(value, low)
    return (value if high is None else torch.minimum(value, high),)


def _selu(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    alpha = attributes.get("alpha", 1.67326319217681884765625)
    gamma = attributes.get("gamma", 1.05070102214813232421875)
    value = needed(inputs, 0)
    return (gamma * torch.where(value > 0, value, alpha * torch.expm1(value)),)


def _prelu(value: Tensor, slope: Tensor) -> Tensor:
    return torch.where(value < 0, value * slope, value)


def _softmax(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    return (torch.softmax(needed(inputs, 0), attributes.get("axis", -1)),)


def _softplus(value: Tensor) -> Tensor:
    return torch.logaddexp(value, torch.zeros_like(value))


def _reduced(
    function: Callable[[Tensor, list[int], bool], Tensor], inputs: Inputs, attributes: Attributes
) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    axes = integers(inputs, attributes, 1, "axes")
    if not axes and attributes.get("noop_with_empty_axes", 0):
        return (value,)
    return (function(value, axes or list(range(value.dim())), bool(attributes.get("keepdims", 1))),)


def _norm(value: Tensor, axes: list[int], keep: bool) -> Tensor:
    return value.square().sum(axes, keepdim=keep).sqrt()


def _sum(value: Tensor, axes: list[int], keep: bool) -> Tensor:
    return value.sum(axes, keepdim=keep, dtype=value.dtype)


def _cast(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    return (needed(inputs, 0).to(_TYPES[attributes["to"]]),)


_TYPES = {
    1: torch.float32,
    2: torch.uint8,
    3: torch.int8,
    5: torch.int16,
    6: torch.int32,
    7: torch.int64,
    9: torch.bool,
    10: torch.float16,
    11: torch.float64,
    16: torch.bfloat16,
}
"""By the numbers of ONNX's TensorProto.DataType."""

_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "Abs": torch.abs,
    "Add": torch.add,
    "Div": _divide,
    "Equal": torch.eq,
    "Exp": torch.exp,
    "Greater": torch.gt,
    "Identity": _same,
    "Less": torch.lt,
    "Log": torch.log,
    "MatMul": torch.matmul,
    "Mul": torch.mul,
    "Neg": torch.neg,
    "Not": torch.logical_not,
    "Pow": _power,
    "PRelu": _prelu,
    "Reciprocal": torch.reciprocal,
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "Softplus": _softplus,
    "Sqrt": torch.sqrt,
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Where": torch.where,
}

MATHS: Mapping[str, Operator] = {
    **{name: _each(function) for name, function in _FUNCTIONS.items()},
    "Max": _all(torch.maximum),
    "Min": _all(torch.minimum),
    "Mod": _modulo,
    "Clip": _clip,
    "Selu": _selu,
    "Softmax": _softmax,
    "LeakyRelu": lambda inputs, attributes: (
        functional.leaky_relu(needed(inputs, 0), attributes.get("alpha", 0.01)),
    ),
    "ReduceSum": partial(_reduced, _sum),
    "ReduceMean": partial(_reduced, torch.mean),
    "ReduceL2": partial(_reduced, _norm),
    "ReduceMax": partial(_reduced, torch.amax),
    "ReduceMin": partial(_reduced, torch.amin),
    "Cast": _cast,
}
