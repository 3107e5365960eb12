"""Train the two-stream lifter; reads from top to bottom.

Method: Pham et al. 2020 (Sensors 20(7), 1825). Stream "exact" learns from exact keypoints, stream
"detected" from a detector's; both learn from the same people with joints missing.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from pose_action_ros.networks.two_stream import Stream, StreamShape, TwoStream
from pose_action_ros.training.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.training.detector_errors import read_errors
from pose_action_ros.training.lifter_data import (
    Pools,
    detected_views,
    exact_views,
    training_pools,
)
from pose_action_ros.training.lifter_settings import LifterTraining
from pose_action_ros.training.views import Samples, samples_of

_LOG = logging.getLogger(__name__)

STREAMS = ("exact", "detected")
_DELTA = 0.05  # [m] error where the Huber loss turns from squared to linear


def train(settings: LifterTraining) -> TwoStream:
    """Train both streams, or go on from the checkpoint in the output folder.

    Returns:
        The trained network in evaluation mode.

    Raises:
        SettingError, InputError: no data, or files that are not what they should be.
        ModelError: the checkpoint is damaged or of a run with other settings.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    pools, errors = training_pools(settings), read_errors(settings.detections, "train")
    _LOG.info("training on %d CMU and %d simulated poses", len(pools.cmu), len(pools.simulated))

    shape = StreamShape(settings.width, settings.blocks, settings.dropout)
    network = TwoStream(Stream(shape), Stream(shape))
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate, fused=True)
    steps = settings.rounds * (settings.views // settings.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, steps)

    folder = Path(settings.output)
    config = asdict(settings)
    parts: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    state = load_checkpoint(folder / "checkpoint.pt", config)
    start = state["round"] if state else 0
    if state:
        for name, part in parts.items():
            part.load_state_dict(state[name])

    for number in tqdm(range(start, settings.rounds), desc="lifter", unit="round", initial=start):
        # Each round draws its own chance, so that a resumed run sees what an unbroken one sees.
        rng = np.random.default_rng([settings.seed, number])
        torch.manual_seed(settings.seed * 100_003 + number)
        streams = [
            samples_of(exact_views(_draw(pools, settings, rng), rng)),
            samples_of(detected_views(_draw(pools, settings, rng), errors, rng)),
        ]
        network.train()
        losses = [
            _step(network, batches, optimizer, schedule)
            for batches in zip(*(_batches(part, settings.batch) for part in streams), strict=False)
        ]
        _write_row(
            folder / "curve.csv", number, float(schedule.get_last_lr()[0]), np.mean(losses, axis=0)
        )
        states = {name: part.state_dict() for name, part in parts.items()}
        save_checkpoint(folder / "checkpoint.pt", {"config": config, "round": number + 1, **states})
    network.eval()
    return network


def huber(found: Tensor, truth: Tensor) -> Tensor:
    """Huber loss of the distance of each joint (B, 17, 3), in metres beyond _DELTA."""
    distance = torch.linalg.vector_norm(found - truth + 1e-8, dim=-1)  # (B, 17)
    return (
        torch.nn.functional.huber_loss(distance, torch.zeros_like(distance), delta=_DELTA) / _DELTA
    )


def _draw(pools: Pools, settings: LifterTraining, rng: np.random.Generator) -> np.ndarray:
    return pools.draw(settings.views, settings.simulated_share, rng)


def _batches(samples: Samples, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of features (B, 18, 3) and targets (B, 17, 3), in random order, all of full size."""
    rows = np.flatnonzero(samples.usable)
    features = torch.from_numpy(samples.features[rows].astype(np.float32))
    targets = torch.from_numpy(samples.targets[rows].astype(np.float32))
    order = torch.randperm(len(rows))
    for start in range(0, len(rows) - size + 1, size):
        chosen = order[start : start + size]
        yield features[chosen], targets[chosen]


def _step(
    network: TwoStream,
    batches: tuple[tuple[Tensor, Tensor], ...],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> list[float]:
    """One step of both streams, each on its own batch; their losses."""
    losses = [
        huber(getattr(network, name)(features), targets)
        for name, (features, targets) in zip(STREAMS, batches, strict=True)
    ]
    optimizer.zero_grad(set_to_none=True)
    torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    return [loss.item() for loss in losses]


def _write_row(path: Path, number: int, rate: float, losses: np.ndarray) -> None:
    """Add a round to the curve; the first round begins the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w" if number == 0 else "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if number == 0:
            writer.writerow(["round", "learning_rate", *(f"loss_{name}" for name in STREAMS)])
        writer.writerow([number, f"{rate:.3e}", *(f"{loss:.5f}" for loss in losses)])
