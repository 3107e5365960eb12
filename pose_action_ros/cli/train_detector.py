"""`pose-action train detector`: train, measure, export, write the card."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.training.openpose.examples import simulated_examples
from pose_action_ros.lab.training.openpose.export import export_maps
from pose_action_ros.lab.training.openpose.settings import DetectorTraining
from pose_action_ros.lab.training.openpose.train import measure, train
from pose_action_ros.models.card import ModelCard
from pose_action_ros.models.openpose_card import TASK, OpenPoseCard

DESCRIPTION = (
    "Train a light OpenPose network on simulated people and export it with its card. A run that "
    "was stopped goes on from the checkpoint in its output folder."
)
_HELD_OUT = 1 << 32
"""Where the seeds of held-out scenes begin; rounds never come there."""
_PATHS = {"output", "model", "accelerator", "threads"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, DetectorTraining)


def run(args: argparse.Namespace) -> int:
    """Train, then export what a robot runs."""
    settings = settings_from(args, DetectorTraining)
    network = train(settings)
    held_out = simulated_examples(settings, np.random.default_rng([settings.seed, _HELD_OUT]))
    card = _card(settings, measure(network, held_out, settings.batch))
    export_maps(network, Path(settings.model), card)
    print(json.dumps(card.scores, indent=2))  # noqa: T201 - the command's output
    return 0


def _card(settings: DetectorTraining, loss: float) -> ModelCard:
    numbers = {name: value for name, value in asdict(settings).items() if name not in _PATHS}
    return ModelCard(
        name=Path(settings.model).stem,
        task=TASK,
        sha256="",
        licence="Apache-2.0",
        source="after Osokin, Real-time 2D Multi-Person Pose Estimation on CPU: Lightweight "
        "OpenPose, 2018, arXiv 1811.12004",
        skeleton=settings.layout,
        settings=OpenPoseCard(settings.layout).settings(),
        training={
            "command": "pose-action train detector",
            "data": {"simulated": "simulated people of this package, Apache-2.0"},
            "settings": numbers,
        },
        scores={
            "unit": "squared error of the maps, summed over channels, mean over cells of held-out "
            "simulated images",
            "loss": round(loss, 5),
        },
    )
