"""The file format of recordings: its arrays, a writer in constant memory, and checks in reading.

A file is an .npz without pickles, with one row for each person in each image, and S labelled
spans. docs/recordings.md lists its arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.arrays import ArrayWriter
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lens import COUNTS
from pose_action_ros.pose_tracks import LabelledSpan
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, Skeleton, skeleton_named

FORMAT, VERSION = "pose_action_recording", 2
FILE_NAME = "poses.npz"
"""File of `pose-action process` in its output folder."""

KINDS: Mapping[str, npt.DTypeLike] = {
    "frames": np.int64,
    "stamps": np.float64,
    "people": np.int64,
    "people_scores": np.float32,
    "placed": np.bool_,
    "keypoints": np.float32,
    "poses": np.float32,
    "intrinsics": np.float64,
    "distortion": np.float64,
    "fisheye": np.bool_,
}
"""Type of each array with one row for each person in each image."""
COEFFICIENTS = max(COUNTS)
"""Number of coefficients of a lens."""


class RecordingWriter:
    """Writes the file of a recording row by row, in constant memory.

    Args:
        path: of the file; an older one is replaced by `close`.
        source: name of the file or camera.
        rate: images per second of the source; None if unknown.

    Raises:
        SettingError: the name does not end in .npz, or the folder cannot be written.
    """

    def __init__(self, path: str | Path, source: str = "", rate: float | None = None) -> None:
        self._files = ArrayWriter(Path(path).expanduser(), KINDS)
        self._source, self._rate = source, rate
        self._skeletons = BODY_25, HUMAN36M_17

    def add(
        self, frame: int, stamp: float, keypoints: Pose2D, pose: Pose3D, camera: Intrinsics
    ) -> None:
        """Write one person of one image.

        Args:
            frame: index of the image.
            stamp: time of the image [s].
            keypoints: of the person [px]; all of one skeleton.
            pose: of the same person [m]; all of one skeleton.
            camera: its intrinsics, as given or assumed.

        Raises:
            SettingError: the row cannot be written.
        """
        self._skeletons = keypoints.skeleton, pose.skeleton
        distortion = np.zeros(COEFFICIENTS)
        distortion[: len(camera.distortion)] = camera.distortion
        row = {
            "frames": frame,
            "stamps": stamp,
            "people": pose.person_id,
            "people_scores": keypoints.score,
            "placed": pose.placed,
            "keypoints": np.column_stack([keypoints.points, keypoints.scores]),
            "poses": np.column_stack([pose.points, pose.scores]),
            "intrinsics": (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy),
            "distortion": distortion,
            "fisheye": camera.fisheye,
        }
        self._files.add(row)

    def add_rows(
        self, rows: Mapping[str, npt.NDArray[Any]], keypoints: Skeleton, poses: Skeleton
    ) -> None:
        """Write many rows.

        Args:
            rows: an array for each name in KINDS.
            keypoints: joint order.
            poses: joint order.

        Raises:
            SettingError: the rows cannot be written.
        """
        self._skeletons = keypoints, poses
        self._files.add(rows, len(rows["frames"]))

    def close(self, spans: Sequence[LabelledSpan] = ()) -> None:
        """Put the file in its place.

        Args:
            spans: labels of the people.

        Raises:
            SettingError: the file cannot be written; an older one stays.
        """
        keypoints, poses = self._skeletons
        others = {
            "format": FORMAT,
            "version": VERSION,
            "source": self._source,
            "rate": np.nan if self._rate is None else self._rate,
            "keypoint_joints": keypoints.joints,
            "pose_joints": poses.joints,
            "keypoint_skeleton": keypoints.name,
            "pose_skeleton": poses.name,
            "label_people": np.array([span.person_id for span in spans], dtype=np.int64),
            "label_starts": np.array([span.start for span in spans], dtype=np.float64),
            "label_ends": np.array([span.end for span in spans], dtype=np.float64),
            "labels": np.array([span.label for span in spans], dtype=np.str_),
        }
        arrays = {name: np.asarray(value) for name, value in others.items()}
        self._files.save(row_shapes(keypoints, poses), arrays)

    def discard(self) -> None:
        """Remove all rows; an older file stays."""
        self._files.discard()


def row_shapes(keypoints: Skeleton, poses: Skeleton) -> dict[str, tuple[int, ...]]:
    """Shape of one row of each array; () if missing."""
    return {
        "keypoints": (len(keypoints), 3),
        "poses": (len(poses), 4),
        "intrinsics": (6,),
        "distortion": (COEFFICIENTS,),
    }


def fields_of(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """The attributes of a Recording by name, from the arrays of its file.

    Raises:
        InputError: another format or version, an unknown skeleton, or an array is missing.
        TypeError, ValueError: an array has a wrong type.
    """
    _check_version(arrays)
    try:
        rate = float(arrays["rate"])
        spans = zip(
            arrays["label_people"].tolist(),
            arrays["label_starts"].tolist(),
            arrays["label_ends"].tolist(),
            arrays["labels"].tolist(),
            strict=True,
        )
        # Recordings that were made before fisheyes could be used have no array for them.
        fisheye = arrays.get("fisheye", np.zeros(arrays["frames"].shape[:1], np.bool_))
        return {
            **{name: arrays[name] for name in KINDS if name != "fisheye"},
            "fisheye": fisheye,
            "keypoint_skeleton": _skeleton(arrays, "keypoint"),
            "pose_skeleton": _skeleton(arrays, "pose"),
            "source": str(arrays["source"]),
            "rate": rate if np.isfinite(rate) else None,
            "spans": tuple(LabelledSpan(*span) for span in spans),
        }
    except KeyError as error:
        raise InputError(f"array {error} is missing; record it again") from error


def _check_version(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    if "format" not in arrays:
        remedy = "process the source again" if "keypoint_joints" in arrays else "record one"
        raise InputError(f"no recording of format {FORMAT!r}; {remedy}")
    kind, version = str(arrays["format"]), str(arrays.get("version", "missing"))
    if kind != FORMAT or not version.isdecimal():
        raise InputError(f"got format {kind!r}, version {version}, expected {FORMAT!r}, {VERSION}")
    if int(version) != VERSION:
        remedy = "update pose_action_ros" if int(version) > VERSION else "record it again"
        raise InputError(f"got version {version} of the format, expected {VERSION}: {remedy}")


def _skeleton(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Skeleton:
    """The skeleton of a name, checked against the joints in the file."""
    skeleton = skeleton_named(str(arrays[f"{name}_skeleton"]))
    joints = arrays[f"{name}_joints"].tolist()
    if joints != list(skeleton.joints):
        raise InputError(f"got other joints of {skeleton.name} than expected: {joints}")
    return skeleton
