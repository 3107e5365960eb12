"""From a trained run to the file that robots run: which streams, measured how, with which card."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.lifter.kinds import KINDS, kinds_of
from pose_action_ros.lab.training.lifter.learners import Learners
from pose_action_ros.lab.training.lifter.robot_scores import robot_scores
from pose_action_ros.lab.training.lifter.robot_source import held_out_views
from pose_action_ros.lab.training.lifter.run import VARIANTS, robot_network
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.views import samples_of
from pose_action_ros.lifting.lifter import OUTPUTS
from pose_action_ros.lifting.normalisation import NORMALISATION, STANDARD_HEIGHT
from pose_action_ros.models.card import ModelCard
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

_LOG = logging.getLogger(__name__)

_TERMS = {
    "cmu": "CMU motion capture, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217; free "
    "for research and commercial projects, not to be resold directly",
    "simulated": "simulated people of this package, Apache-2.0",
    "detections": "what the 2D detector saw of rendered people (`pose-action train detections`), "
    "both simulated and recorded; terms as above",
}
_PATHS = {"positions", "subjects", "detections", "human36m", "output", "model", "accelerator"}
_EXAMPLES = 64
_UNIT = (
    "errors in mm, root-aligned, mean over 17 joints, people scaled to 1.70 m; others as shares; "
    "held-out people as the 2D detector sees them, third_missing: without any third of the joints"
)


def ship(
    learners: Learners, settings: LifterTraining, command: str, streams: str = ""
) -> ModelCard:
    """Measure what a robot could run and export the best of it.

    Args:
        learners: trained.
        settings: of the run; `model` is the file to write.
        command: that trained it, for the card.
        streams: one of VARIANTS; empty for the one with the lowest error on the detector's
            keypoints of held-out people.

    Returns:
        The card that was written.

    Raises:
        ModelError: the file would not compute what the network does, or the run is not a robot's.
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
    _LOG.info("the keypoints of the detector go into: %s", chosen)
    card = _card(settings, chosen, scores, command)
    samples = samples_of(views)
    example = torch.from_numpy(samples.features[:_EXAMPLES].astype(np.float32))
    network = robot_network(learners, chosen)
    difference = export(network, example, ("keypoints", OUTPUTS), Path(settings.model), card)
    _LOG.info("wrote %s; it differs from the network by %.1e", settings.model, difference)
    return card


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
