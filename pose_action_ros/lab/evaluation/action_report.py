"""How well sequences of a data set are recognised: by split, by class, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.tables import Table

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
ACCURACY = (
    "split",
    "sequences",
    "seeds",
    "accuracy %",
    "deviation",
    "least",
    "greatest",
    "together",
)
_DOTS_PER_INCH = 110


@dataclass(frozen=True, eq=False)
class Answers:
    """What one network answered for the test sequences of one split.

    Attributes:
        split: name of the part of the protocol.
        seed: of the training.
        labels: names of the classes.
        truth: (N,) true classes.
        probabilities: (N, L) of the classes.

    Raises:
        InputError: not as many answers as sequences, not as many classes as labels, or none.
    """

    split: str
    seed: int
    labels: tuple[str, ...]
    truth: Labels
    probabilities: Array

    def __post_init__(self) -> None:
        expected = (len(self.truth), len(self.labels))
        if self.probabilities.shape != expected or not len(self.truth):
            raise InputError(
                f"got answers {self.probabilities.shape} for {len(self.truth)} sequences of "
                f"{self.split}, expected {expected}"
            )

    @property
    def answers(self) -> Labels:
        """(N,) classes answered."""
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    @property
    def accuracy(self) -> float:
        """Part of the sequences whose answer is right."""
        return float((self.truth == self.answers).mean())

    def to_json(self) -> dict[str, Any]:
        """All of it, for a file."""
        return {
            "split": self.split,
            "seed": self.seed,
            "labels": list(self.labels),
            "truth": self.truth.tolist(),
            "probabilities": self.probabilities.round(5).tolist(),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Answers:
        """What to_json gave."""
        return cls(
            value["split"],
            int(value["seed"]),
            tuple(value["labels"]),
            np.array(value["truth"], dtype=np.int64),
            np.array(value["probabilities"], dtype=np.float64),
        )


def confusion(found: Sequence[Answers]) -> Labels:
    """(L, L) how many sequences of each true class (row) were answered as each (column)."""
    counts = np.zeros((len(found[0].labels),) * 2, dtype=np.int64)
    for one in found:
        np.add.at(counts, (one.truth, one.answers), 1)
    return counts


def by_split(found: Sequence[Answers]) -> dict[str, list[Answers]]:
    """The answers of all seeds for each split, in the order they come."""
    splits: dict[str, list[Answers]] = {}
    for one in found:
        splits.setdefault(one.split, []).append(one)
    return splits


def together(found: Sequence[Answers]) -> float:
    """Part of one split's sequences that are right by the mean probabilities of all seeds.

    As of Lakshminarayanan, Pritzel, Blundell: Simple and Scalable Predictive Uncertainty Estimation
    using Deep Ensembles, NeurIPS 2017, section 2.4.
    """
    mean = np.mean([one.probabilities for one in found], axis=0)
    return float((mean.argmax(axis=1) == found[0].truth).mean())


def accuracy_table(found: Sequence[Answers], mean_of: Sequence[str]) -> Table:
    """Per-sequence accuracy [%] of every split: mean, deviation and range over the seeds.

    The last column is that of the seeds' networks together.

    Args:
        found: of all splits and seeds.
        mean_of: splits whose mean is the last row; its deviation is that of the seeds' means.
    """
    rows = []
    splits = by_split(found)
    for name, answers in splits.items():
        accuracies = [one.accuracy for one in answers]
        rows.append(_row(name, accuracies, len(answers[0].truth), together(answers)))
    chosen = [splits[name] for name in mean_of if name in splits]
    if len(chosen) > 1:
        seeds = zip(*([one.accuracy for one in answers] for answers in chosen), strict=False)
        means = [float(np.mean(values)) for values in seeds]
        total = sum(len(answers[0].truth) for answers in chosen)
        joined = float(np.mean([together(answers) for answers in chosen]))
        rows.append(_row(f"mean of {', '.join(mean_of)}", means, total, joined))
    return Table("Accuracy per sequence", ACCURACY, rows)


def _row(name: str, accuracies: Sequence[float], sequences: int, joined: float) -> tuple[str, ...]:
    values = 100 * np.array(accuracies)
    numbers = (values.mean(), values.std(), values.min(), values.max(), 100 * joined)
    return (name, str(sequences), str(len(values)), *(f"{number:.2f}" for number in numbers))


def class_table(found: Sequence[Answers]) -> Table:
    """Of each class of one split: recall, precision, and what it is most often taken for."""
    counts, labels = confusion(found), found[0].labels
    rows = []
    for index, label in enumerate(labels):
        right, of, answered = counts[index, index], counts[index].sum(), counts[:, index].sum()
        wrong = counts[index].copy()
        wrong[index] = 0
        worst = int(wrong.argmax())
        taken = f"{labels[worst]} {100 * wrong[worst] / of:.1f} %" if wrong[worst] else "-"
        precision = f"{100 * right / answered:.1f}" if answered else "-"
        rows.append((label, str(of), f"{100 * right / max(of, 1):.1f}", precision, taken))
    header = ("class", "sequences x seeds", "recall %", "precision %", "most often taken for")
    return Table(f"Classes of {found[0].split}", header, rows)


def markdown(found: Sequence[Answers], mean_of: Sequence[str]) -> str:
    """All tables."""
    tables = [accuracy_table(found, mean_of)]
    tables += [class_table(answers) for answers in by_split(found).values()]
    return "\n".join(table.markdown() for table in tables)


def write_report(found: Sequence[Answers], mean_of: Sequence[str], folder: Path) -> None:
    """Write action.md, action.json and a confusion matrix for each split."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "action.md").write_text(markdown(found, mean_of), encoding="utf-8")
    values = [{**one.to_json(), "accuracy": one.accuracy} for one in found]
    (folder / "action.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
    for name, answers in by_split(found).items():
        save_confusion(confusion(answers), answers[0].labels, name, folder / f"{name}.png")


def save_confusion(counts: Labels, labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix (L, L), rows the true classes, as a PNG file."""
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = 2.5 + 0.42 * len(labels)
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = Picture(figsize=(size, size), layout="constrained")
        FigureCanvasAgg(picture)
        panel = picture.add_subplot()
        panel.imshow(parts, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.argwhere(counts > 0).tolist():
            colour = "white" if parts[row, column] > 0.5 else "black"
            text = f"{100 * parts[row, column]:.0f}"
            panel.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
        names = [label.replace("_", " ") for label in labels]
        panel.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
        panel.set_yticks(range(len(names)), names, fontsize=8)
        panel.set_xlabel("answered [%]")
        panel.set_ylabel("true")
        panel.set_title(title)
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
