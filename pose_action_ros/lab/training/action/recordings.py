"""Recordings of people with what they do: seen in 2D and stored, then lifted to poses."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lifting import Lifter

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sighting:
    """What a tracker gave of one person over time; frames in which it gave nothing are left out.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 18, 2) [px] COCO-18 joints; NaN where missing.
        scores: (T, 18) 0 to 1.
        labels: (T,) index into the label names of what the person does.
        intrinsics: of the camera, without distortion.
    """

    stamps: Array
    points: Array
    scores: Array
    labels: Labels
    intrinsics: Intrinsics

    def lifted(self, lifter: Lifter, min_score: float) -> Recording:
        """The poses, joints with a lower score missing."""
        lifted = lifter.lift(self.points, self.scores, self.intrinsics)
        points = lifted.joints
        points[lifted.scores < min_score] = np.nan
        kept = np.isfinite(points).all(axis=-1).any(axis=-1)
        return Recording(self.stamps[kept], points[kept], self.labels[kept])


@dataclass(frozen=True, eq=False)
class Recording:
    """Poses of one person over time; frames without a pose are left out.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 17, 3) [m] Human3.6M joints, optical frame; NaN where missing.
        labels: (T,) index into the label names of what the person does.
    """

    stamps: Array
    points: Array
    labels: Labels

    def beginnings(self, max_gap: float) -> npt.NDArray[np.intp]:
        """(T,) index of the first frame after the last gap longer than max_gap [s]."""
        fresh = np.diff(self.stamps, prepend=-np.inf) > max_gap
        return np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))


_ARRAYS = ("stamps", "points", "scores", "labels")


def save_sightings(path: Path, sightings: Sequence[Sighting], names: Sequence[str]) -> None:
    """Write sightings, one after another, with the names of their labels.

    A file that is there stays whole until the new one is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            stamps=np.concatenate([item.stamps for item in sightings]),
            points=np.concatenate([item.points for item in sightings]).astype(np.float32),
            scores=np.concatenate([item.scores for item in sightings]).astype(np.float32),
            labels=np.concatenate([item.labels for item in sightings]),
            cameras=np.array([astuple(item.intrinsics)[:6] for item in sightings]),
            lengths=np.array([len(item.stamps) for item in sightings]),
            names=np.array(names),
        )
    draft.replace(path)


def load_sightings(path: Path, names: Sequence[str]) -> list[Sighting]:
    """Read sightings whose labels are among `names`; label indices are into `names`.

    Raises:
        InputError: not such a file, or it has other labels.
    """
    try:
        with np.load(path) as file:
            data = {key: file[key] for key in (*_ARRAYS, "cameras", "lengths", "names")}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no file of recordings: {error}; make it again") from error
    unknown = sorted(set(data["names"].tolist()) - set(names))
    if unknown:
        raise InputError(f"{path} has labels {unknown} that are not trained: {list(names)}")
    new_index = np.array([names.index(name) for name in data["names"].tolist()])
    data["labels"] = new_index[data["labels"]]
    cuts = np.cumsum(data["lengths"])[:-1]
    parts = [np.split(data[key], cuts) for key in _ARRAYS]
    cameras = [_camera(row) for row in data["cameras"].tolist()]
    return [
        Sighting(stamps, points.astype(np.float64), scores.astype(np.float64), labels, camera)
        for stamps, points, scores, labels, camera in zip(*parts, cameras, strict=True)
    ]


def _camera(numbers: Sequence[float]) -> Intrinsics:
    width, height, fx, fy, cx, cy = numbers
    return Intrinsics(int(width), int(height), fx, fy, cx, cy)
