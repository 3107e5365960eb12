"""Train the two-stream lifter; reads from top to bottom.

Method: Pham et al. 2020 (Sensors 20(7), 1825). Stream "exact" learns from exact keypoints, stream
"detected" from a detector's, both with missing joints.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm import tqdm

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.hidden import use_bfloat16
from pose_action_ros.lab.training.lifter.batches import Shuffled, ahead
from pose_action_ros.lab.training.lifter.learners import BASELINE, Batch, Learners
from pose_action_ros.lab.training.lifter.progress import STEADY, Progress
from pose_action_ros.lab.training.lifter.run import open_source
from pose_action_ros.lab.training.lifter.schedule import Schedule
from pose_action_ros.lab.training.lifter.settings import LifterTraining


def train(settings: LifterTraining) -> Learners | None:
    """Train all networks of a run; resume or prolong the run in the output folder if there is one.

    Under torchrun each process trains on its share of the views.

    Returns:
        The trained networks in evaluation mode; None in all processes but the first.

    Raises:
        SettingError, InputError: no data, too few for a batch, or files with another content.
        ModelError: the checkpoint is damaged, or of a run with other settings.
    """
    torch.set_num_threads(settings.threads)
    fabric = Fabric(
        accelerator=settings.accelerator,
        devices=int(os.environ.get("LOCAL_WORLD_SIZE", "1")),  # set by torchrun
        num_nodes=int(os.environ.get("GROUP_WORLD_SIZE", "1")),
    )
    fabric.launch()
    rank, processes = fabric.global_rank, fabric.world_size
    torch.manual_seed(settings.seed)
    source = open_source(settings, rank, processes)
    learners = Learners(source.learners())
    if settings.bfloat16:
        use_bfloat16(learners)
    optimizer = _Optimizer(fabric, learners, settings)
    schedule = Schedule(settings.rounds, settings.batch * processes)
    progress = Progress(
        Path(settings.output),
        {**_fixed(settings), "processes": processes},
        schedule,
        {"learners": learners, "optimizer": optimizer.adam},
    )
    progress.resume()

    def shuffled(number: int) -> Shuffled:
        # Each round and each step has its own seed: a resumed run equals an uninterrupted one.
        rng = np.random.default_rng([settings.seed, number, rank])
        share = settings.views // processes
        return Shuffled.of(source.views(share, rng), share, rng)

    bar = tqdm(
        desc="lifter", unit=" views", unit_scale=True, initial=progress.views, disable=rank != 0
    )
    for views in ahead(shuffled, range(progress.round, settings.rounds)):
        if rank == 0 and progress.before_decay:
            progress.save(STEADY)
        steps = _steps(fabric, views, settings)
        rest = (settings.rounds - progress.round) * steps - progress.step
        bar.total = progress.views + rest * schedule.batch
        bar.refresh()
        on_device = views.moved(fabric.to_device)
        while progress.step < steps:
            torch.manual_seed(_seed(settings.seed, progress.steps, rank))
            done = progress.round + progress.step / steps
            batches = on_device.batch(progress.step, settings.batch)
            progress.add(optimizer.step(batches, schedule.factor(progress.steps, done)))
            bar.update(schedule.batch)
            if rank == 0 and progress.minutes >= settings.checkpoint_minutes:
                progress.save()
        progress.finish_round(optimizer.rate)
    bar.close()
    if rank == 0:
        progress.save()
    fabric.barrier()
    return learners.cpu().eval() if rank == 0 else None


class _Optimizer:
    """Adam on all networks, each with its own learning rate and limit of the gradient."""

    def __init__(self, fabric: Fabric, learners: Learners, settings: LifterTraining) -> None:
        self._fabric = fabric
        self._weights = [list(one.parameters()) for one in learners.by_name().values()]
        self._rates = [
            settings.baseline_learning_rate if BASELINE in name else settings.learning_rate
            for name in learners.by_name()
        ]
        self.adam = torch.optim.Adam([{"params": own} for own in self._weights], fused=True)
        self._network, self._adam = fabric.setup(learners, self.adam)
        self._network.train()

    @property
    def rate(self) -> float:
        """Learning rate of the first network in the last step."""
        return float(self.adam.param_groups[0]["lr"])

    def step(self, batches: Mapping[str, Batch], factor: float) -> dict[str, Tensor]:
        """Change all weights; the factor is that of the learning rates. Return the losses."""
        for group, rate in zip(self.adam.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        losses: dict[str, Tensor] = self._network(batches)
        self._adam.zero_grad(set_to_none=True)
        self._fabric.backward(torch.stack(list(losses.values())).sum())
        for own in self._weights:
            torch.nn.utils.clip_grad_norm_(own, 1.0)
        self._adam.step()
        return losses


def _steps(fabric: Fabric, views: Shuffled, settings: LifterTraining) -> int:
    """Steps of a round, as many in each process: some people cannot be lifted.

    Raises:
        SettingError: too few views for a batch.
    """
    own = torch.tensor(views.steps(settings.batch))
    steps: Any = fabric.all_reduce(own, reduce_op="min")
    if not int(steps):
        count = min(len(order) for order in views.orders.values())
        raise SettingError(
            f"got {count} views in a round of a process, expected at least a batch of "
            f"{settings.batch}; set batch or views, or add data"
        )
    return int(steps)


def _seed(*numbers: int) -> int:
    """One seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _fixed(settings: LifterTraining) -> dict[str, Any]:
    """The settings that must be the same to resume a run, and its rounds."""
    free = {"output", "model", "threads", "accelerator", "checkpoint_minutes"}
    return {name: value for name, value in asdict(settings).items() if name not in free}
