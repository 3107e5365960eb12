"""Networks with their training loss and, for evaluation, their poses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
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
from pose_action_ros.lab.networks.window import Window

Array = npt.NDArray[np.float64]

DELTA = 0.05
"""Error [m] at which the Huber loss changes from squared to linear."""
CORRECT = 0.15
"""Largest error [m] of a correct joint: the threshold of PCK."""
BASELINE = "_baseline"
"""Suffix of the names of baseline networks."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Training data of one step of a network.

    Attributes:
        inputs: (B, ...) keypoints, as the data source gives them.
        joints: (B, 17, 3) [m] root-relative ground truth.
        weights: (B, 17) of the joints, 0 for those that are not defined.
    """

    inputs: Tensor
    joints: Tensor
    weights: Tensor


@dataclass(frozen=True, eq=False)
class Inputs:
    """Network inputs of N people.

    Attributes:
        keypoints: (N, ...).
        rotations: (N, 3, 3) from the frame in which poses are compared to the network's.
    """

    keypoints: npt.NDArray[np.float32]
    rotations: Array


@dataclass(frozen=True, eq=False)
class HeldOut:
    """N test people.

    Attributes:
        exact, detected: inputs from the exact and from the detected keypoints of the same people.
        truth: (N, 17, 3) [m] root-relative.
        groups: (N,) names by which results are split; "action" is always there.
        defined: (N, 17) true for joints that count; None for all.
    """

    exact: Inputs
    detected: Inputs
    truth: Array
    groups: Mapping[str, npt.NDArray[np.str_]]
    defined: npt.NDArray[np.bool_] | None = None


class Learner(nn.Module, ABC):
    """A network with its training loss."""

    def measure(self, inputs: Tensor, joints: Tensor) -> None:
        """Set the network's scaling, if any, from training data.

        Args:
            inputs: (N, ...) keypoints.
            joints: (N, 48) [m] without the root.
        """

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """Training loss of a batch."""

    @abstractmethod
    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m] root-relative."""


class Source(Protocol):
    """Data of a run, and the networks that fit them."""

    def learners(self) -> Mapping[str, Learner]:
        """Networks to train, see Learners."""
        ...

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:
        """About `count` new views for each stream."""
        ...


def predict(learner: Learner, inputs: Inputs) -> Array:
    """(N, 17, 3) [m] root-relative poses of the network alone, in the frame of the comparison."""
    parts = np.array_split(inputs.keypoints, -(-len(inputs.keypoints) // 4096))
    with torch.no_grad():
        poses = [learner.poses(torch.from_numpy(part)).numpy() for part in parts]
    rotated: Array = np.concatenate(poses).astype(np.float64) @ inputs.rotations
    return rotated


def huber(predicted: Tensor, batch: Batch) -> Tensor:
    """Huber loss of the distance of each joint (B, 17, 3) that counts, in metres beyond DELTA."""
    distance = torch.linalg.vector_norm(predicted - batch.joints + 1e-8, dim=-1)  # (B, 17)
    zero = torch.zeros_like(distance)
    losses = nn.functional.huber_loss(distance, zero, delta=DELTA, reduction="none") / DELTA
    return _weighted_mean(losses, batch.weights)


def _weighted_mean(losses: Tensor, weights: Tensor) -> Tensor:
    return (losses * weights).sum() / weights.sum().clamp(min=1.0)


class RobotLearner(Learner):
    """One stream of the robot's lifter."""

    def __init__(self, lifter: RobotLifter) -> None:
        super().__init__()
        self.lifter = lifter

    def loss(self, batch: Batch) -> Tensor:
        """Distance of the joints; scores are trained later, see scores.calibrate."""
        return huber(self.poses(batch.inputs), batch)

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        joints: Tensor = self.lifter.joints(inputs)
        return joints


class VectorLearner(Learner):
    """One stream of the paper's lifter, from keypoints [px] to joints."""

    def __init__(self, shape: StreamShape, keypoints: Reflection, scaling: Standardise) -> None:
        super().__init__()
        self.stream = Stream(shape, keypoints, scaling)
        self.read = Reading(shape.width, BONES)

    def measure(self, inputs: Tensor, joints: Tensor) -> None:  # noqa: ARG002 - joints stay metres
        """See Learner."""
        cast(Standardise, self.stream.scaling).measure(inputs.flatten(1))

    def loss(self, batch: Batch) -> Tensor:
        """Distance of the joints."""
        return huber(self.poses(batch.inputs), batch)

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        return _with_root(self.read(self.stream(inputs.flatten(1))))


class BaselineLearner(Learner):
    """The baseline as published: standardised vectors in and out, mean squared error.

    Args:
        inputs, joints: standardisation of the vectors.
        window: form of windows of keypoints in the network; None for other keypoints.
    """

    def __init__(
        self, inputs: Standardise, joints: Standardise, window: Window | None = None
    ) -> None:
        super().__init__()
        self.network = Martinez(len(inputs.mean), len(joints.mean))
        self.inputs, self.joints, self.window = inputs, joints, window

    def measure(self, inputs: Tensor, joints: Tensor) -> None:
        """See Learner."""
        self.inputs.measure(self._vectors(inputs))
        self.joints.measure(joints)

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error of standardised coordinates; the root is not predicted."""
        predicted = self.network(self.inputs(self._vectors(batch.inputs)))
        errors = (predicted - self.joints(batch.joints[:, 1:].flatten(1))).square()
        return _weighted_mean(errors.unflatten(1, (-1, 3)).mean(dim=-1), batch.weights[:, 1:])

    def poses(self, inputs: Tensor) -> Tensor:
        """(B, 17, 3) [m]."""
        vectors = self.inputs(self._vectors(inputs))
        return _with_root(self.joints.undo(self.network(vectors)))

    def _vectors(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1) if self.window is None else self.window.vectors(inputs)


def _with_root(vectors: Tensor) -> Tensor:
    """(B, 17, 3) poses with the root at zero from vectors (B, 48)."""
    return nn.functional.pad(vectors.reshape(len(vectors), -1, 3), (0, 0, 1, 0))


class Learners(nn.Module):
    """All networks of a run by stream; names of the baseline's end with BASELINE.

    One call returns all losses, because several processes share their gradients around it.
    """

    def __init__(self, learners: Mapping[str, Learner]) -> None:
        super().__init__()
        self.learners = nn.ModuleDict(learners)

    def by_name(self) -> dict[str, Learner]:
        """The networks by name."""
        return {name: cast(Learner, learner) for name, learner in self.learners.items()}

    def forward(self, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
        """Loss of each network on the batch of its stream."""
        return {
            name: learner.loss(batches[name.removesuffix(BASELINE)])
            for name, learner in self.by_name().items()
        }
