"""The curve of a search, as it is kept on disk."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from pose_action_ros.errors import ModelError


@dataclass(frozen=True)
class Epoch:
    """A line of the curve.

    Attributes:
        epoch: counted from 0.
        loss: mean cross entropy of the sampled networks while the shared weights are trained.
        reward: mean over the genotypes of the epoch's updates; these four are NaN without any.
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


NAMES = tuple(item.name for item in fields(Epoch))


def write_curve(path: Path, curve: Sequence[Epoch]) -> None:
    """Write the curve as a CSV file with a heading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        for row in curve:
            writer.writerow([row.epoch, *(f"{value:.6g}" for value in astuple(row)[1:])])


def read_curve(path: Path) -> list[Epoch]:
    """The curve in a file; ModelError when there is none."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Epoch(int(row["epoch"]), *(float(row[name]) for name in NAMES[1:]))
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is no curve of a search, with the columns {', '.join(NAMES)}: {error!r}"
        ) from error
