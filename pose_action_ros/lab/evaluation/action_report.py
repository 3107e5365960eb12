"""Results on the sequences of a data set: tables by split and class, confusion matrices."""

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
Mask = npt.NDArray[np.bool_]
ACCURACY = (
    "split",
    "sequences",
    "seeds",
    "accuracy %",
    "deviation",
    "least",
    "greatest",
    "ensemble",
    "not broken",
    "accuracy %",
    "ensemble",
)
"""The last three columns are without broken recordings."""
_DOTS_PER_INCH = 110


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of one network for the test sequences of one split.

    Attributes:
        split: name of the split.
        seed: of the training.
        labels: names of the classes.
        truth: (N,) true classes.
        probabilities: (N, L) of the classes.
        broken: (N,) recordings that do not show their action; None for none.

    Raises:
        InputError: numbers of answers and sequences, or of classes and labels, differ or are 0.
    """

    split: str
    seed: int
    labels: tuple[str, ...]
    truth: Labels
    probabilities: Array
    broken: Mask | None = None

    def __post_init__(self) -> None:
        expected = (len(self.truth), len(self.labels))
        if self.probabilities.shape != expected or not len(self.truth):
            raise InputError(
                f"got answers {self.probabilities.shape} for {len(self.truth)} sequences of "
                f"{self.split}, expected {expected}"
            )

    @property
    def whole(self) -> Answers:
        """The answers without those for broken recordings."""
        if self.broken is None:
            return self
        kept = ~self.broken
        return Answers(
            self.split, self.seed, self.labels, self.truth[kept], self.probabilities[kept]
        )

    @property
    def answers(self) -> Labels:
        """(N,) most probable classes."""
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    @property
    def accuracy(self) -> float:
        """Share of the sequences with the right answer."""
        return float((self.truth == self.answers).mean())

    def to_json(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "split": self.split,
            "seed": self.seed,
            "labels": list(self.labels),
            "truth": self.truth.tolist(),
            "probabilities": self.probabilities.round(5).tolist(),
            "broken": None if self.broken is None else self.broken.tolist(),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Answers:
        """Inverse of to_json."""
        return cls(
            value["split"],
            int(value["seed"]),
            tuple(value["labels"]),
            np.array(value["truth"], dtype=np.int64),
            np.array(value["probabilities"], dtype=np.float64),
            None if value.get("broken") is None else np.array(value["broken"], dtype=bool),
        )


def confusion(results: Sequence[Answers]) -> Labels:
    """(L, L) number of sequences by true class (row) and answer (column)."""
    counts = np.zeros((len(results[0].labels),) * 2, dtype=np.int64)
    for one in results:
        np.add.at(counts, (one.truth, one.answers), 1)
    return counts


def by_split(results: Sequence[Answers]) -> dict[str, list[Answers]]:
    """Answers of all seeds by split, in order."""
    splits: dict[str, list[Answers]] = {}
    for one in results:
        splits.setdefault(one.split, []).append(one)
    return splits


def ensemble_accuracy(results: Sequence[Answers]) -> float:
    """Accuracy on one split with the mean probabilities of all seeds.

    Lakshminarayanan, Pritzel, Blundell: Simple and Scalable Predictive Uncertainty Estimation
    using Deep Ensembles, NeurIPS 2017, section 2.4.
    """
    mean = np.mean([one.probabilities for one in results], axis=0)
    return float((mean.argmax(axis=1) == results[0].truth).mean())


def accuracy_table(results: Sequence[Answers], mean_of: Sequence[str]) -> Table:
    """Per-sequence accuracy [%] of every split: mean, deviation and range over the seeds.

    An ensemble is that of the seeds' networks.

    Args:
        results: of all splits and seeds.
        mean_of: splits to average in the last row; its deviation is of the seeds' means.
    """
    splits = by_split(results)
    rows = [(name, *_figures([answers])) for name, answers in splits.items()]
    chosen = [splits[name] for name in mean_of if name in splits]
    if len(chosen) > 1:
        rows.append((f"mean of {', '.join(mean_of)}", *_figures(chosen)))
    return Table("Accuracy per sequence", ACCURACY, rows)


def _figures(splits: Sequence[Sequence[Answers]]) -> tuple[str, ...]:
    """Figures of the mean of some splits, each with the answers of all seeds."""
    values = _by_seed(splits)
    numbers = (values.mean(), values.std(), values.min(), values.max(), _together(splits))
    whole = [[one.whole for one in answers] for answers in splits]
    return (
        *(_count(splits), str(len(values)), *(f"{number:.2f}" for number in numbers)),
        *(_count(whole), f"{_by_seed(whole).mean():.2f}", f"{_together(whole):.2f}"),
    )


def _count(splits: Sequence[Sequence[Answers]]) -> str:
    return str(sum(len(answers[0].truth) for answers in splits))


def _by_seed(splits: Sequence[Sequence[Answers]]) -> Array:
    """(S,) mean accuracy [%] of the splits, by seed."""
    seeds = zip(*([one.accuracy for one in answers] for answers in splits), strict=False)
    return 100 * np.array([np.mean(values) for values in seeds])


def _together(splits: Sequence[Sequence[Answers]]) -> float:
    """Mean accuracy [%] of the ensembles of the splits."""
    return 100 * float(np.mean([ensemble_accuracy(answers) for answers in splits]))


def class_table(results: Sequence[Answers]) -> Table:
    """Recall, precision and most frequent confusion of each class of one split."""
    counts, labels = confusion(results), results[0].labels
    rows = []
    for index, label in enumerate(labels):
        right, of, answered = counts[index, index], counts[index].sum(), counts[:, index].sum()
        wrong = counts[index].copy()
        wrong[index] = 0
        worst = int(wrong.argmax())
        taken = f"{labels[worst]} {100 * wrong[worst] / of:.1f} %" if wrong[worst] else "-"
        precision = f"{100 * right / answered:.1f}" if answered else "-"
        rows.append((label, str(of), f"{100 * right / max(of, 1):.1f}", precision, taken))
    header = ("class", "sequences x seeds", "recall %", "precision %", "most often confused with")
    return Table(f"Classes of {results[0].split}", header, rows)


def markdown(results: Sequence[Answers], mean_of: Sequence[str]) -> str:
    """All tables."""
    tables = [accuracy_table(results, mean_of)]
    tables += [class_table(answers) for answers in by_split(results).values()]
    return "\n".join(table.markdown() for table in tables)


def write_report(results: Sequence[Answers], mean_of: Sequence[str], folder: Path) -> None:
    """Write action.md, action.json and a confusion matrix for each split."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "action.md").write_text(markdown(results, mean_of), encoding="utf-8")
    values = [{**one.to_json(), "accuracy": one.accuracy} for one in results]
    (folder / "action.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
    for name, answers in by_split(results).items():
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
