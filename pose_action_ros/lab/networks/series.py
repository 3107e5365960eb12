"""Layers along time: all rows of an image at once, each of which is a pair of joints.

Rows are in a fixed order and not shift-invariant, so that they are channels of a series: all maps
are (B, C, 1, W).
"""

from __future__ import annotations

from torch import Tensor, nn

from pose_action_ros.lab.networks.operations import pixels_of
from pose_action_ros.lab.networks.shape import NetworkShape

ROW, STEM = 3, 3
"""Columns of the kernels of the first layers: of each row for itself, and of all rows."""
REACH = ROW // 2 + STEM // 2
"""Columns before and after its own that a column of the stem's output depends on."""


def series_of(images: Tensor) -> Tensor:
    """Images (B, H, W, C) of 0 to 255 to a series (B, H C, 1, W) of -1 to 1.

    In memory the channels of a column are together, which doubles the speed of training.
    """
    columns = images.transpose(1, 2).flatten(2) / 127.5 - 1  # (B, W, H C)
    return columns.transpose(1, 2).unsqueeze(2)


def maps_of(images: Tensor, shape: NetworkShape) -> Tensor:
    """Images (B, H, W, C) of 0 to 255 to the maps that the first layer of a network reads."""
    return series_of(images) if shape.full_height else pixels_of(images)


def series_stem(shape: NetworkShape) -> nn.Sequential:
    """The first layers: (B, height * inputs, 1, W) of `series_of` to (B, channels, 1, W).

    Each row alone becomes `row_channels` non-linear features first. A row of levels has a distance
    and the axes of its direction, and what matters is often their product, the vector from joint
    to joint; a convolution over all rows at once only adds them up.
    """
    each, rows = shape.height * shape.inputs, shape.height * shape.row_channels
    return nn.Sequential(
        nn.BatchNorm2d(each),
        nn.Conv2d(each, rows, (1, ROW), padding=(0, ROW // 2), groups=shape.height, bias=False),
        nn.BatchNorm2d(rows),
        nn.ReLU(),
        nn.Conv2d(rows, shape.channels, (1, STEM), padding=(0, STEM // 2), bias=False),
        nn.BatchNorm2d(shape.channels),
    )


class Residual(nn.Module):
    """Two convolutions along time, added to their input: (B, C, 1, W) to the same size.

    He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016, figure 2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, (1, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, (1, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Forward pass."""
        result: Tensor = (maps + self.layers(maps)).relu()
        return result
