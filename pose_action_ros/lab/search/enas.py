"""ENAS: shared weights and a controller are trained in turn; then genotypes are ranked.

Pham, Guan, Zoph, Le, Dean 2018, arXiv 1802.03268, section 2.2.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.cells import CellShape
from pose_action_ros.lab.networks.checkpoints import load_checkpoint, save_checkpoint
from pose_action_ros.lab.networks.genotype import Genotype
from pose_action_ros.lab.search.controller import Controller, Reinforce, Sampled
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.lab.search.shared import HeldOut, Images, Judge, Labels, SharedNetwork

CURVE, CHECKPOINT = "curve.csv", "checkpoint.pt"


class Examples(Protocol):
    """Source of training images.

    Attributes:
        labels: number of actions.
    """

    labels: int

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
        """Augmented images (count, height, width, C), and labels (count,), below 0 for no action.

        A search ignores images without action.
        """
        ...


@dataclass(frozen=True)
class Epoch:
    """A row of the learning curve.

    Attributes:
        epoch: counted from 0.
        loss: mean cross entropy of the sampled networks while the shared weights are trained.
        reward: mean over the genotypes of the epoch's updates; this and the following are NaN
            without updates.
        baseline: moving average of the rewards.
        entropy: of the controller [nats].
        best: highest reward of the epoch.
    """

    epoch: int
    loss: float
    reward: float
    baseline: float
    entropy: float
    best: float


_COLUMNS = tuple(item.name for item in fields(Epoch))


def write_curve(path: Path, curve: Sequence[Epoch]) -> None:
    """Write the curve as a CSV file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in curve:
            writer.writerow([row.epoch, *(f"{value:.6g}" for value in astuple(row)[1:])])


def read_curve(path: Path) -> list[Epoch]:
    """Read a curve; ModelError if it is missing or damaged."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Epoch(int(row["epoch"]), *(float(row[name]) for name in _COLUMNS[1:]))
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is no curve of a search, with the columns {', '.join(_COLUMNS)}: {error!r}"
        ) from error


@dataclass(frozen=True)
class Ranked:
    """A genotype and its accuracy on the held-out images, with the shared weights."""

    genotype: Genotype
    accuracy: float


def search(
    settings: SearchSettings,
    shape: CellShape,
    training: Examples,
    validation: tuple[Images, Labels],
    output: Path,
) -> list[Ranked]:
    """Search for cells; resumes from `output`/checkpoint.pt if it exists.

    Args:
        settings: of the search.
        shape: of the network; the search has its own number of channels.
        training: images that the shared weights are trained on.
        validation: images (N, height, width, C) and labels (N,) of other sequences, for the
            rewards and the ranking.
        output: folder for checkpoint.pt and curve.csv.

    Returns:
        Genotypes without duplicates, best first.

    Raises:
        InputError: images or labels do not match the shape.
        SettingError: the settings require a GPU and there is none.
        ModelError: the checkpoint is damaged or from another search.
    """
    if training.labels != shape.labels:
        raise InputError(
            f"examples of {training.labels} actions for a network of {shape.labels}; "
            "give the shape the examples' number of labels"
        )
    held_out = HeldOut.of(*validation, shape, settings.seed)
    enas = Enas(settings, replace(shape, channels=settings.channels))
    start = enas.resume(output / CHECKPOINT)
    for epoch in tqdm(range(start, settings.epochs), "search", initial=start, unit="epoch"):
        enas.epoch(epoch, training, held_out)
        write_curve(output / CURVE, enas.curve)
        save_checkpoint(output / CHECKPOINT, enas.state())
    return enas.rank(held_out)


class Enas:
    """State of a search between epochs."""

    def __init__(self, settings: SearchSettings, shape: CellShape) -> None:
        self._settings, self._shape = settings, shape
        self._device = _device(settings.device)
        torch.manual_seed(settings.seed)
        self._shared = SharedNetwork(settings.nodes, shape).to(self._device)
        self._optimiser = torch.optim.SGD(
            self._shared.parameters(),
            lr=settings.learning_rate,
            momentum=settings.momentum,
            nesterov=settings.momentum > 0,
            weight_decay=settings.weight_decay,
        )
        self._reinforce = Reinforce(Controller(settings), settings)
        self._judge = Judge(self._shared, self._device)
        self.curve: list[Epoch] = []

    def epoch(self, number: int, training: Examples, held_out: HeldOut) -> None:
        """Train the shared weights, then the controller, and append to the curve."""
        rng = self._seeded(number)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(self._settings, number)
        loss = self._train_shared(training, rng)
        updates = 0 if number < self._settings.warm_up else self._settings.updates
        self.curve.append(self._train_controller(number, loss, updates, held_out, rng))

    def rank(self, held_out: HeldOut) -> list[Ranked]:
        """Sample genotypes and rank them by their accuracy on all images; best first."""
        self._seeded(self._settings.epochs)
        # Without duplicates, in the order of sampling.
        genotypes = list(dict.fromkeys(self._sample(self._settings.candidates)))
        ranked = [
            Ranked(genotype, self._judge.accuracy(genotype, held_out))
            for genotype in tqdm(genotypes, "ranking", leave=False)
        ]
        return sorted(ranked, key=lambda one: -one.accuracy)

    def state(self) -> dict[str, Any]:
        """State to resume from."""
        return {
            "config": self._config(),
            "curve": [asdict(row) for row in self.curve],
            "shared": self._shared.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "reinforce": self._reinforce.state_dict(),
        }

    def resume(self, path: Path) -> int:
        """Load the checkpoint, if any; returns the next epoch."""
        state = load_checkpoint(path, self._config())
        if state is not None:
            self._shared.load_state_dict(state["shared"])
            self._optimiser.load_state_dict(state["optimiser"])
            self._reinforce.load_state_dict(state["reinforce"])
            self.curve = [Epoch(**row) for row in state["curve"]]
        return len(self.curve)

    def _config(self) -> dict[str, Any]:
        """Settings that must be equal to resume; the device and the end may change."""
        free = {"device", "epochs", "candidates"}
        settings = asdict(self._settings).items()
        return {name: value for name, value in settings if name not in free} | {
            f"shape of the network: {name}": value for name, value in asdict(self._shape).items()
        }

    def _seeded(self, number: int) -> np.random.Generator:
        """Seed by epoch: a resumed search is identical to an uninterrupted one."""
        torch.manual_seed(self._settings.seed * 100_000 + number)
        return np.random.default_rng([self._settings.seed, number])

    @torch.no_grad()
    def _sample(self, count: int) -> list[Genotype]:
        sampled: Sampled = self._reinforce.controller(count)
        return sampled.genotypes()

    def _train_shared(self, training: Examples, rng: np.random.Generator) -> float:
        """One step for each sampled genotype; returns the mean loss."""
        self._shared.train()
        losses = []
        for genotype in tqdm(self._sample(self._settings.steps), "shared weights", leave=False):
            images, labels = training.draw(self._settings.batch, rng)
            named = labels >= 0
            shown, truth = (
                torch.from_numpy(part[named]).to(self._device) for part in (images, labels)
            )
            loss = nn.functional.cross_entropy(self._shared(shown.float(), genotype), truth)
            self._optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(self._shared.parameters(), self._settings.clip)
            self._optimiser.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _train_controller(
        self, number: int, loss: float, updates: int, held_out: HeldOut, rng: np.random.Generator
    ) -> Epoch:
        """Update the controller, each time by rewards on one batch of images."""
        rewards: list[float] = []
        entropies: list[float] = []
        for _ in tqdm(range(updates), "controller", leave=False):
            batch = held_out.some(self._settings.reward_batch, rng)

            def judged(genotypes: Sequence[Genotype], batch: HeldOut = batch) -> list[float]:
                return self._judge.rewards(genotypes, batch, self._settings.reward)

            update = self._reinforce.update(judged)
            rewards.extend(update.rewards)
            entropies.append(update.entropy)
        baseline = self._reinforce.baseline
        return Epoch(
            number,
            loss,
            float(np.mean(rewards)) if rewards else math.nan,
            math.nan if baseline is None else baseline,
            float(np.mean(entropies)) if entropies else math.nan,
            max(rewards, default=math.nan),
        )


def learning_rate(settings: SearchSettings, epoch: int) -> float:
    """A cosine from the highest to the lowest rate, restarted after each cycle.

    Loshchilov, Hutter: SGDR, ICLR 2017, arXiv 1608.03983, equation 5.
    """
    length, since = settings.cycle, epoch
    while since >= length:
        since -= length
        length *= settings.cycle_factor
    spread = settings.learning_rate - settings.least_learning_rate
    return settings.least_learning_rate + spread * (1 + math.cos(math.pi * since / length)) / 2


def _device(name: str) -> torch.device:
    if name == "gpu" and not torch.cuda.is_available():
        raise SettingError("device is 'gpu' and PyTorch finds none; expected 'cpu' or 'auto'")
    on_gpu = name != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if on_gpu else "cpu")
