"""Labelled keypoints and poses of one person over time, and files of them for training."""

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
from pose_action_ros.lifting.occlusion import RecentJoints

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LabelledPoses:
    """3D poses of one person over time; frames without a pose are omitted.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 17, 3) [m] Human3.6M joints, optical frame; NaN where missing.
        labels: (T,) index of the action in a list of label names.
    """

    stamps: Array
    points: Array
    labels: Labels

    def segment_starts(self, max_gap: float) -> npt.NDArray[np.intp]:
        """(T,) index of the first frame after the last gap longer than max_gap [s]."""
        fresh = np.diff(self.stamps, prepend=-np.inf) > max_gap
        return np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))


@dataclass(frozen=True, eq=False)
class LabelledKeypoints:
    """Tracked 2D keypoints of one person over time; frames without detection are omitted.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 18, 2) [px] COCO-18 joints; NaN where missing.
        scores: (T, 18) 0 to 1.
        labels: (T,) index of the action in a list of label names.
        intrinsics: of the camera, without distortion.
    """

    stamps: Array
    points: Array
    scores: Array
    labels: Labels
    intrinsics: Intrinsics

    def lifted(self, lifter: Lifter, min_score: float) -> LabelledPoses:
        """The 3D poses as of a stream; joints with a score below min_score are missing as well."""
        lifted = lifter.lift_track(self.points, self.scores, self.intrinsics, self.stamps)
        points, recent = lifted.joints, RecentJoints()
        known = [
            recent([0], row[None], stamp)[0]
            for row, stamp in zip(lifted.known, self.stamps.tolist(), strict=True)
        ]
        points[~np.array(known, dtype=np.bool_) | (lifted.scores < min_score)] = np.nan
        kept = np.isfinite(points).all(axis=-1).any(axis=-1)
        return LabelledPoses(self.stamps[kept], points[kept], self.labels[kept])


_ARRAYS = ("stamps", "points", "scores", "labels")


def save_keypoints(path: Path, people: Sequence[LabelledKeypoints], names: Sequence[str]) -> None:
    """Write the keypoints of people, concatenated, with the names of their labels.

    The file is replaced atomically.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            stamps=np.concatenate([person.stamps for person in people]),
            points=np.concatenate([person.points for person in people]).astype(np.float32),
            scores=np.concatenate([person.scores for person in people]).astype(np.float32),
            labels=np.concatenate([person.labels for person in people]),
            cameras=np.array([astuple(person.intrinsics)[:6] for person in people]),
            lengths=np.array([len(person.stamps) for person in people]),
            names=np.array(names),
        )
    draft.replace(path)


def load_keypoints(path: Path, names: Sequence[str]) -> list[LabelledKeypoints]:
    """Read the keypoints of people; their labels become indices into `names`.

    Raises:
        InputError: not such a file, or it has labels that are not among `names`.
    """
    try:
        with np.load(path) as file:
            data = {key: file[key] for key in (*_ARRAYS, "cameras", "lengths", "names")}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} is no file of `train recordings`: {error}; create it again"
        ) from error
    unknown = sorted(set(data["names"].tolist()) - set(names))
    if unknown:
        raise InputError(f"{path} has labels {unknown} that are not trained: {list(names)}")
    new_index = np.array([names.index(name) for name in data["names"].tolist()])
    data["labels"] = new_index[data["labels"]]
    cuts = np.cumsum(data["lengths"])[:-1]
    parts = [np.split(data[key], cuts) for key in _ARRAYS]
    cameras = [_camera(row) for row in data["cameras"].tolist()]
    return [
        LabelledKeypoints(
            stamps, points.astype(np.float64), scores.astype(np.float64), labels, camera
        )
        for stamps, points, scores, labels, camera in zip(*parts, cameras, strict=True)
    ]


def _camera(numbers: Sequence[float]) -> Intrinsics:
    width, height, fx, fy, cx, cy = numbers
    return Intrinsics(int(width), int(height), fx, fy, cx, cy)
