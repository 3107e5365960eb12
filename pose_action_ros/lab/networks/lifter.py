"""The robot's lifter network: normalised keypoints of any camera to joints and their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.fit import MISFIT, misfit
from pose_action_ros.lab.networks.two_stream import Pair, Reading, Reflection, Stream, StreamShape
from pose_action_ros.lab.networks.window import Window
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

OUTPUT_JOINTS = len(HUMAN36M_17)

_BONE_MIRROR = HUMAN36M_17.mirror[1:] - 1
BONES = Reflection.of_points(_BONE_MIRROR, (-1.0, 1.0, 1.0))
"""Reflection of bone vectors, or of joints without the root, (16, 3)."""
_STRETCH = Reflection.of_points(_BONE_MIRROR, (1.0,))
_SCORES = Reflection.of_points(HUMAN36M_17.mirror, (1.0,))
_TINY = 1e-8
_CALM = 0.02  # keeps early steps from driving a length to its bound, where the gradient is zero
_SHORT = 1.0
"""Predicted bone lengths are between this percentile of people's and 100 minus it."""


@dataclass(frozen=True, eq=False)
class BoneLengths:
    """Least and greatest length [m] (16,) of the bone to each joint but the root."""

    least: Array
    greatest: Array

    @classmethod
    def of(cls, joints: Array, weights: Array) -> BoneLengths:
        """Bounds of most people's bone lengths, from joints (N, 17, 3) [m] with weights (N, 17).

        Bones to a joint that counts for none of the people are measured in all of them.
        """
        parents = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]
        lengths = np.linalg.norm(joints[:, 1:] - joints[:, parents], axis=-1)  # (N, 16)
        counts = (weights[:, 1:] > 0) & (weights[:, parents] > 0)
        lengths[~(counts | ~counts.any(axis=0))] = np.nan
        least, greatest = np.nanpercentile(lengths, [_SHORT, 100 - _SHORT], axis=0)
        return cls(least, greatest)


@dataclass(frozen=True, eq=False)
class Lifted:
    """Output of the network for B people.

    Attributes:
        joints: (B, 17, 3) [m] relative to the root, for a person of standard height.
        logits: (B, 17) of each joint's score, the probability that the joint is right.
    """

    joints: Tensor
    logits: Tensor


class Bones(nn.Module):
    """Directions and lengths of bones to joints (B, 17, 3), with human bone lengths.

    The root is at the origin. Left and right bones have the same length.
    """

    def __init__(self, lengths: BoneLengths) -> None:
        super().__init__()
        self.middle: Tensor
        self.spread: Tensor
        self.chains: Tensor
        self.mirror: Tensor
        least, greatest = (
            torch.from_numpy((bounds + bounds[_BONE_MIRROR]) / 2)
            for bounds in (lengths.least, lengths.greatest)
        )
        self.register_buffer("middle", ((least + greatest) / 2).float())
        self.register_buffer("spread", ((greatest - least) / 2).float())
        self.register_buffer("chains", torch.from_numpy(_chains()).float())
        self.register_buffer("mirror", torch.from_numpy(_BONE_MIRROR))

    def forward(self, directions: Tensor, stretch: Tensor) -> Tensor:
        """Directions (B, 16, 3) of any length and any stretch (B, 16) to joints (B, 17, 3)."""
        even = (stretch + stretch.index_select(1, self.mirror)) / 2
        lengths = self.middle + self.spread * (_CALM * even).tanh()  # (B, 16)
        norms = directions.square().sum(dim=-1).add(_TINY).sqrt()  # (B, 16)
        return self.chains @ (directions * (lengths / norms)[..., None])


class RobotLifter(nn.Module):
    """One stream with its outputs: windows of normalised keypoints (B, K, 18, 3) to Lifted."""

    def __init__(
        self, shape: StreamShape, lengths: BoneLengths, window: Window | None = None
    ) -> None:
        super().__init__()
        self.window = window or Window()
        self.stream = Stream(shape, self.window.reflection)
        self.pose = Reading(shape.width, BONES.then(_STRETCH))
        nn.init.zeros_(self.pose.linear.weight[len(BONES) :])
        self.pair = Pair(MISFIT)
        self.score = Reading(shape.width + len(MISFIT) + 1, _SCORES)
        self.bones = Bones(lengths)

    def forward(self, keypoints: Tensor) -> Lifted:
        """Windows (B, K, 18, 3) to joints and scores."""
        hidden, joints = self._lift(keypoints)
        return Lifted(joints, self.score(self._evidence(keypoints, hidden, joints)))

    def joints(self, keypoints: Tensor) -> Tensor:
        """Joints (B, 17, 3) alone."""
        return self._lift(keypoints)[1]

    def evidence(self, keypoints: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs (B, 2, E) of the score layer, and joints (B, 17, 3)."""
        hidden, joints = self._lift(keypoints)
        return self._evidence(keypoints, hidden, joints), joints

    def _lift(self, keypoints: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden layer (B, 2, width) and joints (B, 17, 3)."""
        hidden = self.stream(self.window.vectors(keypoints))
        directions, stretch = self.pose(hidden).split([len(BONES), len(_STRETCH)], dim=1)
        return hidden, self.bones(directions.reshape(-1, OUTPUT_JOINTS - 1, 3), stretch)

    def _evidence(self, keypoints: Tensor, hidden: Tensor, joints: Tensor) -> Tensor:
        """The hidden layer, its size, and the misfit of the joints."""
        size = hidden.square().mean(dim=-1, keepdim=True).add(_TINY).log()
        return torch.cat([hidden, size, self.pair(misfit(keypoints[:, 0], joints))], dim=-1)


class Exported(nn.Module):
    """Exported form: keypoints to joints (B, 17, 3) and scores (B, 17), averaged over lifters.

    The paper has two streams, each trained on keypoints of its own.
    """

    def __init__(self, *lifters: nn.Module) -> None:
        super().__init__()
        self.lifters = nn.ModuleList(lifters)

    def forward(self, keypoints: Tensor) -> tuple[Tensor, Tensor]:
        """Windows of keypoints (B, K, 18, 3) to joints and scores."""
        lifted = [lifter(keypoints) for lifter in self.lifters]
        joints = _mean([one.joints for one in lifted])
        return joints, _mean([one.logits for one in lifted]).sigmoid()


def _mean(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.stack(parts).mean(dim=0)


def _chains() -> Array:
    """(17, 16) 1 for each bone on the path from the root to a joint, else 0."""
    chains = np.zeros((OUTPUT_JOINTS, OUTPUT_JOINTS))
    for joint in range(OUTPUT_JOINTS):
        end = joint
        while end != HUMAN36M_17.root:
            chains[joint, end] = 1.0
            end = HUMAN36M_17.index(HUMAN36M_17.parents[end])
    return chains[:, 1:]
