"""A network that is a table of layers, with the weights of OpenPose's Caffe files."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from pose_action_ros.lab.networks.openpose.structure import Layer, Structure


class CaffeNetwork(nn.Module):
    """Images (B, 3, H, W), BGR, x / 256 - 0.5, to maps (B, C, H / 8, W / 8).

    The channels are the heat maps of the joints, the background, and the fields. H and W are
    multiples of 8 [px]; a part of 8 that is left over is not seen (Caffe rounds up there).
    The modules have the names of the layers in OpenPose's files.
    """

    def __init__(self, structure: Structure) -> None:
        super().__init__()
        self.structure = structure
        self.layers = nn.ModuleDict()
        for layer in structure.layers:
            self.layers[layer.name] = nn.Conv2d(
                structure.inputs(layer), layer.outputs, layer.kernel, padding=layer.kernel // 2
            )
            if layer.slopes:
                self.layers[layer.slopes] = nn.PReLU(layer.outputs)

    def forward(self, image: Tensor) -> Tensor:
        """See the class."""
        told = {"image": image}
        for layer in self.structure.layers:
            told[layer.name] = self._through(layer, [told[name] for name in layer.inputs])
        return torch.cat([told[name] for name in self.structure.outputs], dim=1)

    def _through(self, layer: Layer, taken: list[Tensor]) -> Tensor:
        value = taken[0] if len(taken) == 1 else torch.cat(taken, dim=1)
        if layer.halves:
            value = functional.max_pool2d(value, 2)
        value = self.layers[layer.name](value)
        if layer.slopes:
            value = self.layers[layer.slopes](value)
        elif layer.activation:
            value = functional.relu(value)
        return value
