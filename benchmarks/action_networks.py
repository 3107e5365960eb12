"""Sizes and times of action networks: `python -m benchmarks.action_networks`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import torch
from torch import nn

from benchmarks.measuring import Clock
from pose_action_ros.engines import load_engine
from pose_action_ros.lab.evaluation.tables import Table, show
from pose_action_ros.lab.networks.ensemble import joined
from pose_action_ros.lab.training.action.architecture import SEARCHED, make_network
from pose_action_ros.lab.training.action.fit import loss_of
from pose_action_ros.lab.training.action.model import ActionModel, write_model
from pose_action_ros.lab.training.action.settings import Fitting, NetworkChoice
from pose_action_ros.recognition.classifier import INPUT
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS

SPARE = 160
"""Spare outputs: of the unnamed gestures of the training."""
JET, LEVELS = SpmfSettings(), SpmfSettings(colours="level", height=0)
_CALLS, _WARM_UP = 500, 50


def _cells(channels: int, hand_made: int = 0) -> NetworkChoice:
    genotype = str(SEARCHED.with_name("searched_levels.json"))
    return NetworkChoice(
        genotype=genotype, full_height=True, channels=channels, hand_made=hand_made
    )


def _hand_made(channels: int) -> NetworkChoice:
    return NetworkChoice(network="cnn", full_height=True, channels=channels)


NETWORKS: Mapping[str, tuple[NetworkChoice, SpmfSettings]] = {
    f"cells, square, 24 channels, JET image of {JET.shape[0]} rows": (
        NetworkChoice(channels=24),
        JET,
    ),
    f"cells, full height, 32 channels, {LEVELS.shape[0]} rows of levels": (_cells(32), LEVELS),
    **{f"cells, full height, {size} channels": (_cells(size), LEVELS) for size in (48, 64, 96)},
    **{f"hand-made, full height, {size} channels": (_hand_made(size), LEVELS) for size in (64, 96)},
    "cells of 48 and three hand-made of 96 channels, averaged: the shipped model": (
        _cells(48, 3),
        LEVELS,
    ),
}
"""Name to architecture and images."""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser("benchmarks.action_networks", description=__doc__)
    parser.add_argument("--steps", type=int, default=20, help="training steps (%(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = [_row(name, *choice, args.steps) for name, choice in NETWORKS.items()]
    header = ("network", "weights", "file", "one image", "training steps a second")
    show(Table(f"{len(ACTIONS)} labels, {SPARE} spare outputs", header, rows))


def _row(name: str, choice: NetworkChoice, spmf: SpmfSettings, steps: int) -> tuple[str, ...]:
    torch.manual_seed(0)
    made = [
        make_network(choice.of_member(number), len(ACTIONS), spmf.shape, SPARE)
        for number in range(choice.count)
    ]
    network = joined(made)
    weights = sum(value.numel() for value in network.parameters())
    speed = _training(network, spmf, steps)
    model = ActionModel(network.eval(), ACTIONS, spmf, 2.0, 1.0, 0.5)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        write_model(path, model, {}, {})
        size, time = path.stat().st_size, _image(path, spmf)
    return name, f"{weights / 1e6:.2f} M", f"{size / 1e6:.1f} MB", f"{time:.2f} ms", f"{speed:.1f}"


def _image(path: Path, spmf: SpmfSettings) -> float:
    """Processor time of one image with one thread, median [ms]."""
    engine, clock = load_engine(path, "onnxruntime", 1), Clock()
    image = np.random.default_rng(0).integers(0, 256, (1, *spmf.shape)).astype(np.float32)
    for _ in range(_WARM_UP):
        engine({INPUT: image})
    for _ in range(_CALLS):
        clock.time("image", partial(engine, {INPUT: image}))
    return clock.row("image")["cpu_p50"]


def _training(network: nn.Module, spmf: SpmfSettings, steps: int) -> float:
    """Training steps in a second of processor time."""
    fitting, rng = Fitting(), np.random.default_rng(0)
    images = torch.from_numpy(rng.integers(0, 256, (fitting.batch, *spmf.shape))).float()
    labels = torch.from_numpy(rng.integers(0, len(ACTIONS), fitting.batch))
    optimiser = torch.optim.AdamW(network.parameters(), fitting.learning_rate)
    network.train()
    start = process_time()
    for _ in range(steps):
        loss = loss_of(network(images), labels, len(ACTIONS), fitting.label_smoothing)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return steps / (process_time() - start)


if __name__ == "__main__":
    main()
