"""Networks together with what they learn by: their loss and, for measuring, their poses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.baseline import Martinez
from pose_action_ros.lab.networks.lifter import BONES, RobotLifter
from pose_action_ros.lab.networks.two_stream import (
    Reading,
    Reflection,
    Standardise,
    Stream,
    StreamShape,
)

DELTA = 0.05
"""Error [m] where the Huber loss turns from squared to linear."""
RIGHT = 0.15
"""Error [m] up to which a joint counts as right: the threshold of PCK."""
_SCORE_WEIGHT = 0.1


@dataclass(frozen=True, eq=False)
class Batch:
    """What a network learns from in one step.

    Attributes:
        inputs: (B, J, C) keypoints as the source gives them.
        joints: (B, 17, 3) [m] root-relative truth.
    """

    inputs: Tensor
    joints: Tensor


class Learner(nn.Module, ABC):
    """A network that can be trained and asked for poses."""

    def measure(self, inputs: Tensor, joints: Tensor) -> None:
        """Take what scales vectors from training data, if the network has anything of the kind.

        Args:
            inputs: (N, C) keypoints.
            joints: (N, 48) [m] without the root.
        """

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """What training makes small."""

    @abstractmethod
    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m] root-relative."""


def huber(found: Tensor, truth: Tensor) -> Tensor:
    """Huber loss of the distance of each joint (B, J, 3), in metres beyond DELTA."""
    distance = torch.linalg.vector_norm(found - truth + 1e-8, dim=-1)  # (B, J)
    zero = torch.zeros_like(distance)
    return nn.functional.huber_loss(distance, zero, delta=DELTA) / DELTA


class RobotLearner(Learner):
    """One stream of the robot's lifter."""

    def __init__(self, lifter: RobotLifter) -> None:
        super().__init__()
        self.lifter = lifter

    def loss(self, batch: Batch) -> Tensor:
        """Distance of the joints, and honesty of their scores."""
        told = self.lifter(batch.inputs)
        errors = torch.linalg.vector_norm(told.joints - batch.joints, dim=-1).detach()
        right = (errors <= RIGHT).float()
        honesty = nn.functional.binary_cross_entropy_with_logits(told.logits, right)
        loss: Tensor = huber(told.joints, batch.joints)
        return loss + _SCORE_WEIGHT * honesty

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        joints: Tensor = self.lifter(inputs).joints
        return joints


class VectorLearner(Learner):
    """One stream of the paper's lifter, from keypoints [px] to joints, with nothing beside."""

    def __init__(self, shape: StreamShape, keypoints: Reflection, scaling: Standardise) -> None:
        super().__init__()
        self.stream = Stream(shape, keypoints, scaling)
        self.read = Reading(shape.width, BONES)

    def measure(self, inputs: Tensor, joints: Tensor) -> None:  # noqa: ARG002 - joints stay metres
        """See Learner."""
        cast(Standardise, self.stream.scaling).measure(inputs)

    def loss(self, batch: Batch) -> Tensor:
        """Distance of the joints."""
        return huber(self.poses(batch.inputs), batch.joints)

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        vectors: Tensor = self.read(self.stream(inputs.flatten(1)))  # (B, 48)
        return nn.functional.pad(vectors.reshape(len(vectors), -1, 3), (0, 0, 1, 0))


class BaselineLearner(Learner):
    """The baseline by its own rules: standardised vectors in and out, mean squared error."""

    def __init__(self, inputs: Standardise, joints: Standardise) -> None:
        super().__init__()
        self.network = Martinez(len(inputs.mean), len(joints.mean))
        self.inputs, self.joints = inputs, joints

    def measure(self, inputs: Tensor, joints: Tensor) -> None:
        """See Learner."""
        self.inputs.measure(inputs)
        self.joints.measure(joints)

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error of standardised coordinates; the root is not predicted."""
        found = self.network(self.inputs(batch.inputs.flatten(1)))
        return nn.functional.mse_loss(found, self.joints(batch.joints[:, 1:].flatten(1)))

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        found = self.joints.undo(self.network(self.inputs(inputs.flatten(1))))
        return nn.functional.pad(found.reshape(len(found), -1, 3), (0, 0, 1, 0))


STREAMS = ("exact", "detected")
"""The streams, by the keypoints they learn from."""
BASELINE = "_baseline"


class Learners(nn.Module):
    """All networks of a run by stream, the baseline's with BASELINE behind.

    One call gives all losses, because several processes share their gradients around it.
    """

    def __init__(self, learners: Mapping[str, Learner]) -> None:
        super().__init__()
        self.learners = nn.ModuleDict(learners)

    def by_name(self) -> dict[str, Learner]:
        """The networks with their names."""
        return {name: cast(Learner, learner) for name, learner in self.learners.items()}

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """Loss of each network on the batch of its stream."""
        return {
            name: learner.loss(batches[name.removesuffix(BASELINE)])
            for name, learner in self.by_name().items()
        }
