"""From a trained run to a robot's model file: calibrate scores, measure streams, export the best.

Measured are errors, missing joints, bone lengths, and the scores.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.lifter import Exported
from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.lifter.figures import robot_scores
from pose_action_ros.lab.training.lifter.learners import Learners, RobotLearner
from pose_action_ros.lab.training.lifter.people import KINDS, kinds_of
from pose_action_ros.lab.training.lifter.robot import ages_of, held_out_views
from pose_action_ros.lab.training.lifter.scores import calibrate
from pose_action_ros.lab.training.lifter.settings import VARIANTS, LifterTraining
from pose_action_ros.lab.training.lifter.views import samples_of
from pose_action_ros.lifting.lifter import OUTPUTS
from pose_action_ros.lifting.normalisation import NORMALISATION, STANDARD_HEIGHT
from pose_action_ros.models.card import ModelCard
from pose_action_ros.simulation.motions.postures import POSTURES
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

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
