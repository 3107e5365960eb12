"""What a robot's lifter is measured on: errors, missing joints, bones, honest scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from pose_action_ros.lab.training.lifter.degradation import drop_third
from pose_action_ros.lab.training.lifter.learners import RIGHT
from pose_action_ros.lab.training.lifter.views import Samples, Views, samples_of
from pose_action_ros.metrics import joint_errors
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BONE = 0.2
"""Share of the person's own length by which a bone may be off."""
_BINS = 10
_PARENTS = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]


@dataclass(frozen=True, eq=False)
class Told:
    """What a lifter says about N people, as arrays, see networks.lifter.Exported.

    Attributes:
        joints: (N, 17, 3) [m].
        scores: (N, 17).
    """

    joints: Array
    scores: Array


def told_of(network: nn.Module, samples: Samples) -> Told:
    """Run the network on all samples."""
    parts = np.array_split(samples.features.astype(np.float32), -(-len(samples.features) // 4096))
    with torch.no_grad():
        rows = [[values.numpy() for values in network(torch.from_numpy(part))] for part in parts]
    return Told(*(np.concatenate(column).astype(np.float64) for column in zip(*rows, strict=True)))


def robot_scores(network: nn.Module, views: Views, seed: int) -> dict[str, float]:
    """Figures of a network on held-out people as the detector sees them.

    Args:
        network: see networks.lifter.Exported.
        views: of N people who can be lifted.
        seed: of which joints are taken away.

    Returns:
        Errors in mm, shares from 0 to 1.
    """
    third_views = _third_missing(views, seed)
    usable = samples_of(third_views).usable
    samples, thirds = samples_of(views[usable]), samples_of(third_views[usable])
    whole, third = told_of(network, samples), told_of(network, thirds)
    before = joint_errors(whole.joints, samples.targets) * 1000
    after = joint_errors(third.joints, thirds.targets) * 1000
    given = given_joints(thirds.features[..., 2])
    figures = {
        "mpjpe": before.mean(),
        "mpjpe_third_missing": after.mean(),
        "mpjpe_of_given_joints": before[given].mean(),
        "mpjpe_of_given_joints_third_missing": after[given].mean(),
        "bones_within_20_percent": _bones_right(whole.joints, samples.targets).mean(),
        "bones_within_20_percent_third_missing": _bones_right(third.joints, thirds.targets).mean(),
        "score_calibration_error": calibration_error(whole, samples.targets),
        "score_calibration_error_third_missing": calibration_error(third, thirds.targets),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def calibration_error(told: Told, targets: Array) -> float:
    """Expected calibration error of the joints' scores (Naeini et al. 2015), in ten bins.

    A score is the probability that the joint is within 150 mm of the truth.
    """
    right = (joint_errors(told.joints, targets) <= RIGHT).ravel()
    scores = told.scores.ravel()
    bins = np.minimum((scores * _BINS).astype(np.intp), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    gaps = np.abs(np.bincount(bins, right - scores, minlength=_BINS))
    return float(gaps.sum() / counts.sum())


def _third_missing(views: Views, seed: int) -> Views:
    return replace(views, scores=drop_third(views.scores, np.random.default_rng(seed)))


def _bones_right(joints: Array, truth: Array) -> Flags:
    """(N, 16) which bones are about as long as the person's own."""
    found, own = (
        np.linalg.norm(pose[:, 1:] - pose[:, _PARENTS], axis=-1) for pose in (joints, truth)
    )
    right: Flags = np.abs(found / own - 1) <= _BONE
    return right


# What a joint that COCO-18 does not have is told by; a joint it has is told by itself.
_TOLD_BY = {
    "mid_hip": ("right_hip", "left_hip"),
    "spine": ("right_hip", "left_hip", "right_shoulder", "left_shoulder"),
    "head_top": ("nose", "neck"),
}
_SOURCES = np.array(
    [
        [COCO_18.index(source) for source in (_TOLD_BY.get(joint, (joint,)) * 4)[:4]]
        for joint in HUMAN36M_17.joints
    ]
)
"""(17, 4) COCO-18 joints that tell each Human3.6M joint, repeated to fill the rows."""


def given_joints(scores: Array) -> Flags:
    """(N, 17) which Human3.6M joints the detector told, from its scores (N, 18) of COCO-18."""
    given: Flags = scores[:, _SOURCES].min(axis=2) > 0
    return given
