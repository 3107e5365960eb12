"""Small hand-made convolutional networks for Enhanced-SPMF images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.networks.series import Residual, maps_of, series_stem
from pose_action_ros.lab.networks.shape import NetworkShape


class ActionCnn(ActionNetwork):
    """A hand-made network.

    Rows, unless `full_height`, and columns of the images are multiples of 8. Later layers have two,
    four and four times the `channels` of the first, with `full_height` as many.

    The last feature map is not averaged: its columns are times and its rows joints, and the newest
    time decides.
    """

    kind = "cnn"
    words = ("a hand-made convolutional network", "hand-made convolutional networks")
    last = "linear"

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self._shape = shape
        if shape.full_height:
            self.layers, width = _series_layers(shape), shape.channels * (shape.width // 8)
        else:
            self.layers, width = _square_layers(shape), 4 * shape.channels
        self.dropout = nn.Dropout(shape.dropout)
        self.linear = nn.Linear(width, shape.labels + shape.spare)

    @property
    def shape(self) -> NetworkShape:
        """Parameters that rebuild the network."""
        return self._shape

    def features(self, images: Tensor) -> Tensor:
        """(B, height, width, inputs) of 0 to 255 to (B, F), the input of the last layer."""
        features: Tensor = self.layers(maps_of(images, self.shape))
        return features

    def classify(self, features: Tensor) -> Tensor:
        """Features (B, F) to logits."""
        logits: Tensor = self.linear(self.dropout(features))
        if self.training or not self.shape.spare:
            return logits
        return join_spare(logits, self.shape.labels)

    def with_outputs(self, labels: int, spare: int) -> ActionCnn:
        """A network of the same layers with other outputs, and random weights."""
        return ActionCnn(replace(self.shape, labels=labels, spare=spare))

    def described(self) -> dict[str, Any]:
        """The architecture for a card."""
        return {"network": self.kind, "shape": asdict(self.shape)}


class Calibrated(nn.Module):
    """Images to probabilities: softmax(logits / temperature + log(weights)).

    Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017, equation 9.
    The weights stand for other frequencies of the labels than in training: Saerens, Latinne,
    Decaestecker: Adjusting the Outputs of a Classifier to New a Priori Probabilities, Neural
    Computation 2002, equation 2.4.

    Args:
        network: images to logits.
        temperature: divisor of the logits.
        weights: (L,) of the outputs, each greater than 0; none for equal ones.
    """

    def __init__(
        self, network: nn.Module, temperature: float, weights: Sequence[float] = ()
    ) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature
        self._shift = torch.tensor(weights).log() if len(weights) else None

    def forward(self, images: Tensor) -> Tensor:
        """(B, height, width, channels) of 0 to 255 to probabilities (B, labels)."""
        logits = self.network(images) / self.temperature
        return torch.softmax(logits if self._shift is None else logits + self._shift, dim=1)


def _square_layers(shape: NetworkShape) -> nn.Sequential:
    width, cells = shape.channels, (shape.height // 8) * (shape.width // 8)
    return nn.Sequential(
        *_layer(shape.inputs, width),
        nn.MaxPool2d(2),
        *_layer(width, 2 * width),
        nn.MaxPool2d(2),
        *_layer(2 * width, 4 * width),
        *_layer(4 * width, 4 * width),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(shape.dropout),
        nn.Linear(4 * width * cells, 4 * width),
        nn.ReLU(),
    )


def _series_layers(shape: NetworkShape) -> nn.Sequential:
    """Three residual blocks along time, each of which is followed by halving the time."""
    blocks = [layer for _ in range(3) for layer in (Residual(shape.channels), nn.MaxPool2d((1, 2)))]
    return nn.Sequential(
        *series_stem(shape),
        nn.ReLU(),
        *blocks,
        nn.Flatten(),
    )


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
