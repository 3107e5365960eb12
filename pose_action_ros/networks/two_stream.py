"""The two-stream lifter of Pham et al. 2020 (Sensors 20(7), 1825, figure 2) and its mirrored mean.

Widths, depth and dropout are configurable; the defaults are the paper's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

INPUT_JOINTS, INPUT_CHANNELS = len(COCO_18), 3  # x, y, score
OUTPUT_JOINTS = len(HUMAN36M_17)


@dataclass(frozen=True)
class StreamShape:
    """What rebuilds a stream: units of every hidden layer, middle blocks, dropout."""

    width: int = 512
    blocks: int = 1
    dropout: float = 0.25


class Block(nn.Module):
    """Linear, batch normalisation, SELU, dropout."""

    def __init__(self, inputs: int, shape: StreamShape) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, shape.width)
        self.normalise = nn.BatchNorm1d(shape.width)
        self.dropout = nn.Dropout(shape.dropout)
        nn.init.kaiming_normal_(self.linear.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs) to (B, width)."""
        activated: Tensor = self.dropout(nn.functional.selu(self.normalise(self.linear(features))))
        return activated


class Stream(nn.Module):
    """One stream: (B, 18, 3) normalised keypoints to (B, 17, 3) root-relative joints [m].

    Identity connections go around the first block (after a linear projection of the input), around
    every middle block, and from the projected input to the last hidden layer.
    """

    def __init__(self, shape: StreamShape) -> None:
        super().__init__()
        self.shape = shape
        inputs = INPUT_JOINTS * INPUT_CHANNELS
        self.project = nn.Linear(inputs, shape.width)
        self.first = Block(inputs, shape)
        self.middle = nn.ModuleList(Block(shape.width, shape) for _ in range(shape.blocks))
        self.last = nn.Linear(shape.width, shape.width)
        self.dropout = nn.Dropout(shape.dropout)
        self.read = nn.Linear(shape.width, (OUTPUT_JOINTS - 1) * 3)
        nn.init.kaiming_normal_(self.last.weight)
        nn.init.zeros_(self.read.bias)

    def forward(self, keypoints: Tensor) -> Tensor:
        """(B, 18, 3) to (B, 17, 3); the first joint is the root and zero."""
        flat = keypoints.flatten(1)  # (B, 54)
        projected = self.project(flat)  # (B, width)
        hidden = self.first(flat) + projected
        for block in self.middle:
            hidden = block(hidden) + hidden
        hidden = self.dropout(nn.functional.selu(self.last(hidden))) + projected
        joints = self.read(hidden).unflatten(1, (OUTPUT_JOINTS - 1, 3))
        return nn.functional.pad(joints, (0, 0, 1, 0))  # (B, 17, 3)

    def description(self) -> dict[str, float]:
        """What StreamShape needs to build it again."""
        return asdict(self.shape)


class TwoStream(nn.Module):
    """The mean of streams, each of which may have its own input.

    The first is trained on exact keypoints, the second on a detector's.
    """

    def __init__(self, exact: Stream, detected: Stream) -> None:
        super().__init__()
        self.exact, self.detected = exact, detected

    def forward(self, keypoints: Tensor, exact_keypoints: Tensor | None = None) -> Tensor:
        """(B, 18, 3) of the detector, and of the truth where there is one, to (B, 17, 3)."""
        first = keypoints if exact_keypoints is None else exact_keypoints
        joints: Tensor = (self.exact(first) + self.detected(keypoints)) / 2
        return joints


class MirrorMean(nn.Module):
    """Averages a lifter with itself in the mirror, so that left and right are treated alike."""

    def __init__(self, lifter: nn.Module) -> None:
        super().__init__()
        self.lifter = lifter
        self.flip: Tensor
        self.input_mirror: Tensor
        self.output_mirror: Tensor
        self.register_buffer("flip", torch.tensor([-1.0, 1.0, 1.0]))
        self.register_buffer("input_mirror", torch.from_numpy(COCO_18.mirror))
        self.register_buffer("output_mirror", torch.from_numpy(HUMAN36M_17.mirror))

    def forward(self, keypoints: Tensor) -> Tensor:
        """(B, 18, 3) to (B, 17, 3)."""
        mirrored = keypoints[:, self.input_mirror] * self.flip
        both = self.lifter(torch.cat([keypoints, mirrored]))  # (2B, 17, 3)
        direct, reflected = both.chunk(2)
        mean: Tensor = (direct + reflected[:, self.output_mirror] * self.flip) / 2
        return mean
