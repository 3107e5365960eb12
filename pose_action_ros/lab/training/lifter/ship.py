"""From a trained run to the model file of a robot: measure each choice of streams, export the best.

Measured are errors, missing joints, bone lengths, and the calibration of scores.
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

from pose_action_ros import metrics
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.lifter import Exported
from pose_action_ros.lab.training.detector_noise.views import drop_third
from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.lifter.learners import CORRECT, Learners, RobotLearner
from pose_action_ros.lab.training.lifter.people import KINDS, kinds_of
from pose_action_ros.lab.training.lifter.robot import held_out_views
from pose_action_ros.lab.training.lifter.settings import VARIANTS, LifterTraining
from pose_action_ros.lab.training.lifter.views import Samples, Views, samples_of
from pose_action_ros.lifting.lifter import OUTPUTS
from pose_action_ros.lifting.normalisation import NORMALISATION, STANDARD_HEIGHT
from pose_action_ros.metrics import joint_errors
from pose_action_ros.models.card import ModelCard
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LOG = logging.getLogger(__name__)

_TERMS = {
    "cmu": "CMU motion capture, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217; free "
    "for research and commercial projects, not to be resold directly",
    "simulated": "simulated people of this package, Apache-2.0",
    "detections": "detections of rendered people (`pose-action train detections`), both simulated "
    "and recorded; terms as above",
}
_PATHS = {"positions", "subjects", "detections", "human36m", "output", "model", "accelerator"}
_EXAMPLES = 64
_UNIT = (
    "errors in mm, root-aligned, mean over 17 joints, people scaled to 1.70 m; others as shares; "
    "held-out people as the 2D detector sees them, third_missing: without any third of the joints"
)
_BONE = 0.2
"""Largest error of a correct bone length, relative to the person's own."""
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
    views, actions = held_out_views(settings)
    kinds = kinds_of(actions)
    groups = {"all": np.ones(len(actions), np.bool_)} | {kind: kinds == kind for kind in KINDS}
    scores: dict[str, dict[str, dict[str, float]]] = {
        name: {
            group: robot_scores(robot_network(learners, name), views[rows], settings.seed)
            for group, rows in groups.items()
            if rows.any()
        }
        for name in VARIANTS
    }
    chosen = streams or min(scores, key=lambda name: scores[name]["all"]["mpjpe"])
    _LOG.info("streams for the detector's keypoints: %s", chosen)
    card = _card(settings, chosen, scores, command)
    example = torch.from_numpy(samples_of(views).features[:_EXAMPLES, None].astype(np.float32))
    network = robot_network(learners, chosen)
    difference = export(network, example, ("keypoints", OUTPUTS), Path(settings.model), card)
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
        "simulated": settings.performances,
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
            "ages": [0.0],
            "output_skeleton": HUMAN36M_17.name,
            "height": STANDARD_HEIGHT,
            "outputs": list(OUTPUTS),
            "streams": streams,
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


def robot_scores(network: nn.Module, views: Views, seed: int) -> dict[str, float]:
    """Figures of a network on views of test people by the detector.

    Args:
        network: see networks.lifter.Exported.
        views: of N liftable people.
        seed: of the removed joints.

    Returns:
        Errors in mm, shares from 0 to 1.
    """
    scores = drop_third(views.scores, np.random.default_rng(seed))
    third_views = replace(views, scores=scores)
    usable = samples_of(third_views).usable
    samples, thirds = samples_of(views[usable]), samples_of(third_views[usable])
    whole, third = _predict(network, samples), _predict(network, thirds)
    before = joint_errors(whole.joints, samples.targets) * 1000
    after = joint_errors(third.joints, thirds.targets) * 1000
    given = given_joints(thirds.features[..., 2])
    figures = {
        "mpjpe": before.mean(),
        "mpjpe_third_missing": after.mean(),
        "mpjpe_of_given_joints": before[given].mean(),
        "mpjpe_of_given_joints_third_missing": after[given].mean(),
        "bones_within_20_percent": _correct_bones(whole.joints, samples.targets).mean(),
        "bones_within_20_percent_third_missing": _correct_bones(
            third.joints, thirds.targets
        ).mean(),
        "score_calibration_error": calibration_error(whole, samples.targets),
        "score_calibration_error_third_missing": calibration_error(third, thirds.targets),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def calibration_error(predicted: Predicted, targets: Array) -> float:
    """Expected calibration error of the joints' scores (Naeini et al. 2015), in ten bins.

    A score is the probability of an error of at most 150 mm.
    """
    correct = joint_errors(predicted.joints, targets) <= CORRECT
    return metrics.calibration_error(predicted.scores, correct)


def given_joints(scores: Array) -> Flags:
    """(N, 17) true for Human3.6M joints with evidence in the scores (N, 18) of COCO-18."""
    given: Flags = scores[:, _EVIDENCE].min(axis=2) > 0
    return given


def _predict(network: nn.Module, samples: Samples) -> Predicted:
    """Run the network on all samples."""
    features = samples.features[:, None].astype(np.float32)
    parts = np.array_split(features, -(-len(features) // 4096))
    with torch.no_grad():
        rows = [[values.numpy() for values in network(torch.from_numpy(part))] for part in parts]
    columns = zip(*rows, strict=True)
    return Predicted(*(np.concatenate(column).astype(np.float64) for column in columns))


def _correct_bones(joints: Array, truth: Array) -> Flags:
    """(N, 16) true for bones of about the person's own length."""
    lengths, own = (
        np.linalg.norm(pose[:, 1:] - pose[:, _PARENTS], axis=-1) for pose in (joints, truth)
    )
    correct: Flags = np.abs(lengths / own - 1) <= _BONE
    return correct
