"""Train the light network on simulated people; reads from top to bottom.

Loss: squared errors of the maps of every stage (Cao et al. 2017, equations 5 and 6), where they
count.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm import tqdm

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.networks.openpose.light import LightOpenPose, LightShape
from pose_action_ros.lab.training.openpose.examples import Examples, prepared, simulated_examples
from pose_action_ros.lab.training.openpose.settings import DetectorTraining
from pose_action_ros.models.openpose_card import OpenPoseCard

Source = Callable[[DetectorTraining, np.random.Generator], Examples]

CHECKPOINT = "checkpoint.pt"


def train(settings: DetectorTraining, source: Source = simulated_examples) -> LightOpenPose:
    """Train the network, or go on from the checkpoint in the output folder.

    Args:
        settings: of the run.
        source: of the examples of a round.

    Returns:
        The network in evaluation mode, on the CPU.

    Raises:
        SettingError: a round has fewer images than a step.
        ModelError: the images have a size that the network does not take, or the checkpoint is
            damaged or of a run with other settings.
    """
    card = OpenPoseCard(settings.layout)
    card.check_size(settings.image_width, settings.image_height)
    steps = settings.images // settings.batch
    if not steps:
        raise SettingError(
            f"a round has {settings.images} images, expected at least a batch of {settings.batch}"
        )
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    fabric = Fabric(accelerator=settings.accelerator, devices=1)
    network = LightOpenPose(LightShape(settings.layout, settings.width, settings.refinements))
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, settings.rounds * steps + 1
    )
    path, config = Path(settings.output) / CHECKPOINT, _fixed(settings)
    parts: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    network.to(fabric.device)
    state = load_checkpoint(path, config)
    if state:
        for name, part in parts.items():
            part.load_state_dict(state[name])

    start = state["round"] if state else 0
    for number in tqdm(
        range(start, settings.rounds),
        "detector",
        unit="round",
        initial=start,
        total=settings.rounds,
    ):
        # Each round draws its own chance, so that a resumed run sees what an unbroken one sees.
        rng = np.random.default_rng([settings.seed, number])
        examples = source(settings, rng)
        order = torch.from_numpy(rng.permutation(len(examples)))
        network.train()
        losses = []
        for rows in torch.split(order[: steps * settings.batch], settings.batch):
            images, maps, counts = fabric.to_device(_parts(examples[rows]))
            loss = loss_of(network.stages(prepared(images, card)), maps, counts)
            optimizer.zero_grad(set_to_none=True)
            fabric.backward(loss)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        _write_row(path.with_name("curve.csv"), number, float(np.mean(losses)))
        states = {name: part.state_dict() for name, part in parts.items()}
        save_checkpoint(path, {"config": config, "round": number + 1, **states})
    return network.cpu().eval()


def loss_of(stages: list[Tensor], maps: Tensor, counts: Tensor) -> Tensor:
    """Squared errors, summed over stages and channels, mean over images and cells."""
    errors = [((told - maps).square() * counts).sum(dim=1).mean() for told in stages]
    return torch.stack(errors).sum()


def measure(network: LightOpenPose, examples: Examples, batch: int) -> float:
    """The loss of the last stage on examples, per image and cell."""
    card, losses = OpenPoseCard(network.shape.layout), []
    with torch.inference_mode():
        for rows in torch.split(torch.arange(len(examples)), batch):
            images, maps, counts = _parts(examples[rows])
            told = network(prepared(images, card))
            losses += [float(loss_of([told], maps, counts))] * len(rows)
    return float(np.mean(losses))


def _parts(examples: Examples) -> tuple[Tensor, Tensor, Tensor]:
    return examples.images, examples.maps, examples.counts


def _fixed(settings: DetectorTraining) -> dict[str, Any]:
    """What must stay the same for a run to go on."""
    moving = {"output", "model", "threads", "accelerator"}
    return {name: value for name, value in asdict(settings).items() if name not in moving}


def _write_row(path: Path, number: int, loss: float) -> None:
    """Add a round to the curve; the first round begins the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if number else "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if not number:
            writer.writerow(["round", "loss"])
        writer.writerow([number, f"{loss:.5f}"])
