"""ONNX operators with weights or windows, in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from pose_action_ros.engines.torch_maths import Attributes, Inputs, Operator, needed, present
from pose_action_ros.errors import EngineError

_CONVOLUTIONS = (functional.conv1d, functional.conv2d, functional.conv3d)
_MAXIMA = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)


def _gemm(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    left, right, bias = needed(inputs, 0), needed(inputs, 1), present(inputs, 2)
    left = left.T if attributes.get("transA", 0) else left
    right = right.T if attributes.get("transB", 0) else right
    product = attributes.get("alpha", 1.0) * (left @ right)
    return (product if bias is None else product + attributes.get("beta", 1.0) * bias,)


def _normalise(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    if attributes.get("training_mode", 0):
        raise EngineError("BatchNormalization is in training mode; export the model again")
    value, scale, bias, mean, variance = (needed(inputs, at) for at in range(5))
    epsilon = attributes.get("epsilon", 1e-5)
    return (functional.batch_norm(value, mean, variance, scale, bias, eps=epsilon),)


def _convolve(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, weight, bias = needed(inputs, 0), needed(inputs, 1), present(inputs, 2)
    axes = value.dim() - 2
    padded, pads = _padded(value, attributes, 0.0)
    convolve = _CONVOLUTIONS[axes - 1]
    strides, dilations = _sizes(attributes, "strides", axes), _sizes(attributes, "dilations", axes)
    group = attributes.get("group", 1)
    return (convolve(padded, weight, bias, strides, pads, dilations, group),)


def _max_pool(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    axes = value.dim() - 2
    padded, pads = _padded(value, attributes, -torch.inf)
    pool = _MAXIMA[axes - 1]
    strides, dilations = _sizes(attributes, "strides", axes), _sizes(attributes, "dilations", axes)
    ceil = bool(attributes.get("ceil_mode", 0))
    return (pool(padded, list(attributes["kernel_shape"]), strides, pads, dilations, ceil),)


def _average_pool(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    """Sums over a zero border, divided by how many values were summed."""
    value = needed(inputs, 0)
    axes = value.dim() - 2
    if attributes.get("ceil_mode", 0) or set(_sizes(attributes, "dilations", axes)) != {1}:
        raise EngineError("AveragePool with ceil_mode or dilations; use the engine onnxruntime")
    counted = torch.ones_like(value[:1, :1])
    if attributes.get("count_include_pad", 0):
        border = list(_border(attributes, axes))
        value, counted = functional.pad(value, border), functional.pad(counted, border, value=1.0)
        attributes = {**attributes, "pads": [0] * (2 * axes)}
    return (_window_sums(value, attributes) / _window_sums(counted, attributes),)


def _window_sums(value: Tensor, attributes: Attributes) -> Tensor:
    """Sum of each window (kernel_shape, strides, pads) of (B, C, ...), the border being zero."""
    axes = value.dim() - 2
    kernel = tuple(attributes["kernel_shape"])
    ones = torch.ones((value.shape[1], 1, *kernel), dtype=value.dtype, device=value.device)
    padded = functional.pad(value, _border(attributes, axes))
    strides = _sizes(attributes, "strides", axes)
    return _CONVOLUTIONS[axes - 1](padded, ones, None, strides, groups=value.shape[1])


def _global_average(inputs: Inputs, _attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    return (value.mean(list(range(2, value.dim())), keepdim=True),)


def _padded(value: Tensor, attributes: Attributes, filling: float) -> tuple[Tensor, list[int]]:
    """The value, and the padding of each axis that is left for the layer to do.

    PyTorch pads both sides alike; where they differ, the padding is done here.
    """
    axes = value.dim() - 2
    border = _border(attributes, axes)
    before = [border[2 * at] for at in reversed(range(axes))]
    after = [border[2 * at + 1] for at in reversed(range(axes))]
    kernel = attributes.get("kernel_shape")
    # Pooling layers of PyTorch take at most half a window of padding.
    small = kernel is None or all(2 * pad <= size for pad, size in zip(before, kernel, strict=True))
    if before == after and small:
        return value, before
    return functional.pad(value, border, value=filling), [0] * axes


def _border(attributes: Attributes, axes: int) -> list[int]:
    """The attribute `pads` in the order of functional.pad: last axis first, both of its sides."""
    if attributes.get("auto_pad", "NOTSET") not in {"NOTSET", "VALID"}:
        raise EngineError(
            f"auto_pad {attributes['auto_pad']!r}, expected explicit pads; "
            "use the engine onnxruntime"
        )
    pads = attributes.get("pads", [0] * (2 * axes))
    return [pad for at in reversed(range(axes)) for pad in (pads[at], pads[axes + at])]


def _sizes(attributes: Attributes, name: str, axes: int) -> list[int]:
    """Strides or dilations, 1 where they are left out."""
    return list(attributes.get(name, [1] * axes))


LAYERS: Mapping[str, Operator] = {
    "Gemm": _gemm,
    "BatchNormalization": _normalise,
    "Conv": _convolve,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _global_average,
}
