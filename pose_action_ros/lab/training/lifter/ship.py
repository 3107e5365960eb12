"""From a trained run to a robot's model file: calibrate scores, measure streams, export the best.

Measured are errors, missing joints, bone lengths, and the scores.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.lifter import Exported
from pose_action_ros.lab.training.detector_noise.views import drop_third
from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.lifter.learners import CORRECT, Learners, RobotLearner
from pose_action_ros.lab.training.lifter.people import KINDS, kinds_of
from pose_action_ros.lab.training.lifter.robot import ages_of, held_out_views
from pose_action_ros.lab.training.lifter.scores import calibrate
from pose_action_ros.lab.training.lifter.settings import VARIANTS, LifterTraining
from pose_action_ros.lab.training.lifter.views import Samples, Views, complete_views, samples_of
from pose_action_ros.lifting.lifter import OUTPUTS
from pose_action_ros.lifting.normalisation import NORMALISATION, STANDARD_HEIGHT
from pose_action_ros.metrics import joint_errors
from pose_action_ros.models.card import ModelCard
from pose_action_ros.simulation.motions.postures import POSTURES
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LOG = logging.getLogger(__name__)

_TERMS = {
    "cmu": "CMU motion capture, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217; free "
    "for research and commercial projects, not to be resold directly",
    "captures": "files of joint positions: CMU motion capture in B. Hahne's conversion, terms as "
    "above; reactidle, E. Atxa Landa et al. 2025, arXiv 2509.05023, MIT",
    "simulated": "simulated people of this package, Apache-2.0, with body measures after ANSUR II, "
    "US Army 2012, public release",
    "detections": "detections of rendered people (`pose-action train detections`), both simulated "
    "and recorded; terms as above",
}
_JOINTS = {
    "hip, knee, ankle, shoulder, elbow, wrist": "centres of rotation of the joints, as optical "
    "motion capture fits them",
    "mid_hip": "middle of both hip joint centres; the root",
    "neck": "middle of both shoulder joint centres",
    "spine": "half way from mid_hip to neck along the line of the vertebrae",
    "nose": "tip of the nose, on the skin",
    "head_top": "vertex: highest point of the upright head",
}
_PATHS = {
    "positions",
    "subjects",
    "captures",
    "detections",
    "human36m",
    "output",
    "model",
    "accelerator",
}
_EXAMPLES = 64
_LARGEST = 8e6
"""Size of a model file [bytes] above which its weights are stored in half precision."""
_UNIT = (
    "errors in mm, root-aligned, mean over the joints that the person's source defines, people "
    "scaled to 1.70 m with the bones of their own bodies; others as shares; held-out people as "
    "the 2D detector sees them, exact: with exact keypoints, third_missing: without any third of "
    "the joints; score_claimed and score_true: mean score, and share of joints within 150 mm"
)
_BONE = 0.2
"""Largest error of a correct bone length, relative to the person's own."""
_BINS = 10
_PARENTS = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]
# COCO-18 joints around a Human3.6M joint that is not in COCO-18.
_NEIGHBOURS = {
    "mid_hip": ("right_hip", "left_hip"),
    "spine": ("right_hip", "left_hip", "right_shoulder", "left_shoulder"),
    "head_top": ("nose", "neck"),
}
_EVIDENCE = np.array(
    [
        [COCO_18.index(source) for source in (_NEIGHBOURS.get(joint, (joint,)) * 4)[:4]]
        for joint in HUMAN36M_17.joints
    ]
)
"""(17, 4) COCO-18 joints that determine each Human3.6M joint, repeated to fill the rows."""


def ship(
    learners: Learners, settings: LifterTraining, command: str, streams: str = ""
) -> ModelCard:
    """Measure each choice of streams and export the best one.

    Args:
        learners: trained.
        settings: of the run; `model` is the file to write.
        command: of the training, for the card.
        streams: one of VARIANTS; empty for the one with the lowest error on the detector's
            keypoints of test people.

    Returns:
        The card in the file.

    Raises:
        ModelError: the file's results differ from the network's, or the run is on Human3.6M.
    """
    calibrate(learners, settings)
    views, actions = held_out_views(settings)
    ages = ages_of(settings)
    kinds = kinds_of(actions)
    groups = {"all": np.ones(len(actions), np.bool_)} | {kind: kinds == kind for kind in KINDS}
    groups |= {posture: actions == posture for posture in POSTURES}
    scores: dict[str, dict[str, dict[str, float]]] = {
        name: {
            group: robot_scores(robot_network(learners, name), views[rows], ages, settings.seed)
            for group, rows in groups.items()
            if rows.any()
        }
        for name in VARIANTS
        if set(VARIANTS[name]) <= set(settings.streams)
    }
    chosen = streams or min(scores, key=lambda name: scores[name]["all"]["mpjpe"])
    _LOG.info("streams for the detector's keypoints: %s", chosen)
    card = _card(settings, chosen, scores, command)
    features = samples_of(views[:_EXAMPLES], ages).features
    example = torch.from_numpy(features.astype(np.float32))
    network = robot_network(learners, chosen)
    path = Path(settings.model)
    difference = export(network, example, ("keypoints", OUTPUTS), path, card, largest=_LARGEST)
    _LOG.info("wrote %s; largest difference to the network %.1e", settings.model, difference)
    return card


def robot_network(learners: Learners, streams: str) -> Exported:
    """The network for a robot, with the streams of a key of VARIANTS.

    ModelError when the run is on Human3.6M.
    """
    chosen = []
    for stream in VARIANTS[streams]:
        learner = learners.by_name()[stream]
        if not isinstance(learner, RobotLearner):
            raise ModelError("a run on Human3.6M gives no lifter for robots; nothing is exported")
        chosen.append(learner.lifter)
    return Exported(*chosen).eval()


def _card(
    settings: LifterTraining, streams: str, scores: dict[str, Any], command: str
) -> ModelCard:
    used = {
        "cmu": settings.positions or settings.subjects,
        "captures": settings.captures,
        "simulated": settings.performances
        or settings.free_performances
        or settings.posture_performances,
        "detections": settings.detections,
    }
    numbers = {name: value for name, value in asdict(settings).items() if name not in _PATHS}
    return ModelCard(
        name=Path(settings.model).stem,
        task="lifter",
        sha256="",
        licence="Apache-2.0",
        source="Pham et al., A Unified Deep Framework for Joint 3D Pose Estimation and Action "
        "Recognition from a Single RGB Camera, Sensors 2020, 20(7), 1825",
        skeleton=COCO_18.name,
        settings={
            "normalisation": NORMALISATION,
            "ages": ages_of(settings).tolist(),
            "output_skeleton": HUMAN36M_17.name,
            "height": STANDARD_HEIGHT,
            "outputs": list(OUTPUTS),
            "streams": streams,
            "joints": _JOINTS,
        },
        training={
            "command": command,
            "data": {name: terms for name, terms in _TERMS.items() if used[name]},
            "settings": numbers,
        },
        scores={
            "unit": _UNIT,
            "shipped": scores[streams],
            "mpjpe_by_streams": {name: groups["all"]["mpjpe"] for name, groups in scores.items()},
        },
    )


@dataclass(frozen=True, eq=False)
class Predicted:
    """Outputs of a lifter for N people, see networks.lifter.Exported.

    Attributes:
        joints: (N, 17, 3) [m].
        scores: (N, 17).
    """

    joints: Array
    scores: Array


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
    given = third.counts & given_joints(third.samples.features[:, 0, :, 2])
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


def calibration_error(scores: Array, correct: Flags) -> float:
    """Expected calibration error of scores (S,) (Naeini et al. 2015), in ten bins.

    A score is the probability of an error of at most 150 mm.
    """
    bins = np.minimum((scores * _BINS).astype(np.intp), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    gaps = np.abs(np.bincount(bins, correct - scores, minlength=_BINS))
    return float(gaps.sum() / counts.sum())


def given_joints(scores: Array) -> Flags:
    """(N, 17) true for Human3.6M joints with evidence in the scores (N, 18) of COCO-18."""
    given: Flags = scores[:, _EVIDENCE].min(axis=2) > 0
    return given


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
