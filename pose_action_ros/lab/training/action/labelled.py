"""Labelled keypoints and poses of one person over time, and files of them for training."""

from __future__ import annotations

import zipfile
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lifting import Lifter
from pose_action_ros.lifting.occlusion import RecentJoints
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]

MAX_GAP = 0.5
"""As the recogniser's default; windows do not span longer gaps [s]."""


@dataclass(frozen=True, eq=False)
class LabelledPoses:
    """3D poses of one person over time; frames without a pose are omitted.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 17, 3) [m] Human3.6M joints, optical frame; NaN where missing.
        labels: (T,) name of the action, or of another movement.
    """

    stamps: Array
    points: npt.NDArray[np.floating]
    labels: Names

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        """(T,) index of the first frame after the last gap longer than MAX_GAP."""
        fresh = np.diff(self.stamps, prepend=-np.inf) > MAX_GAP
        return np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))


@dataclass(frozen=True, eq=False)
class LabelledKeypoints:
    """Tracked 2D keypoints of one person over time; frames without detection are omitted.

    Attributes:
        stamps: (T,) [s], rising.
        points: (T, 18, 2) [px] COCO-18 joints; NaN where missing.
        scores: (T, 18) 0 to 1.
        labels: (T,) name of the action, or of another movement.
        intrinsics: of the camera, without distortion.
    """

    stamps: Array
    points: Array
    scores: Array
    labels: Names
    intrinsics: Intrinsics

    def lifted(self, lifter: Lifter, min_score: float) -> LabelledPoses:
        """The 3D poses as of a stream; joints with a score below min_score are missing as well."""
        if not len(self.stamps):
            return LabelledPoses(self.stamps, np.zeros((0, len(HUMAN36M_17), 3)), self.labels)
        lifted = lifter.lift_track(self.points, self.scores, self.intrinsics, self.stamps)
        points, recent = lifted.joints, RecentJoints()
        known = [
            recent([0], row[None], stamp)[0]
            for row, stamp in zip(lifted.known, self.stamps.tolist(), strict=True)
        ]
        points[~np.array(known, dtype=np.bool_) | (lifted.scores < min_score)] = np.nan
        kept = np.isfinite(points).all(axis=-1).any(axis=-1)
        return LabelledPoses(self.stamps[kept], points[kept], self.labels[kept])


@dataclass(frozen=True, eq=False)
class SavedPerson:
    """The file of one person: tracked keypoints, and the poses that a lifter made of them.

    Attributes:
        keypoints: of the detector and tracker.
        poses: of the lifter.
        lifter: checksum of the lifter's model, and what else the poses depend on.
    """

    keypoints: LabelledKeypoints
    poses: LabelledPoses
    lifter: str

    def save(self, path: Path) -> None:
        """Write the file (.npz); an existing one is replaced atomically."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".part")
        with draft.open("wb") as file:
            np.savez_compressed(
                file,
                stamps=self.keypoints.stamps,
                points=self.keypoints.points.astype(np.float32),
                scores=self.keypoints.scores.astype(np.float32),
                labels=self.keypoints.labels,
                camera=np.array(astuple(self.keypoints.intrinsics)[:6]),
                lifted_stamps=self.poses.stamps,
                lifted=self.poses.points.astype(np.float32),
                lifted_labels=self.poses.labels,
                lifter=np.array(self.lifter),
            )
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> SavedPerson:
        """Read the file.

        Raises:
            InputError: damaged, or another file.
        """
        try:
            with np.load(path) as file:
                width, height, *rest = file["camera"].tolist()
                keypoints = LabelledKeypoints(
                    file["stamps"],
                    file["points"].astype(np.float64),
                    file["scores"].astype(np.float64),
                    file["labels"],
                    Intrinsics(int(width), int(height), *rest),
                )
                poses = LabelledPoses(file["lifted_stamps"], file["lifted"], file["lifted_labels"])
                return cls(keypoints, poses, str(file["lifter"]))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path} is no file of `train action`: {error}; remove it, and it is made again"
            ) from error
