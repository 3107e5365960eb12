"""poses.npz: all keypoints and poses of a recording, a row for each person in each image.

Arrays, K rows::

    frames (K,) index of the image · stamps (K,) [s] · people (K,) person id
    keypoints (K, J2, 3): x, y [px], score · poses (K, J3, 4): x, y, z [m], score
    placed (K,): poses are positions in the camera frame, otherwise offsets from the root joint
    intrinsics (K, 6): width, height, fx, fy, cx, cy [px], as given or assumed
    keypoint_joints (J2,), pose_joints (J3,): names of the joints
    keypoint_skeleton, pose_skeleton: names of the joint orders

Missing joints are NaN with score 0. Coordinates are float32, the camera's optical frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import SettingError
from pose_action_ros.output.array_files import ArrayFiles
from pose_action_ros.pipeline import Frame
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, Skeleton

_KINDS = {
    "frames": np.int64,
    "stamps": np.float64,
    "people": np.int64,
    "placed": np.bool_,
    "keypoints": np.float32,
    "poses": np.float32,
    "intrinsics": np.float64,
}


class Recording:
    """Keeps every person of every image on disk until they are saved.

    Args:
        path: of poses.npz.

    Raises:
        SettingError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._skeletons: tuple[Skeleton, Skeleton] = (BODY_25, HUMAN36M_17)
        self._try(self._open)

    def _open(self) -> None:
        self._arrays = ArrayFiles(self._path, _KINDS)

    def add(self, frame: Frame) -> None:
        """Remember the people of an image.

        Raises:
            SettingError: they cannot be written.
        """
        self._try(lambda: self._add(frame))

    def _add(self, frame: Frame) -> None:
        camera = _numbers(frame.intrinsics)
        for person in frame.people:
            keypoints, pose = person.keypoints, person.pose
            self._skeletons = (keypoints.skeleton, pose.skeleton)
            self._arrays.add(
                {
                    "frames": frame.index,
                    "stamps": frame.stamp,
                    "people": keypoints.person_id,
                    "placed": pose.placed,
                    "keypoints": _packed(keypoints),
                    "poses": _packed(pose),
                    "intrinsics": camera,
                }
            )

    def save(self) -> None:
        """Write the file.

        Raises:
            SettingError: it cannot be written.
        """
        self._try(self._save)

    def _save(self) -> None:
        flat, space = self._skeletons
        shapes = {"keypoints": (len(flat), 3), "poses": (len(space), 4), "intrinsics": (6,)}
        self._arrays.save(
            {name: shapes.get(name, ()) for name in _KINDS},
            {
                "keypoint_joints": np.array(flat.joints),
                "pose_joints": np.array(space.joints),
                "keypoint_skeleton": np.array(flat.name),
                "pose_skeleton": np.array(space.name),
            },
        )

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            raise SettingError(f"cannot write {self._path}: {error.strerror}") from error


def _packed(pose: Pose2D | Pose3D) -> npt.NDArray[np.float64]:
    """(J, D + 1) coordinates and score."""
    return np.column_stack([pose.points, pose.scores])


def _numbers(camera: Intrinsics) -> tuple[float, ...]:
    return (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy)
