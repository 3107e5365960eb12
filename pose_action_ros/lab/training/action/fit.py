"""Optimisation of an action network: training images in, a network and its learning curve out."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.search.enas import Examples
from pose_action_ros.lab.training.action.settings import Fitting

Network = TypeVar("Network", bound=nn.Module)
Labels = npt.NDArray[np.int64]
Images = npt.NDArray[np.uint8]

_log = logging.getLogger(__name__)
_FREE = ("stop", "keep", "workers")
"""Settings that may change between the parts of a training."""
CURVE = ("epoch", "learning_rate", "loss", "accuracy", "validation_loss", "validation_accuracy")


class _Passes(Dataset[tuple[Tensor, Tensor]]):
    """Augmented images (B, height, width, C) with labels (B,), one item for each pass drawn."""

    def __init__(self, examples: Examples, fitting: Fitting, first: int) -> None:
        self._examples, self._fitting, self._first = examples, fitting, first

    def __len__(self) -> int:
        return -(-_last(self._fitting) // self._fitting.repeats) - self._first

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self._fitting.seed, self._first + index])
        images, labels = self._examples.draw(self._fitting.samples, rng)
        return torch.from_numpy(images), torch.from_numpy(labels)


def fit(
    network: Network,
    examples: Examples,
    validation: tuple[Images, Labels],
    fitting: Fitting,
    output: Path,
) -> Network:
    """Train a network; resumes from `output`/checkpoint.pt if it exists.

    A training that went on for longer is taken up at `stop`, where its checkpoint was kept.

    Args:
        network: of images to logits, trained in place.
        examples: training images. A label below 0 means no action, see loss_of.
        validation: images (N, height, width, C) and labels (N,), for the curve alone.
        fitting: settings of the optimisation.
        output: folder for checkpoint.pt, kept checkpoints and curve.csv.

    Returns:
        The network with averaged weights, in evaluation mode.

    Raises:
        ModelError: the checkpoint is damaged, from a run with other settings, or further than
            `stop`.
    """
    run = _Run(network, fitting, examples.labels)
    begun = run.resume(output)
    drawn = begun // fitting.repeats
    loader = DataLoader(
        _Passes(examples, fitting, drawn),
        batch_size=None,
        num_workers=fitting.workers,
        # A forked worker shares the examples; Python 3.14 would pickle gigabytes of them.
        multiprocessing_context="fork" if fitting.workers else None,
    )
    for number, (images, labels) in enumerate(loader, start=drawn):
        for epoch in range(number * fitting.repeats, (number + 1) * fitting.repeats):
            if begun <= epoch < _last(fitting):
                row = run.epoch(epoch, images, labels)
                _write_row(output / "curve.csv", (*row, *evaluate(run.averaged, validation)))
                run.save(output, epoch + 1)
    return run.averaged.eval()


def _last(fitting: Fitting) -> int:
    """Number of epochs that are trained."""
    return min(fitting.stop or fitting.epochs, fitting.epochs)


def _kept(output: Path, epoch: int) -> Path:
    """File of the checkpoint that was kept after an epoch."""
    return output / f"checkpoint_{epoch:04d}.pt"


def _epochs_kept(output: Path) -> str:
    """Epochs with a kept checkpoint, as words."""
    epochs = sorted(int(path.stem.rpartition("_")[2]) for path in output.glob("checkpoint_*.pt"))
    return ", ".join(map(str, epochs)) or "none"


class _Run(Generic[Network]):
    """A network being trained, with the state that a checkpoint holds."""

    def __init__(self, network: Network, fitting: Fitting, actions: int) -> None:
        self._network, self._fitting, self._actions = network, fitting, actions
        self.averaged = deepcopy(network) if fitting.averaging else network
        self._optimiser = torch.optim.AdamW(
            network.parameters(), fitting.learning_rate, weight_decay=fitting.weight_decay
        )
        steps = fitting.epochs * max(1, fitting.samples // fitting.batch)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, fitting.learning_rate, total_steps=steps
        )
        self._parts: dict[str, Any] = {
            "network": network,
            "averaged": self.averaged,
            "optimiser": self._optimiser,
            "schedule": self._schedule,
        }
        self._config = asdict(fitting)

    def resume(self, output: Path) -> int:
        """Load the checkpoint, if any; returns the next epoch."""
        last = _last(self._fitting)
        state = load_checkpoint(output / "checkpoint.pt", self._config, free=_FREE)
        if state is None:
            (output / "curve.csv").unlink(missing_ok=True)
            return 0
        if state["epoch"] > last:
            kept = load_checkpoint(_kept(output, last), self._config, free=_FREE)
            if kept is None:
                raise ModelError(
                    f"{output} has been trained for {state['epoch']} epochs and kept no checkpoint "
                    f"of epoch {last}; choose one of {_epochs_kept(output)}, or another folder"
                )
            state = kept
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        return int(state["epoch"])

    def save(self, output: Path, epoch: int) -> None:
        state: dict[str, Any] = {name: part.state_dict() for name, part in self._parts.items()}
        state |= {"epoch": epoch, "config": self._config}
        save_checkpoint(output / "checkpoint.pt", state)
        if self._fitting.keep and epoch % self._fitting.keep == 0:
            save_checkpoint(_kept(output, epoch), state)

    def epoch(self, number: int, images: Tensor, labels: Tensor) -> tuple[float, ...]:
        """Train for one pass; returns its number, learning rate, mean loss and accuracy."""
        # Seeded by epoch: a resumed run is identical to an uninterrupted one.
        torch.manual_seed(self._fitting.seed * 10_000 + number)
        self._network.train()
        rate, total = self._optimiser.param_groups[0]["lr"], np.zeros(3)
        for rows in tqdm(
            list(self._batches(len(labels))), f"epoch {number}", leave=False, disable=None
        ):
            total += self._step(images[rows].float(), labels[rows])
        loss, accuracy = total[0] / total[2], total[1] / total[2]
        _log.info("epoch %d: loss %.3f, accuracy %.3f", number, loss, accuracy)
        return number, rate, loss, accuracy

    def _batches(self, count: int) -> Iterator[Tensor]:
        """Rows of complete batches; a small last batch would disturb batch normalisation."""
        size = min(self._fitting.batch, count)
        order = torch.randperm(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]

    def _step(self, images: Tensor, labels: Tensor) -> npt.NDArray[np.float64]:
        logits = self._network(images)
        loss = loss_of(logits, labels, self._actions, self._fitting.label_smoothing)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        self._schedule.step()
        self._average()
        right = float((logits.argmax(dim=1) == labels).sum())
        return np.array([loss.item() * len(labels), right, len(labels)])

    def _average(self) -> None:
        if self.averaged is self._network:
            return
        new, decay = self._network.state_dict(), self._fitting.averaging
        for name, value in self.averaged.state_dict().items():
            if value.is_floating_point():
                value.lerp_(new[name], 1 - decay)
            else:
                value.copy_(new[name])


def loss_of(logits: Tensor, labels: Tensor, actions: int, smoothing: float) -> Tensor:
    """Mean cross entropy of logits (B, actions + S) with label smoothing.

    For a label below 0, no action, the background, which is the S spare outputs together, has the
    target probability 1; without spare outputs all actions are equally likely.

    Args:
        logits: of the actions, followed by those of the spare outputs.
        labels: (B,).
        actions: number of them.
        smoothing: part of the target probability that is distributed evenly.
    """
    log = nn.functional.log_softmax(logits, dim=1)
    losses = -(soft_targets(labels, logits.shape[1], smoothing) * log).sum(dim=1)
    if logits.shape[1] > actions:
        losses = torch.where(labels < 0, -torch.logsumexp(log[:, actions:], dim=1), losses)
    return losses.mean()


def soft_targets(labels: Tensor, count: int, smoothing: float) -> Tensor:
    """(B, count) target probabilities with label smoothing; uniform for a label below 0."""
    targets = torch.full((len(labels), count), smoothing / count)
    known = labels >= 0
    targets[known] += (1 - smoothing) * nn.functional.one_hot(labels[known], count)
    targets[~known] = 1 / count
    return targets


def predict_logits(network: nn.Module, images: Images) -> npt.NDArray[np.float64]:
    """(N, L) logits of images."""
    network.eval()
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(images), 256)
        logits = torch.cat([network(part.float()) for part in parts])
    return np.asarray(logits.numpy(), np.float64)


def evaluate(network: nn.Module, validation: tuple[Images, Labels]) -> tuple[float, float]:
    """Loss and accuracy on images without augmentation."""
    images, truth = validation
    logits, labels = torch.from_numpy(predict_logits(network, images)), torch.from_numpy(truth)
    loss = nn.functional.cross_entropy(logits, labels)
    return float(loss), float((logits.argmax(dim=1) == labels).float().mean())


def _write_row(path: Path, row: tuple[float, ...]) -> None:
    """Append a row to the curve; a new file gets a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(CURVE)
        writer.writerow([row[0], *(f"{value:.6g}" for value in row[1:])])
