"""A small hand-made convolutional network for Enhanced-SPMF images."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.operations import merge_spare


@dataclass(frozen=True)
class CnnShape:
    """Parameters that rebuild the network.

    Attributes:
        labels: number of actions.
        height, width: of the images [px], multiples of 8.
        channels: of the first layer; later ones have two, four and four times as many.
        dropout: before the last layer.
        spare: outputs without a label, see `merge_spare`.
    """

    labels: int
    height: int = 48
    width: int = 32
    channels: int = 16
    dropout: float = 0.25
    spare: int = 0


class ActionCnn(nn.Module):
    """RGB images (B, height, width, 3) of 0 to 255 to logits (B, labels).

    The last feature map is not averaged: its columns are times and its rows joints, and the newest
    time decides. During training, spare logits follow the others.
    """

    def __init__(self, shape: CnnShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.channels
        self.features = nn.Sequential(
            *_layer(3, width),
            nn.MaxPool2d(2),
            *_layer(width, 2 * width),
            nn.MaxPool2d(2),
            *_layer(2 * width, 4 * width),
            *_layer(4 * width, 4 * width),
            nn.MaxPool2d(2),
        )
        cells = (shape.height // 8) * (shape.width // 8)
        self.classify = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(shape.dropout),
            nn.Linear(4 * width * cells, 4 * width),
            nn.ReLU(),
            nn.Dropout(shape.dropout),
            nn.Linear(4 * width, shape.labels + shape.spare),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Forward pass."""
        pixels = images.permute(0, 3, 1, 2) / 127.5 - 1  # (B, 3, H, W)
        logits: Tensor = self.classify(self.features(pixels))
        if self.training or not self.shape.spare:
            return logits
        return merge_spare(logits, self.shape.labels)


class Calibrated(nn.Module):
    """Images to probabilities: softmax(logits / temperature).

    Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017, equation 9.
    """

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, images: Tensor) -> Tensor:
        """(B, height, width, 3) of 0 to 255 to probabilities (B, labels)."""
        return torch.softmax(self.network(images) / self.temperature, dim=1)


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
