"""Layers of action networks: operations of cells, layers that adapt sizes, spare outputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_KERNELS = {"sep_conv_3x3": 3, "sep_conv_5x5": 5}


def pixels_of(images: Tensor) -> Tensor:
    """Images (B, H, W, C) of 0 to 255 to maps (B, C, H, W) of -1 to 1."""
    return images.permute(0, 3, 1, 2) / 127.5 - 1


def operation(name: str, channels: int, flat: bool = False) -> nn.Module:
    """The operation with a name in OPERATIONS: (B, channels, H, W) to the same size.

    Args:
        name: of the operation.
        channels: of its input and output.
        flat: H is 1, kernels are 1 x 3 and 1 x 5.
    """
    if name in _KERNELS:
        return SeparableConv(channels, _KERNELS[name], flat)
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(_size(3, flat), 1, _padding(3, flat), count_include_pad=False)
    if name == "max_pool_3x3":
        return nn.MaxPool2d(_size(3, flat), 1, _padding(3, flat))
    return nn.Identity()


class SeparableConv(nn.Module):
    """(B, C, H, W) to the same size: ReLU, depthwise and pointwise convolution, BN, twice."""

    def __init__(self, channels: int, size: int, flat: bool = False) -> None:
        super().__init__()
        once = (channels, channels, size, 1, flat)
        self.layers = nn.Sequential(*(layer for _ in range(2) for layer in _separable(*once)))

    def forward(self, maps: Tensor) -> Tensor:
        """Forward pass."""
        result: Tensor = self.layers(maps)
        return result


class Fit(nn.Module):
    """Adapts an input of a cell to the cell's size: ReLU, convolution 1x1, BN.

    (B, inputs, H, W) to (B, channels, H / stride, W / stride), sizes rounded up. With a stride, a
    depthwise convolution comes first, so that no pixel is skipped. Flat maps have a height of 1.
    """

    def __init__(self, inputs: int, channels: int, stride: int, flat: bool = False) -> None:
        super().__init__()
        if stride == 1:
            point = nn.Conv2d(inputs, channels, 1, bias=False)
            self.layers = nn.Sequential(nn.ReLU(), point, nn.BatchNorm2d(channels))
        else:
            # The kernel is larger than the stride, so that windows overlap.
            self.layers = nn.Sequential(*_separable(inputs, channels, stride + 1, stride, flat))

    def forward(self, maps: Tensor) -> Tensor:
        """Forward pass."""
        result: Tensor = self.layers(maps)
        return result


class Join(nn.Module):
    """Concatenates maps of nodes: ReLU, convolution 1x1, BN to (B, channels, H, W).

    Args:
        ends: nodes with weights.
        channels: of each node, and of the output.
    """

    def __init__(self, ends: Sequence[int], channels: int) -> None:
        super().__init__()
        self.ends, self.channels = tuple(ends), channels
        self.point = nn.Conv2d(len(ends) * channels, channels, 1, bias=False)
        self.normalise = nn.BatchNorm2d(channels)

    def forward(self, values: Sequence[Tensor], ends: Sequence[int]) -> Tensor:
        """Join the `values` (B, channels, H, W) with the indices `ends`."""
        weight = self.point.weight  # (C, ends * C, 1, 1)
        if tuple(ends) != self.ends:
            parts = torch.split(weight, self.channels, dim=1)
            weight = torch.cat([parts[self.ends.index(end)] for end in ends], dim=1)
        together = torch.cat([values[end] for end in ends], dim=1).relu()
        joined: Tensor = self.normalise(nn.functional.conv2d(together, weight))
        return joined


def drop_path(maps: Tensor, rate: float) -> Tensor:
    """Zero the maps (B, C, H, W) of each example with this probability, preserving the mean.

    Larsson, Maire, Shakhnarovich: FractalNet, ICLR 2017, arXiv 1605.07648.
    """
    kept = torch.rand((len(maps), 1, 1, 1), device=maps.device) >= rate
    return maps * kept / (1 - rate)


def _separable(
    inputs: int, outputs: int, size: int, stride: int, flat: bool
) -> tuple[nn.Module, ...]:
    return (
        nn.ReLU(),
        nn.Conv2d(
            *(inputs, inputs, _size(size, flat), _size(stride, flat), _padding(size, flat)),
            groups=inputs,
            bias=False,
        ),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
    )


def _size(size: int, flat: bool) -> tuple[int, int]:
    """Height and width of a kernel or stride."""
    return (1 if flat else size), size


def _padding(size: int, flat: bool) -> tuple[int, int]:
    """Padding above and beside the maps of a kernel."""
    return (0 if flat else (size - 1) // 2), (size - 1) // 2


def join_spare(logits: Tensor, labels: int) -> Tensor:
    """Logits (B, labels + S) with S spare outputs to logits (B, labels + 1).

    Spare outputs are training classes without a label. Together they are the background, the last
    class: its probability is the sum of theirs, and those of the labels stay as they are.
    """
    background = torch.logsumexp(logits[:, labels:], dim=1, keepdim=True)
    return torch.cat([logits[:, :labels], background], dim=1)
