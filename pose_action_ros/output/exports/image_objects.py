"""`--export json`: an array with one object for each image, with all people in it."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.frame import Frame, Person
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.output.exports.text_file import TextFile
from pose_action_ros.poses import Pose2D, Pose3D

Array = npt.NDArray[np.float64]


class ImageObjects:
    """images.json: one line for each image; missing values are null.

    Args:
        path: of the file, replaced if it exists.

    Raises:
        SettingError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = TextFile(path)
        self._before = "[\n"

    def add(self, frame: Frame) -> None:
        """Write one image; SettingError if it cannot be written."""
        self._file.write(self._before + json.dumps(_image(frame), allow_nan=False))
        self._before = ",\n"

    def close(self) -> None:
        """Finish the file."""
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


def _image(frame: Frame) -> dict[str, Any]:
    return {
        "image": frame.index,
        "time": round(frame.stamp, 6),
        "width": frame.intrinsics.width,
        "height": frame.intrinsics.height,
        "people": [_person(person) for person in frame.people],
    }


def _person(person: Person) -> dict[str, Any]:
    angles = np.degrees(joint_angles(person.pose.points, person.pose.skeleton))
    return {
        "id": person.id,
        "score": round(float(person.keypoints.score), 3),
        "label": person.action.label,
        "label_score": round(float(person.action.score), 4),
        "keypoints": _joints(person.keypoints, 2),
        "placed": person.pose.placed,
        "pose": _joints(person.pose, 4),
        "angles": dict(zip(ANGLES, _numbers(angles, 1), strict=True)),
    }


def _joints(pose: Pose2D | Pose3D, digits: int) -> dict[str, list[float] | None]:
    """Coordinates and score of each joint; None where missing."""
    points = (_numbers(point, digits) for point in pose.points)
    return {
        joint: [*point, round(score, 3)] if score > 0 else None
        for joint, point, score in zip(
            pose.skeleton.joints, points, pose.scores.tolist(), strict=True
        )
    }


def _numbers(values: Array, digits: int) -> list[Any]:
    """Rounded numbers, None in place of NaN."""
    return [round(value, digits) if isfinite(value) else None for value in values.tolist()]
