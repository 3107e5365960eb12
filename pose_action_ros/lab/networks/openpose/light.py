"""A light OpenPose network, which this package can train.

After Osokin, Real-time 2D Multi-Person Pose Estimation on CPU: Lightweight OpenPose, 2018 (arXiv
1811.12004): MobileNet v1 without its last strides, one first stage and one that refines it, both
branches of a stage in one trunk.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.openpose.structure import CHANNELS

_BACKBONE = (
    (64, 1, 1), (128, 2, 1), (128, 1, 1), (256, 2, 1), (256, 1, 1), (512, 1, 1),
    (512, 1, 2), (512, 1, 1), (512, 1, 1), (512, 1, 1), (512, 1, 1),
)  # fmt: skip
"""Outputs, stride and dilation of the separable convolutions of MobileNet v1 up to conv5_5.

Its strides 16 and 32 are left out; the dilation gives conv5_1 what it saw with them.
"""
_REFINING_BLOCKS = 5


@dataclass(frozen=True)
class LightShape:
    """What rebuilds the network.

    Attributes:
        layout: key of CHANNELS.
        width: channels of the stages; the backbone grows in proportion, 128 as published.
        refinements: stages after the first.
    """

    layout: str = "coco_18"
    width: int = 128
    refinements: int = 1


class LightOpenPose(nn.Module):
    """Images (B, 3, H, W), BGR, x / 256 - 0.5, to maps (B, C, H / 8, W / 8) as CaffeNetwork."""

    def __init__(self, shape: LightShape) -> None:
        super().__init__()
        self.shape = shape
        width, outputs = shape.width, sum(CHANNELS[shape.layout])
        self.backbone, channels = _backbone(width)
        self.adapt = _Adapt(channels, width)
        self.first = _Stage(nn.Sequential(*(_full(width, width) for _ in range(3))), width, outputs)
        self.refine = nn.ModuleList(
            _Stage(_refining_trunk(width + outputs, width), width, outputs)
            for _ in range(shape.refinements)
        )

    def stages(self, images: Tensor) -> list[Tensor]:
        """The maps of every stage, the last one's are the best; training looks at all."""
        features = self.adapt(self.backbone(images))
        told = [self.first(features)]
        for stage in self.refine:
            told.append(stage(torch.cat([features, told[-1]], dim=1)))
        return told

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        return self.stages(images)[-1]


def _backbone(width: int) -> tuple[nn.Sequential, int]:
    """The layers and the channels they end with."""
    channels = width // 4
    layers = [_full(3, channels, stride=2)]
    for outputs, stride, dilation in _BACKBONE:
        wider = outputs * width // 128
        layers.append(_separable(channels, wider, stride, dilation))
        channels = wider
    return nn.Sequential(*layers), channels


class _Adapt(nn.Module):
    """The backbone's channels to those of the stages, with a look around."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.align = _full(inputs, width, kernel=1)
        self.around = nn.Sequential(*(_separable(width, width, 1, 1) for _ in range(3)))
        self.last = _full(width, width)

    def forward(self, features: Tensor) -> Tensor:
        aligned = self.align(features)
        adapted: Tensor = self.last(aligned + self.around(aligned))
        return adapted


class _Stage(nn.Module):
    """A trunk and a head; heat maps and fields share both but the last layer."""

    def __init__(self, trunk: nn.Module, width: int, outputs: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Sequential(
            _full(width, 4 * width, kernel=1), nn.Conv2d(4 * width, outputs, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        maps: Tensor = self.head(self.trunk(features))
        return maps


class _RefiningBlock(nn.Module):
    """A 1x1 convolution and around it two of 3x3, which see as much as one of 7x7."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.align = _full(inputs, width, kernel=1)
        self.around = nn.Sequential(_full(width, width), _full(width, width, dilation=2))

    def forward(self, features: Tensor) -> Tensor:
        aligned: Tensor = self.align(features)
        refined: Tensor = aligned + self.around(aligned)
        return refined


def _refining_trunk(inputs: int, width: int) -> nn.Sequential:
    sizes = [inputs, *[width] * (_REFINING_BLOCKS - 1)]
    return nn.Sequential(*(_RefiningBlock(size, width) for size in sizes))


def _full(
    inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, dilation: int = 1
) -> nn.Sequential:
    """Convolution, normalisation, ReLU."""
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def _separable(inputs: int, outputs: int, stride: int, dilation: int) -> nn.Sequential:
    """Each channel by itself, then all channels of each cell."""
    depthwise = nn.Conv2d(inputs, inputs, 3, stride, dilation, dilation, groups=inputs, bias=False)
    return nn.Sequential(
        depthwise, nn.BatchNorm2d(inputs), nn.ReLU(), *_full(inputs, outputs, kernel=1)
    )
