"""OpenPose's networks layer by layer, as its prototxt files have them, written down once more.

Layers are lines of a prototxt; `prototxt` gives the file, `run` computes it with PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Blobs = Mapping[str, tuple[Any, ...]]
PARTS = {"body_25": 26, "coco_18": 19, "mpi_15": 16}
LIMBS = {"body_25": 26, "coco_18": 19, "mpi_15": 14}


@dataclass
class Line:
    name: str
    kind: str
    bottoms: list[str]
    top: str
    numbers: dict[str, int] = field(default_factory=dict)


class Net:
    """Layers in order, and the shapes of their weights."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.channels = {"image": 3}
        self.shapes: dict[str, list[tuple[int, ...]]] = {}

    def conv(self, name: str, bottom: str, outputs: int, kernel: int) -> str:
        numbers = {"num_output": outputs, "pad": kernel // 2, "kernel_size": kernel}
        self.lines.append(Line(name, "Convolution", [bottom], name, numbers))
        self.shapes[name] = [(outputs, self.channels[bottom], kernel, kernel), (outputs,)]
        self.channels[name] = outputs
        return name

    def relu(self, top: str) -> str:
        self.lines.append(Line(top.replace("conv", "relu"), "ReLU", [top], top))
        return top

    def prelu(self, top: str) -> str:
        name = top.replace("conv", "prelu")
        self.lines.append(Line(name, "PReLU", [top], top))
        self.shapes[name] = [(self.channels[top],)]
        return top

    def pool(self, name: str, bottom: str) -> str:
        self.lines.append(Line(name, "Pooling", [bottom], name))
        self.channels[name] = self.channels[bottom]
        return name

    def concat(self, name: str, bottoms: list[str], top: str = "") -> str:
        self.lines.append(Line(name, "Concat", bottoms, top or name))
        self.channels[top or name] = sum(self.channels[bottom] for bottom in bottoms)
        return top or name


def vgg(net: Net, *, prelu: bool) -> str:
    last = "image"
    for name, outputs in [
        ("conv1_1", 64), ("conv1_2", 64), ("pool1_stage1", 0),
        ("conv2_1", 128), ("conv2_2", 128), ("pool2_stage1", 0),
        ("conv3_1", 256), ("conv3_2", 256), ("conv3_3", 256), ("conv3_4", 256),
        ("pool3_stage1", 0), ("conv4_1", 512),
    ]:  # fmt: skip
        last = net.relu(net.conv(name, last, outputs, 3)) if outputs else net.pool(name, last)
    for name, outputs in [("conv4_2", 512), ("conv4_3_CPM", 256), ("conv4_4_CPM", 128)]:
        last = net.conv(name, last, outputs, 3)
        last = net.prelu(last) if prelu else net.relu(last)
    return last


def body_25() -> Net:
    net = Net()
    features = vgg(net, prelu=True)

    def stage(number: int, branch: str, bottom: str, outputs: int) -> str:
        width, last = (96, 256) if number == 0 else (128, 512)
        for block in range(1, 6):
            name = f"Mconv{block}_stage{number}_{branch}"
            first = net.prelu(net.conv(f"{name}_0", bottom, width, 3))
            second = net.prelu(net.conv(f"{name}_1", first, width, 3))
            third = net.prelu(net.conv(f"{name}_2", second, width, 3))
            bottom = net.concat(f"{name}_concat", [first, second, third])
        bottom = net.prelu(net.conv(f"Mconv6_stage{number}_{branch}", bottom, last, 1))
        return net.conv(f"Mconv7_stage{number}_{branch}", bottom, outputs, 1)

    fields = stage(0, "L2", features, 52)
    fields = stage(1, "L2", net.concat("concat_stage1_L2", [features, fields]), 52)
    fields = stage(2, "L2", net.concat("concat_stage2_L2", [features, fields]), 52)
    fields = stage(3, "L2", net.concat("concat_stage3_L2", [features, fields]), 52)
    heat = stage(0, "L1", net.concat("concat_stage0_L1", [features, fields]), 26)
    heat = stage(1, "L1", net.concat("concat_stage1_L1", [features, heat, fields]), 26)
    net.concat("net_output", [heat, fields])
    return net


def two_branch(layout: str, stages: int = 6) -> Net:
    net = Net()
    features = vgg(net, prelu=False)
    outputs = {"L1": 2 * LIMBS[layout], "L2": PARTS[layout]}
    tops = {}
    for branch in ("L1", "L2"):
        last = features
        for number, width, kernel in [(1, 128, 3), (2, 128, 3), (3, 128, 3), (4, 512, 1)]:
            last = net.relu(net.conv(f"conv5_{number}_CPM_{branch}", last, width, kernel))
        tops[branch] = net.conv(f"conv5_5_CPM_{branch}", last, outputs[branch], 1)
    for stage in range(2, stages + 1):
        bottom = net.concat(f"concat_stage{stage}", [tops["L1"], tops["L2"], features])
        for branch in ("L1", "L2"):
            last = bottom
            for number in range(1, 7):
                kernel = 7 if number < 6 else 1
                last = net.relu(net.conv(f"Mconv{number}_stage{stage}_{branch}", last, 128, kernel))
            tops[branch] = net.conv(f"Mconv7_stage{stage}_{branch}", last, outputs[branch], 1)
    net.concat("concat_stage7", [tops["L2"], tops["L1"]], "net_output")
    return net


def network(layout: str, stages: int = 6) -> Net:
    return body_25() if layout == "body_25" else two_branch(layout, stages)


def prototxt(net: Net, height: int, width: int) -> str:
    sizes = " ".join(f"input_dim: {size}" for size in (1, 3, height, width))
    text = [f'name: "test" input: "image" {sizes}']
    for line in net.lines:
        bottoms = " ".join(f'bottom: "{bottom}"' for bottom in line.bottoms)
        numbers = " ".join(f"{name}: {value}" for name, value in line.numbers.items())
        own = {
            "Convolution": f"convolution_param {{ {numbers} }}",
            "Pooling": "pooling_param { pool: MAX kernel_size: 2 stride: 2 }",
            "Concat": "concat_param { axis: 1 }",
        }.get(line.kind, "")
        head = f'name: "{line.name}" type: "{line.kind}" {bottoms} top: "{line.top}"'
        text.append(f"layer {{ {head} {own} }}")
    return "\n".join(text)


def run(net: Net, blobs: Blobs, image: Tensor) -> Tensor:
    values = {"image": image}
    for line in net.lines:
        taken = [values[name] for name in line.bottoms]
        weights = [torch.tensor(blob) for blob in blobs.get(line.name, ())]
        if line.kind == "Convolution":
            kernel, bias = weights
            value = functional.conv2d(taken[0], kernel, bias, padding=line.numbers["pad"])
        elif line.kind == "PReLU":
            value = functional.prelu(taken[0], weights[0])
        elif line.kind == "ReLU":
            value = functional.relu(taken[0])
        elif line.kind == "Pooling":
            value = functional.max_pool2d(taken[0], 2, 2)
        else:
            value = torch.cat(taken, dim=1)
        values[line.top] = value
    return values["net_output"]
