"""Figures of a lifter's network alone on people that it was not trained on, for its card.

On a robot the joints then move towards the rays of their keypoints, see lifting.reprojection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from pose_action_ros.lab.training.detector_noise.views import drop_third
from pose_action_ros.lab.training.lifter.learners import CORRECT
from pose_action_ros.lab.training.lifter.views import Samples, Views, complete_views, samples_of
from pose_action_ros.lifting.occlusion import given_joints
from pose_action_ros.metrics import calibration_error, joint_errors
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BONE = 0.2
"""Largest error of a correct bone length, relative to the person's own."""
_PARENTS = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]


def robot_scores(network: nn.Module, views: Views, ages: Array, seed: int) -> dict[str, float]:
    """Figures of a network on views of test people by the detector.

    Args:
        network: see networks.lifter.Exported.
        views: of N liftable people.
        ages: (K,) [s] of the images in the network's window.
        seed: of the removed joints.

    Returns:
        Errors in mm, shares from 0 to 1.
    """
    scores = drop_third(views.scores, np.random.default_rng(seed))
    usable = samples_of(replace(views, scores=scores), ages).usable
    views = views[usable]
    whole = _lift(network, samples_of(views, ages))
    exact = _lift(network, samples_of(complete_views(views), ages))
    third = _lift(network, samples_of(replace(views, scores=scores[usable]), ages))
    given = third.counts & given_joints(third.samples.features[:, 0, :, 2] > 0)
    figures = {
        "mpjpe": _mean(whole.errors, whole.counts),
        "mpjpe_exact": _mean(exact.errors, exact.counts),
        "mpjpe_third_missing": _mean(third.errors, third.counts),
        "mpjpe_of_given_joints": _mean(whole.errors, given),
        "mpjpe_of_given_joints_third_missing": _mean(third.errors, given),
        "bones_within_20_percent": whole.correct_bones(),
        "bones_within_20_percent_third_missing": third.correct_bones(),
    }
    for suffix, lifted in (("", whole), ("_exact", exact), ("_third_missing", third)):
        figures |= {name + suffix: value for name, value in lifted.score_figures().items()}
    return {name: round(float(value), 4) for name, value in figures.items()}


@dataclass(frozen=True, eq=False)
class Lifts:
    """Outputs of a lifter for samples of N people, see networks.lifter.Exported.

    Attributes:
        samples: the inputs, with the truth.
        joints: (N, 17, 3) [m].
        scores: (N, 17).
    """

    samples: Samples
    joints: Array
    scores: Array

    @property
    def counts(self) -> Flags:
        """(N, 17) true for joints that are defined."""
        return np.asarray(self.samples.weights > 0)

    @property
    def errors(self) -> Array:
        """(N, 17) [mm]."""
        return joint_errors(self.joints, self.samples.targets) * 1000

    def correct_bones(self) -> float:
        """Share of bones of about the person's own length."""
        lengths, own = (
            np.linalg.norm(pose[:, 1:] - pose[:, _PARENTS], axis=-1)
            for pose in (self.joints, self.samples.targets)
        )
        counts = self.counts[:, 1:] & self.counts[:, _PARENTS]
        return _mean(np.abs(lengths / np.maximum(own, 1e-6) - 1) <= _BONE, counts)

    def score_figures(self) -> dict[str, float]:
        """Mean score, share of correct joints and the calibration error of the scores."""
        correct, scores = (self.errors / 1000 <= CORRECT)[self.counts], self.scores[self.counts]
        return {
            "score_claimed": float(scores.mean()),
            "score_true": float(correct.mean()),
            "score_calibration_error": calibration_error(scores, correct),
        }


def _lift(network: nn.Module, samples: Samples) -> Lifts:
    """Run the network on all samples."""
    features = samples.features.astype(np.float32)
    parts = np.array_split(features, -(-len(features) // 4096))
    with torch.no_grad():
        rows = [[values.numpy() for values in network(torch.from_numpy(part))] for part in parts]
    joints, scores = (
        np.concatenate(column).astype(np.float64) for column in zip(*rows, strict=True)
    )
    return Lifts(samples, joints, scores)


def _mean(values: npt.ArrayLike, counts: Flags) -> float:
    """Mean of the values that count; 0 if none does."""
    return float(np.asarray(values)[counts].mean()) if counts.any() else 0.0
