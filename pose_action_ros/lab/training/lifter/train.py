"""Train the two-stream lifter; reads from top to bottom.

Method: Pham et al. 2020 (Sensors 20(7), 1825). Stream "exact" learns from exact keypoints, stream
"detected" from a detector's, both with missing joints.
"""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm import tqdm

from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.training.lifter.learners import BASELINE, Batch, Learners
from pose_action_ros.lab.training.lifter.run import CHECKPOINT, open_source
from pose_action_ros.lab.training.lifter.settings import LifterTraining

_LOG = logging.getLogger(__name__)


def train(settings: LifterTraining) -> Learners | None:
    """Train all networks of a run, or resume from the checkpoint in its output folder.

    Under torchrun each process trains on its share of the views.

    Returns:
        The trained networks in evaluation mode; None in all processes but the first.

    Raises:
        SettingError, InputError: no data, or files with another content.
        ModelError: the checkpoint is damaged or of a run with other settings.
    """
    torch.set_num_threads(settings.threads)
    fabric = Fabric(
        accelerator=settings.accelerator,
        devices=int(os.environ.get("LOCAL_WORLD_SIZE", "1")),  # set by torchrun
        num_nodes=int(os.environ.get("GROUP_WORLD_SIZE", "1")),
    )
    fabric.launch()
    torch.manual_seed(settings.seed)
    source = open_source(settings)
    learners = Learners(source.learners())
    rates = {
        name: settings.baseline_learning_rate if BASELINE in name else settings.learning_rate
        for name in learners.learners
    }
    optimizer = torch.optim.Adam(
        [{"params": learners.learners[name].parameters(), "lr": rates[name]} for name in rates]
    )
    share = settings.views // fabric.world_size
    total = settings.rounds * (share // settings.batch) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, list(rates.values()), total)

    path, config = Path(settings.output) / CHECKPOINT, _fixed(settings)
    parts: dict[str, Any] = {"learners": learners, "optimizer": optimizer, "schedule": schedule}
    network, optimizer = fabric.setup(learners, optimizer)
    state = load_checkpoint(path, config)
    if state:
        for name, part in parts.items():
            part.load_state_dict(state[name])

    start = state["round"] if state else 0
    for number in tqdm(
        range(start, settings.rounds),
        desc="lifter",
        unit="round",
        initial=start,
        disable=fabric.global_rank != 0,
    ):
        # Each round has its own seed, so that a resumed run equals an uninterrupted one.
        rng = np.random.default_rng([settings.seed, number, fabric.global_rank])
        torch.manual_seed((settings.seed * 100_003 + number) * 1009 + fabric.global_rank)
        views = source.views(share, rng)
        network.train()
        curve = []
        # Some people cannot be lifted, but processes with shared gradients need equal step counts.
        own = min(len(batch.inputs) for batch in views.values()) // settings.batch
        steps: Any = fabric.all_reduce(torch.tensor(own), reduce_op="min")
        for batches in islice(_batches(views, settings.batch, rng), int(steps)):
            on_device = {
                name: Batch(*fabric.to_device((batch.inputs, batch.joints)))
                for name, batch in batches.items()
            }
            losses: dict[str, Tensor] = network(on_device)
            optimizer.zero_grad(set_to_none=True)
            fabric.backward(torch.stack(list(losses.values())).sum())
            for learner in learners.learners.values():
                torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            curve.append({name: float(loss.detach()) for name, loss in losses.items()})
        if fabric.global_rank == 0:
            _write_row(path.with_name("curve.csv"), number, float(schedule.get_last_lr()[0]), curve)
            states = {name: part.state_dict() for name, part in parts.items()}
            save_checkpoint(path, {"config": config, "round": number + 1, **states})
    fabric.barrier()
    return learners.cpu().eval() if fabric.global_rank == 0 else None


def _fixed(settings: LifterTraining) -> dict[str, Any]:
    """The settings that must be the same to resume a run."""
    free = {"output", "model", "threads", "accelerator"}
    return {name: value for name, value in asdict(settings).items() if name not in free}


def _batches(
    views: Mapping[str, Batch], size: int, rng: np.random.Generator
) -> Iterator[dict[str, Batch]]:
    """Full batches of all streams, in random order; their number follows the smallest stream."""
    orders = {
        name: torch.from_numpy(rng.permutation(len(batch.inputs))) for name, batch in views.items()
    }
    for start in range(0, min(len(order) for order in orders.values()) - size + 1, size):
        rows = {name: order[start : start + size] for name, order in orders.items()}
        yield {
            name: Batch(batch.inputs[chosen], batch.joints[chosen])
            for (name, batch), chosen in zip(views.items(), rows.values(), strict=True)
        }


def _write_row(path: Path, number: int, rate: float, losses: list[dict[str, float]]) -> None:
    """Append a round to the curve; the first round starts the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(losses[0])
    with path.open("w" if number == 0 else "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if number == 0:
            writer.writerow(["round", "learning_rate", *(f"loss_{name}" for name in names)])
        means = [float(np.mean([loss[name] for loss in losses])) for name in names]
        writer.writerow([number, f"{rate:.3e}", *(f"{mean:.5f}" for mean in means)])
