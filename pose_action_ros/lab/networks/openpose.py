"""OpenPose's networks as tables of layers, with the layer names of its Caffe files.

Two branches, six stages: Cao, Simon, Wei, Sheikh, Realtime Multi-Person 2D Pose Estimation using
Part Affinity Fields, CVPR 2017, figure 3. Fields first, dense triples of 3x3 convolutions: Cao et
al., OpenPose, IEEE TPAMI 43(1), 2021, figure 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional

from pose_action_ros.detection.openpose.layout import LAYOUTS

CHANNELS: Mapping[str, tuple[int, int]] = {
    name: (layout.parts + 1, 2 * len(layout.limbs)) for name, layout in LAYOUTS.items()
}
"""Number of heat maps (joints, then the background) and of fields (x and y of each limb)."""

TWO_BRANCH_STAGES = 6

_IMAGE, _FEATURES = "image", "conv4_4_CPM"
_VGG = ((1, 2, 64), (2, 2, 128), (3, 4, 256), (4, 2, 512))
"""Block, its number of layers and their outputs: the first ten layers of VGG-19."""


@dataclass(frozen=True)
class Layer:
    """A convolution with padding that keeps the size, its pooling and its activation.

    Attributes:
        name: of the convolution.
        inputs: names of the input layers in the order of the channels.
        outputs: channels.
        kernel: height and width [cells].
        activation: relu, prelu or empty for none.
        halves: true for max-pooling of 2x2 cells before the convolution.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: int
    kernel: int = 3
    activation: str = "relu"
    halves: bool = False

    @property
    def slopes(self) -> str:
        """Name of the layer with the slopes of the prelu; empty without one."""
        return self.name.replace("conv", "prelu") if self.activation == "prelu" else ""


@dataclass(frozen=True)
class Structure:
    """A network.

    Attributes:
        layout: key of CHANNELS.
        layers: each after its inputs.
        outputs: names of the layers of the heat maps and of the fields.
    """

    layout: str
    layers: tuple[Layer, ...]
    outputs: tuple[str, str]

    @cached_property
    def channels(self) -> dict[str, int]:
        """Output channels of each layer by name, and of the image."""
        return {_IMAGE: 3, **{layer.name: layer.outputs for layer in self.layers}}

    def inputs(self, layer: Layer) -> int:
        """Input channels of the layer."""
        return sum(self.channels[name] for name in layer.inputs)

    def shapes(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Shapes of the weights by layer: kernels (outputs, inputs, k, k), then bias; slopes."""
        shapes: dict[str, tuple[tuple[int, ...], ...]] = {}
        for layer in self.layers:
            kernels = (layer.outputs, self.inputs(layer), layer.kernel, layer.kernel)
            shapes[layer.name] = (kernels, (layer.outputs,))
            if layer.slopes:
                shapes[layer.slopes] = ((layer.outputs,),)
        return shapes


def body_25() -> Structure:
    """Four stages of fields, then two of heat maps."""
    heat, fields = CHANNELS["body_25"]
    layers = list(_front("prelu"))
    newest: dict[str, str] = {}
    for branch, stage, outputs in (
        ("L2", 0, fields), ("L2", 1, fields), ("L2", 2, fields), ("L2", 3, fields),
        ("L1", 0, heat), ("L1", 1, heat),
    ):  # fmt: skip
        # Inputs of a stage: the features and the newest outputs, heat maps before fields.
        inputs = (_FEATURES, *(newest[name] for name in ("L1", "L2") if name in newest))
        layers += _dense_stage(f"stage{stage}_{branch}", inputs, outputs, first=stage == 0)
        newest[branch] = layers[-1].name
    return Structure("body_25", tuple(layers), (newest["L1"], newest["L2"]))


def two_branch(layout: str, stages: int = TWO_BRANCH_STAGES) -> Structure:
    """The network of coco_18 or mpi_15.

    Args:
        layout: key of CHANNELS.
        stages: at least 1; OpenPose's "faster" network of mpi_15 is the first 4 of 6.
    """
    heat, fields = CHANNELS[layout]
    layers = list(_front("relu"))
    for branch, outputs in (("L1", fields), ("L2", heat)):
        layers += _first_stage(branch, outputs)
    newest = ("conv5_5_CPM_L1", "conv5_5_CPM_L2")
    for stage in range(2, stages + 1):
        for branch, outputs in (("L1", fields), ("L2", heat)):
            layers += _wide_stage(f"stage{stage}_{branch}", (*newest, _FEATURES), outputs)
        newest = (f"Mconv7_stage{stage}_L1", f"Mconv7_stage{stage}_L2")
    return Structure(layout, tuple(layers), (newest[1], newest[0]))


def openpose(layout: str) -> Structure:
    """OpenPose's network of a layout in CHANNELS."""
    return body_25() if layout == "body_25" else two_branch(layout)


def _front(activation: str) -> Iterator[Layer]:
    """Layers from the image to the features; the last three are not VGG's."""
    before = _IMAGE
    for block, count, outputs in _VGG:
        for number in range(1, count + 1):
            name = f"conv{block}_{number}"
            own = activation if name == "conv4_2" else "relu"
            yield Layer(name, (before,), outputs, 3, own, halves=number == 1 < block)
            before = name
    yield Layer("conv4_3_CPM", (before,), 256, 3, activation)
    yield Layer(_FEATURES, ("conv4_3_CPM",), 128, 3, activation)


def _dense_stage(
    stage: str, taken: tuple[str, ...], outputs: int, *, first: bool
) -> Iterator[Layer]:
    """Five triples of convolutions, all three concatenated, and two 1x1 convolutions."""
    width, last = (96, 256) if first else (128, 512)
    for triple in range(1, 6):
        names = tuple(f"Mconv{triple}_{stage}_{number}" for number in range(3))
        for name, inputs in zip(names, (taken, names[:1], names[1:2]), strict=True):
            yield Layer(name, inputs, width, 3, "prelu")
        taken = names
    yield Layer(f"Mconv6_{stage}", taken, last, 1, "prelu")
    yield Layer(f"Mconv7_{stage}", (f"Mconv6_{stage}",), outputs, 1, "")


def _first_stage(branch: str, outputs: int) -> Iterator[Layer]:
    rows = ((128, 3), (128, 3), (128, 3), (512, 1), (outputs, 1))
    return _chain([f"conv5_{row}_CPM_{branch}" for row in range(1, 6)], (_FEATURES,), rows)


def _wide_stage(stage: str, taken: tuple[str, ...], outputs: int) -> Iterator[Layer]:
    rows = (*((128, 7),) * 5, (128, 1), (outputs, 1))
    return _chain([f"Mconv{row}_{stage}" for row in range(1, 8)], taken, rows)


def _chain(
    names: list[str], taken: tuple[str, ...], rows: tuple[tuple[int, int], ...]
) -> Iterator[Layer]:
    """A chain of convolutions of (outputs, kernel); the last has no activation."""
    for name, (outputs, kernel) in zip(names, rows, strict=True):
        yield Layer(name, taken, outputs, kernel, "" if name == names[-1] else "relu")
        taken = (name,)


class CaffeNetwork(nn.Module):
    """Images (B, 3, H, W), BGR, x / 256 - 0.5, to maps (B, C, H / 8, W / 8).

    The channels are the heat maps of the joints, the background, and the fields. H and W are
    multiples of 8 [px]; remaining pixels are ignored (Caffe rounds up there).
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
        values = {"image": image}
        for layer in self.structure.layers:
            values[layer.name] = self._apply_layer(layer, [values[name] for name in layer.inputs])
        return torch.cat([values[name] for name in self.structure.outputs], dim=1)

    def _apply_layer(self, layer: Layer, inputs: list[Tensor]) -> Tensor:
        value = inputs[0] if len(inputs) == 1 else torch.cat(inputs, dim=1)
        if layer.halves:
            value = functional.max_pool2d(value, 2)
        value = self.layers[layer.name](value)
        if layer.slopes:
            value = self.layers[layer.slopes](value)
        elif layer.activation:
            value = functional.relu(value)
        return value
