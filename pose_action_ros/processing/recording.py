"""poses.npz: all keypoints and poses of a recording, a row for each person in each image.

Arrays, K rows:
    frames (K,) index of the image · stamps (K,) [s] · people (K,) person id
    keypoints (K, J2, 3): x, y [px], score · poses (K, J3, 4): x, y, z [m], score
    placed (K,): poses are positions in the camera frame, otherwise offsets from the root joint
    intrinsics (K, 6): width, height, fx, fy, cx, cy [px], as given or assumed
    keypoint_joints (J2,), pose_joints (J3,): names of the joints
    keypoint_skeleton, pose_skeleton: names of the joint orders
Missing joints are NaN with score 0. Coordinates are float32, the camera's optical frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import SettingError
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.processing.pipeline import Result
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, Skeleton


@dataclass(frozen=True)
class _Row:
    frame: int
    stamp: float
    person: int
    placed: bool
    keypoints: npt.NDArray[np.float32]
    pose: npt.NDArray[np.float32]
    intrinsics: tuple[float, ...]


class Recording:
    """Keeps every person of every image until they are saved."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._skeletons: tuple[Skeleton, Skeleton] = (BODY_25, HUMAN36M_17)

    def add(self, frame: int, stamp: float, result: Result) -> None:
        """Remember the people of an image."""
        camera = _numbers(result.intrinsics)
        for keypoints, pose in zip(result.keypoints, result.poses, strict=True):
            self._skeletons = (keypoints.skeleton, pose.skeleton)
            person, placed = keypoints.person_id, pose.placed
            row = _Row(frame, stamp, person, placed, _packed(keypoints), _packed(pose), camera)
            self._rows.append(row)

    def save(self, path: Path) -> None:
        """Write the file.

        Raises:
            SettingError: it cannot be written.
        """
        flat, space = self._skeletons
        rows = self._rows
        try:
            np.savez_compressed(
                path,
                frames=np.array([row.frame for row in rows], dtype=np.int64),
                stamps=np.array([row.stamp for row in rows], dtype=np.float64),
                people=np.array([row.person for row in rows], dtype=np.int64),
                placed=np.array([row.placed for row in rows], dtype=np.bool_),
                keypoints=_stacked([row.keypoints for row in rows], (len(flat), 3)),
                poses=_stacked([row.pose for row in rows], (len(space), 4)),
                intrinsics=np.array([row.intrinsics for row in rows]).reshape(-1, 6),
                keypoint_joints=np.array(flat.joints),
                pose_joints=np.array(space.joints),
                keypoint_skeleton=np.array(flat.name),
                pose_skeleton=np.array(space.name),
            )
        except OSError as error:
            raise SettingError(f"cannot write {path}: {error}") from error


def _packed(pose: Pose2D | Pose3D) -> npt.NDArray[np.float32]:
    """(J, D + 1) coordinates and score."""
    return np.column_stack([pose.points, pose.scores]).astype(np.float32)


def _stacked(
    arrays: list[npt.NDArray[np.float32]], shape: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """(K, *shape), also for no arrays."""
    return np.stack(arrays) if arrays else np.empty((0, *shape), dtype=np.float32)


def _numbers(camera: Intrinsics) -> tuple[float, ...]:
    return (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy)
