"""Single frames of Human3.6M as arrays of single precision that fit into memory as a whole.

The 1.56 million views of the training subjects take 0.7 GB.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.recordings import CameraRecording

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames of R recordings.

    Attributes:
        exact: (N, 16, 2) [px] projected KEYPOINTS.
        detected: (N, 16, 2) [px] detected KEYPOINTS, NaN where missing.
        poses: (N, 17, 3) [m] HUMAN36M_17 joints relative to the hip.
        recordings: (N,) number of each frame's recording.
        names: (R, 3) action, subject ("S9") and camera of each recording.
    """

    exact: Floats
    detected: Floats
    poses: Floats
    recordings: npt.NDArray[np.int32]
    names: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.poses)

    def groups(self) -> dict[str, npt.NDArray[np.str_]]:
        """(N,) "action", "subject" and "camera" of each frame."""
        actions, subjects, cameras = self.names.T[:, self.recordings]
        return {"action": actions, "subject": subjects, "camera": cameras}


def frames_of(recordings: Iterable[CameraRecording], *, detected: bool = False) -> Frames:
    """The frames that have a 3D pose, in order.

    Args:
        recordings: to take them from, read one by one.
        detected: only frames in which all 16 keypoints were detected.

    Raises:
        InputError: no recordings.
    """
    names: list[tuple[str, str, str]] = []
    columns: tuple[list[Any], ...] = ([], [], [], [])
    for recording in recordings:
        for column, part in zip(columns, _columns(recording, len(names), detected), strict=True):
            column.append(part)
        names.append((recording.action, f"S{recording.subject}", recording.camera.name))
    if not names:
        raise InputError("got no recordings, expected at least one; check subjects and folder")
    exact, found, poses, numbers = map(_joined, columns)
    return Frames(exact, found, poses, numbers, np.array(names))


def _columns(recording: CameraRecording, number: int, detected: bool) -> list[npt.NDArray[Any]]:
    """Rows of exact, detected, poses and recordings of one recording."""
    exact = recording.exact_keypoints
    found = recording.detected
    if found is None:
        found = np.full_like(exact, np.nan)
    arrays = exact, found, recording.joints - recording.joints[:, :1]
    needed = arrays if detected else (arrays[0], arrays[2])
    usable = np.all([np.isfinite(values).all(axis=(1, 2)) for values in needed], axis=0)
    rows = [values[usable].astype(np.float32) for values in arrays]
    return [*rows, np.full(len(rows[0]), number, np.int32)]


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One array; the parts are released, so that only one column is in memory twice."""
    joined = np.concatenate(parts)
    parts.clear()
    return joined
