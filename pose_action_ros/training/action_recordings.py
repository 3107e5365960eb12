"""Recordings of people's poses with what they do, as a robot gets them; stored as one .npz."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recording:
    """One person over time; frames in which nothing was seen are left out.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 17, 3) [m] Human3.6M joints, optical frame; NaN where missing.
        labels: (T,) index into the label names of what the person does.
    """

    stamps: Array
    points: Array
    labels: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        length = len(self.stamps)
        if self.points.shape != (length, 17, 3) or self.labels.shape != (length,):
            raise InputError(
                f"a recording of {length} stamps has points {self.points.shape} and labels "
                f"{self.labels.shape}, expected ({length}, 17, 3) and ({length},)"
            )

    def beginnings(self, max_gap: float) -> npt.NDArray[np.intp]:
        """(T,) index of the first frame after the last gap longer than max_gap [s]."""
        fresh = np.diff(self.stamps, prepend=-np.inf) > max_gap
        return np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))


def save_recordings(path: Path, recordings: Sequence[Recording], names: Sequence[str]) -> None:
    """Write recordings, one after another, with the names of their labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            stamps=np.concatenate([item.stamps for item in recordings]),
            points=np.concatenate([item.points for item in recordings]).astype(np.float32),
            labels=np.concatenate([item.labels for item in recordings]),
            lengths=np.array([len(item.stamps) for item in recordings]),
            names=np.array(names),
        )


def load_recordings(path: Path, names: Sequence[str]) -> list[Recording]:
    """Read recordings whose labels are among `names`; label indices are into `names`.

    Raises:
        InputError: not such a file, or it has other labels.
    """
    try:
        with np.load(path) as file:
            data = {key: file[key] for key in ("stamps", "points", "labels", "lengths", "names")}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no file of recordings: {error}; make it again") from error
    unknown = sorted(set(data["names"].tolist()) - set(names))
    if unknown:
        raise InputError(f"{path} has labels {unknown} that are not trained: {list(names)}")
    new_index = np.array([names.index(name) for name in data["names"].tolist()])
    cuts = np.cumsum(data["lengths"])[:-1]
    parts = (
        np.split(data["stamps"], cuts),
        np.split(data["points"].astype(np.float64), cuts),
        np.split(new_index[data["labels"]], cuts),
    )
    return [Recording(*item) for item in zip(*parts, strict=True)]
