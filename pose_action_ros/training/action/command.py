"""`pose-action train action`: from simulated people to a shipped action model."""

from __future__ import annotations

import argparse
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from tqdm import tqdm

from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import ModelCard
from pose_action_ros.networks.action_cnn import ActionCnn, Calibrated, CnnShape
from pose_action_ros.recognition.classifier import INPUT, OUTPUT
from pose_action_ros.recognition.enhanced_spmf import SpmfSettings
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.training.action.recordings import Sighting, load_sightings, save_sightings
from pose_action_ros.training.action.report import fit_temperature, report
from pose_action_ros.training.action.seen import simulated_sighting
from pose_action_ros.training.action.settings import ActionTraining, read_training
from pose_action_ros.training.action.train import logits_of, train
from pose_action_ros.training.action.windows import WindowSet, find_windows
from pose_action_ros.training.export import export

DESCRIPTION = "train the action model on simulated people"

_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for checkpoint, curve and action.onnx"
    )


def run(args: argparse.Namespace) -> int:
    """Make the data (once), train (or go on), measure, export."""
    training, spmf = read_training(args.config)
    torch.set_num_threads(min(2, torch.get_num_threads()))
    sources, validation, tests = _data(training, spmf, args.output)
    shape = CnnShape(len(ACTIONS), spmf.size, training.width, training.dropout)
    network = train(training, shape, sources, validation, args.output)
    temperature = fit_temperature(logits_of(network, validation), validation.labels)
    scores = {name: _measured(network, windows, temperature) for name, windows in tests.items()}
    for name, figures in scores.items():
        _log.info("%s: %s", name, {key: figures[key] for key in _SHORT})
    card = _card(training, spmf, scores)
    example = torch.from_numpy(validation.images[:2]).float()
    path = args.output / "action.onnx"
    export(Calibrated(network, temperature), example, (INPUT, (OUTPUT,)), path, card)
    _log.info("wrote %s", path)
    return 0


_SHORT = ("windows", "accuracy", "balanced_accuracy", "unknown", "accuracy_when_known")


def mirrored_labels() -> npt.NDArray[np.int64]:
    """(L,) index of what each action is in the mirror."""
    swap = {"waving_left": "waving_right", "waving_right": "waving_left"}
    return np.array([ACTIONS.index(swap.get(label, label)) for label in ACTIONS])


def _data(
    training: ActionTraining, spmf: SpmfSettings, output: Path
) -> tuple[dict[WindowSet, float], WindowSet, dict[str, WindowSet]]:
    """Windows to train on with their shares, to calibrate on, and to measure on."""
    lifter = Lifter(LifterSettings())

    def windows(sightings: list[Sighting]) -> WindowSet:
        recordings = [sighting.lifted(lifter, spmf.min_score) for sighting in sightings]
        places = find_windows(recordings, training.every, training.settle, training.shortest)
        return WindowSet(recordings, places, training.window, spmf, mirrored_labels())

    simulated = {part: windows(_simulated(training, part, output)) for part in _PARTS}
    sources, tests = {simulated["train"]: 1.0}, {"simulated": simulated["test"]}
    if training.rendered:
        sources[simulated["train"]] = 1.0 - training.rendered_share
        rendered = windows(load_sightings(Path(training.rendered), ACTIONS))
        sources[rendered] = training.rendered_share
    if training.rendered_test:
        tests["rendered"] = windows(load_sightings(Path(training.rendered_test), ACTIONS))
    return sources, simulated["validation"], tests


_PARTS = ("train", "validation", "test")


def _simulated(training: ActionTraining, part: str, output: Path) -> list[Sighting]:
    """Simulated people, made once and kept in the output folder."""
    count = {"train": training.people, "validation": training.validation, "test": training.test}
    path = output / f"{part}_{count[part]}_{training.actions_each}_{training.seed}.npz"
    if not path.is_file():
        sightings = []
        for number in tqdm(range(count[part]), f"people to {part}"):
            rng = np.random.default_rng([training.seed, _PARTS.index(part), number])
            sightings.append(simulated_sighting(rng, training.actions_each))
        save_sightings(path, sightings, ACTIONS)
    return load_sightings(path, ACTIONS)


def _measured(network: ActionCnn, windows: WindowSet, temperature: float) -> dict[str, Any]:
    probabilities = softmax(logits_of(network, windows) / temperature, axis=1)
    unknown_below = RecogniserSettings().unknown_below
    figures = report(probabilities, windows.labels, ACTIONS, unknown_below)
    return {"unknown_below": unknown_below, **figures}


def _card(training: ActionTraining, spmf: SpmfSettings, scores: dict[str, Any]) -> ModelCard:
    settings = asdict(spmf)
    skeleton = settings.pop("skeleton")
    files = {  # whose folders are nobody's business
        key: Path(getattr(training, key)).name for key in ("rendered", "rendered_test", "initial")
    }
    return ModelCard(
        name="action",
        task="action",
        sha256="",
        licence="Apache-2.0",
        source="Enhanced-SPMF of Pham et al. 2020, Sensors 20(7):1825; a small hand-made CNN",
        skeleton=skeleton,
        settings={"labels": list(ACTIONS), "window": training.window, "spmf": settings},
        training={
            "data": "simulated people of this package before random virtual cameras: most with "
            "simulated errors of a detector, those of `rendered` as images through the detector; "
            "then smoothed as by the tracker and lifted by the shipped lifter. The test sets show "
            "other bodies, styles and cameras.",
            "command": "pose-action train action --config config/train_action.yaml --output DIR",
            "settings": {**asdict(training), **files},
        },
        scores=scores,
    )
