"""ONNX operators that rearrange values or tell shapes, in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from pose_action_ros.engines.torch_maths import (
    Attributes,
    Inputs,
    Operator,
    integers,
    needed,
    present,
)


def _concat(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    return (torch.cat([needed(inputs, at) for at in range(len(inputs))], attributes["axis"]),)


def _slice(inputs: Inputs, _attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    starts, ends, axes, steps = (integers(inputs, {}, at, "") for at in range(1, 5))
    assert starts is not None
    assert ends is not None
    count = len(starts)
    for start, end, axis, step in zip(
        starts, ends, axes or range(count), steps or [1] * count, strict=True
    ):
        # PyTorch has no slices that go backwards. ONNX has Python's, but for a first place before
        # the first value: backwards from there is that value, not nothing.
        size = value.shape[axis]
        first = max(start, -size) if step < 0 else start
        kept = range(size)[slice(first, end, step)]
        places = torch.tensor(kept, dtype=torch.int64, device=value.device)
        value = value.index_select(axis, places)
    return (value,)


def _split(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, axis = needed(inputs, 0), attributes.get("axis", 0)
    sizes = integers(inputs, attributes, 1, "split")
    if sizes is not None:
        return torch.split(value, sizes, axis)
    # All parts have the same size, but for a smaller last one.
    return torch.split(value, -(-value.shape[axis] // attributes["num_outputs"]), axis)


def _gather(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, indices, axis = needed(inputs, 0), needed(inputs, 1), attributes.get("axis", 0)
    size = value.shape[axis]
    places = torch.where(indices < 0, indices + size, indices).reshape(-1)
    shape = [*value.shape[:axis], *indices.shape, *value.shape[axis:][1:]]
    return (value.index_select(axis, places).reshape(shape),)


def _reshape(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    sizes = integers(inputs, attributes, 1, "shape") or []
    if not attributes.get("allowzero", 0):
        sizes = [size or value.shape[at] for at, size in enumerate(sizes)]
    if 0 in sizes and -1 in sizes:  # no people: PyTorch cannot tell the free size from no values
        known = prod(size for size in sizes if size > 0)
        free = prod(size for size in value.shape if size) // known
        sizes = [free if size == -1 else size for size in sizes]
    return (value.reshape(sizes),)


def _flatten(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, axis = needed(inputs, 0), attributes.get("axis", 1)
    axis = axis + value.dim() if axis < 0 else axis
    before, after = value.shape[:axis].numel(), value.shape[axis:].numel()
    return (value.reshape(before, after),)


def _transpose(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    return (value.permute(list(attributes.get("perm", reversed(range(value.dim()))))),)


def _unsqueeze(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, axes = needed(inputs, 0), integers(inputs, attributes, 1, "axes") or []
    total = value.dim() + len(axes)
    for axis in sorted(axis % total for axis in axes):
        value = value.unsqueeze(axis)
    return (value,)


def _squeeze(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, axes = needed(inputs, 0), integers(inputs, attributes, 1, "axes")
    return (value.squeeze() if axes is None else value.squeeze(tuple(axes)),)


def _pad(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value, pads = needed(inputs, 0), integers(inputs, {}, 1, "") or []
    filling, axes = present(inputs, 2), integers(inputs, {}, 3, "")
    axes = list(range(value.dim())) if axes is None else [axis % value.dim() for axis in axes]
    border = [0] * (2 * value.dim())  # last axis first, both of its sides
    for at, axis in enumerate(axes):
        place = 2 * (value.dim() - 1 - axis)
        border[place : place + 2] = [pads[at], pads[len(axes) + at]]
    mode = attributes.get("mode", "constant")
    if mode == "constant":
        return (functional.pad(value, border, value=0.0 if filling is None else filling.item()),)
    return (_repeated(value, border, "replicate" if mode == "edge" else str(mode)),)


def _repeated(value: Tensor, border: list[int], mode: str) -> Tensor:
    """Pad axis by axis, as functional.pad does it for the last axis of (B, C, L) only."""
    for axis in range(value.dim()):
        sides = border[2 * (value.dim() - 1 - axis) :][:2]
        if any(sides):
            rows = value.movedim(axis, -1)
            padded = functional.pad(rows.reshape(1, -1, rows.shape[-1]), sides, mode)
            value = padded.reshape(*rows.shape[:-1], -1).movedim(-1, axis)
    return value


def _constant_of_shape(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    filling: Tensor = attributes.get("value", torch.zeros(1))
    sizes = integers(inputs, {}, 0, "") or []
    device = needed(inputs, 0).device
    return (torch.full(sizes, filling.item(), dtype=filling.dtype, device=device),)


def _shape(inputs: Inputs, attributes: Attributes) -> tuple[Tensor, ...]:
    value = needed(inputs, 0)
    sizes = value.shape[attributes.get("start", 0) : attributes.get("end")]
    return (torch.tensor(sizes, dtype=torch.int64, device=value.device),)


def _expand(inputs: Inputs, _attributes: Attributes) -> tuple[Tensor, ...]:
    value, sizes = needed(inputs, 0), integers(inputs, {}, 1, "") or []
    sizes = [1] * (value.dim() - len(sizes)) + sizes
    own = [1] * (len(sizes) - value.dim()) + list(value.shape)
    # A size of 1 leaves the axis as it is, other than in broadcast_to.
    wanted = [there if size == 1 else size for size, there in zip(sizes, own, strict=True)]
    return (value.broadcast_to(wanted),)


SHAPES: Mapping[str, Operator] = {
    "Concat": _concat,
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Pad": _pad,
    "Reshape": _reshape,
    "Shape": _shape,
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
