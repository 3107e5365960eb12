"""Trains the action model: windows of recordings in, a network and its curve out."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from tqdm import tqdm

from pose_action_ros.errors import ModelError
from pose_action_ros.networks.action_cnn import ActionCnn, CnnShape
from pose_action_ros.training.action.settings import ActionTraining
from pose_action_ros.training.action.windows import WindowSet
from pose_action_ros.training.checkpoints import load_checkpoint, save_checkpoint

Labels = npt.NDArray[np.int64]
_log = logging.getLogger(__name__)
CURVE = ("epoch", "learning_rate", "loss", "accuracy", "validation_loss", "validation_accuracy")


def train(
    training: ActionTraining,
    shape: CnnShape,
    sources: Mapping[WindowSet, float],
    validation: WindowSet,
    output: Path,
) -> ActionCnn:
    """Train a network; goes on from `output`/checkpoint.pt when that is there.

    Args:
        training: settings.
        shape: of the network.
        sources: windows to train on, and which share of the samples is taken from each.
        validation: windows whose loss is written in the curve; nothing is chosen by it.
        output: folder for checkpoint.pt and curve.csv.

    Returns:
        The network after the last epoch.
    """
    torch.manual_seed(training.seed)
    network = ActionCnn(shape)
    if training.initial:
        _start_from(network, Path(training.initial))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, training.epochs)
    parts: dict[str, Any] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    config = {**asdict(training), **asdict(shape)}
    start = _resume(output / "checkpoint.pt", parts, config)
    for epoch in range(start, training.epochs):
        rate = optimiser.param_groups[0]["lr"]
        # Seeds by epoch: a run that was resumed sees what an uninterrupted one would.
        torch.manual_seed(training.seed * 10_000 + epoch)
        if epoch % training.fresh_every == 0 or epoch == start:
            images, labels = _draw(training, sources, epoch // training.fresh_every)
        order = torch.split(torch.randperm(len(labels)), training.batch)
        batches = [(images[rows], labels[rows]) for rows in order]
        loss, accuracy = _epoch(network, optimiser, batches, training.label_smoothing)
        _log.info("epoch %d: loss %.3f, accuracy %.3f", epoch, loss, accuracy)
        schedule.step()
        row = (epoch, rate, loss, accuracy, *_measure(network, validation))
        _write_row(output / "curve.csv", row)
        state = {name: part.state_dict() for name, part in parts.items()}
        save_checkpoint(output / "checkpoint.pt", {**state, "epoch": epoch + 1, "config": config})
    return network


def _resume(path: Path, parts: Mapping[str, Any], config: Mapping[str, Any]) -> int:
    """Fill the parts from a checkpoint; the epoch to go on with."""
    state = load_checkpoint(path, config)
    if state is None:
        path.with_name("curve.csv").unlink(missing_ok=True)
        return 0
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["epoch"])


def _start_from(network: ActionCnn, path: Path) -> None:
    """Give the network the weights in the checkpoint of another run.

    Raises:
        ModelError: no such checkpoint, or its network has another shape.
    """
    try:
        network.load_state_dict(torch.load(path, weights_only=True)["network"])
    except Exception as error:  # torch raises whatever the damage leads to
        raise ModelError(f"cannot start from the checkpoint {path}: {error}") from error


def _draw(
    training: ActionTraining, sources: Mapping[WindowSet, float], number: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Augmented images and labels, from each source its share."""
    rng = np.random.default_rng([training.seed, number])
    shares = np.array(list(sources.values())) / sum(sources.values())
    images, labels = [], []
    for source, count in zip(sources, rng.multinomial(training.samples, shares), strict=True):
        chosen = rng.choice(len(source.labels), count, p=_weights(source.labels))
        for part in tqdm(np.array_split(chosen, max(1, count // 64)), "drawing", leave=False):
            drawn = source.augmented(part, rng)
            images.append(drawn[0])
            labels.append(drawn[1])
    return torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels))


def _weights(labels: Labels) -> npt.NDArray[np.float64]:
    """Probability (N,) of each window: frequent actions are drawn more often, but not as much.

    Actions of equal weight would let standing people, whom robots see most, be taken for others.
    """
    rarity = 1.0 / np.sqrt(np.bincount(labels)[labels])
    weights: npt.NDArray[np.float64] = rarity / rarity.sum()
    return weights


def _epoch(
    network: ActionCnn,
    optimiser: torch.optim.Optimizer,
    batches: Sequence[tuple[torch.Tensor, torch.Tensor]],
    label_smoothing: float,
) -> tuple[float, float]:
    """One pass over batches of images and labels; mean loss and accuracy."""
    network.train()
    criterion = nn.CrossEntropyLoss(label_smoothing=label_smoothing)
    total = np.zeros(3)
    for images, labels in tqdm(batches, "training", leave=False):
        logits = network(images.float())
        loss = criterion(logits, labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        right = (logits.argmax(dim=1) == labels).sum()
        total += [loss.item() * len(labels), float(right), len(labels)]
    return float(total[0] / total[2]), float(total[1] / total[2])


def logits_of(network: ActionCnn, windows: WindowSet) -> npt.NDArray[np.floating]:
    """(N, L) logits of all windows as they are."""
    network.eval()
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(windows.images), 256)
        return torch.cat([network(part.float()) for part in parts]).numpy()


def _measure(network: ActionCnn, windows: WindowSet) -> tuple[float, float]:
    """Loss and accuracy on windows as they are."""
    logits = torch.from_numpy(logits_of(network, windows))
    labels = torch.from_numpy(windows.labels)
    loss = nn.functional.cross_entropy(logits, labels)
    return float(loss), float((logits.argmax(dim=1) == labels).float().mean())


def _write_row(path: Path, row: tuple[float, ...]) -> None:
    """Append to the curve, with a heading when it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(CURVE)
        writer.writerow([row[0], *(f"{value:.6g}" for value in row[1:])])
