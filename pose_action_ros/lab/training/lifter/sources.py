"""Where a lifter's training data come from: robots' views of people, or Human3.6M."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.lab.training.lifter.learners import Batch, Learner

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Seen:
    """Keypoints of N people as a network takes them.

    Attributes:
        inputs: (N, J, C).
        rotations: (N, 3, 3) from the frame in which poses are compared to the network's.
    """

    inputs: npt.NDArray[np.float32]
    rotations: Array


@dataclass(frozen=True, eq=False)
class HeldOut:
    """N people who were not trained on.

    Attributes:
        exact, detected: the same people's keypoints as they are, and as found.
        truth: (N, 17, 3) [m] root-relative.
        groups: (N,) names by which figures are split; "action" is what they do.
    """

    exact: Seen
    detected: Seen
    truth: Array
    groups: Mapping[str, npt.NDArray[np.str_]]


class Source(Protocol):
    """Data of a run, and the networks that fit them."""

    def learners(self) -> Mapping[str, Learner]:
        """Networks to train, see Learners."""
        ...

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:
        """About so many fresh views for each stream."""
        ...


def poses_of(learner: Learner, seen: Seen) -> Array:
    """(N, 17, 3) [m] root-relative poses in the frame in which they are compared."""
    parts = np.array_split(seen.inputs, -(-len(seen.inputs) // 4096))
    with torch.no_grad():
        found = [learner.poses(torch.from_numpy(part)).numpy() for part in parts]
    poses: Array = np.concatenate(found).astype(np.float64) @ seen.rotations
    return poses
