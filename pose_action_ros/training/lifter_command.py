"""`pose-action train lifter`: train, measure, export, write the card."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from pose_action_ros.errors import SettingError
from pose_action_ros.lifting.normalisation import NORMALISATION, STANDARD_HEIGHT
from pose_action_ros.models.card import ModelCard
from pose_action_ros.networks.two_stream import TwoStream
from pose_action_ros.settings import from_mapping
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17
from pose_action_ros.training.export import export
from pose_action_ros.training.lifter import train
from pose_action_ros.training.lifter_scores import held_out_sets, measure, variants
from pose_action_ros.training.lifter_settings import LifterTraining
from pose_action_ros.training.views import Views, samples_of

DESCRIPTION = "Train the 2D to 3D lifter and export it with its card."

_LOG = logging.getLogger(__name__)

_TERMS = {
    "cmu": "CMU motion capture, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217; free "
    "for research and commercial projects, not to be resold directly",
    "simulated": "simulated people of this package, Apache-2.0",
    "detections": "what the 2D detector saw of simulated people (`pose-action train detections`), "
    "Apache-2.0",
}


_JUDGES = ("simulated_detected", "simulated_noisy", "cmu_noisy")
_PATHS = {"positions", "subjects", "detections", "output", "model"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, help="YAML file of settings")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting other than the file's; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Train with the settings of the file."""
    settings = read_settings(args.config, args.set)
    network = train(settings)
    scores = train_and_ship(network, settings, f"pose-action train lifter --config {args.config}")
    print(json.dumps(scores, indent=2))  # noqa: T201 - the command's output
    return 0


def read_settings(path: Path, changes: list[str]) -> LifterTraining:
    """Settings of a YAML file with changes NAME=VALUE; paths are relative to where one is.

    Raises:
        SettingError: no such file, no YAML mapping, or a setting that is not allowed.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        for change in changes:
            name, _, value = change.partition("=")
            values[name] = yaml.safe_load(value) if value else ""
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise SettingError(f"{path} is no YAML file of settings: {error}") from error
    if not isinstance(values, dict):
        names = ", ".join(item.name for item in fields(LifterTraining))
        raise SettingError(f"{path}: expected lines `name: value` with names of {names}")
    return from_mapping(LifterTraining, values)


def train_and_ship(network: TwoStream, settings: LifterTraining, command: str) -> dict[str, Any]:
    """Measure what a robot could run, export the best with its card; all scores.

    The best is the one with the lowest error on the held-out keypoints of the real detector, or
    on those with made-up errors where there are no detections.
    """
    sets = held_out_sets(settings)
    scores = {name: measure(choice, sets) for name, choice in variants(network).items()}
    judge = next(name for name in _JUDGES if name in sets)
    best = min(scores, key=lambda name: scores[name][judge])
    _LOG.info("streams %r ship: lowest error on %s", best, judge)
    card = _card(settings, best, scores, command)
    example = _example(sets[judge])
    difference = export(
        variants(network)[best], example, ("keypoints", "joints"), Path(settings.model), card
    )
    return {"streams": best, "difference_to_torch_m": difference, **scores[best], "all": scores}


def _example(views: Views) -> torch.Tensor:
    """(B, 18, 3) real inputs to compare the file and the network on."""
    samples = samples_of(views)
    return torch.from_numpy(samples.features[samples.usable][:64].astype(np.float32))


def _terms(settings: LifterTraining) -> dict[str, str]:
    """Origin and terms of the data this run used."""
    used = {
        "cmu": settings.positions or settings.subjects,
        "simulated": settings.performances,
        "detections": settings.detections,
    }
    return {name: terms for name, terms in _TERMS.items() if used[name]}


def _card(
    settings: LifterTraining, best: str, scores: dict[str, dict[str, float]], command: str
) -> ModelCard:
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
            "streams": best,
            "mirrored_mean": True,
        },
        training={"command": command, "data": _terms(settings), "settings": numbers},
        scores={
            "unit": "mm, mean over 17 joints after root alignment, person scaled to 1.70 m, "
            "held-out recordings, bodies and cameras",
            "shipped": scores[best],
            "detector_keypoints_into": scores,
        },
    )
