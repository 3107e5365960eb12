"""`--export csv`: one row for each joint of each person in each image, with the joint angles."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.frame import Frame, Person
from pose_action_ros.joint_angles import KINDS, joint_angles
from pose_action_ros.output.exports.text_file import TextFile

Array = npt.NDArray[np.float64]

ANGLE_COLUMNS = tuple(dict.fromkeys(kind for kinds in KINDS.values() for kind in kinds))
COLUMNS = (
    *("image", "time", "person", "joint", "x_px", "y_px", "score_2d"),
    *("x_m", "y_m", "z_m", "score_3d", "placed"),
    *(f"{kind}_deg" for kind in ANGLE_COLUMNS),
)
ROWS_OF_ANGLES = {"trunk": "spine"}
"""Joint with the angles in its row, where it has another name."""
_KEYPOINT, _POSE, _ANGLES = (
    ("%.2f", "%.2f", "%.3f"),
    ("%.4f", "%.4f", "%.4f", "%.3f"),
    ("%.1f",) * len(ANGLE_COLUMNS),
)


class JointRows:
    """joints.csv: cells of missing values are empty.

    Args:
        path: of the file, replaced if it exists.

    Raises:
        SettingError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = TextFile(path)
        self._file.write(",".join(COLUMNS) + "\n")

    def add(self, frame: Frame) -> None:
        """Write the people of one image; SettingError if they cannot be written."""
        if not frame.people:
            return
        points = np.array([person.pose.points for person in frame.people])
        angles = np.degrees(joint_angles(points, frame.people[0].pose.skeleton))
        for person, own in zip(frame.people, angles, strict=True):
            start = f"{frame.index},{frame.stamp:.6f},{person.id}"
            self._file.write("".join(f"{start},{row}\n" for row in _rows(person, own)))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _rows(person: Person, angles: Array) -> list[str]:
    """Cells after the person, a row for each joint of the keypoints and the pose."""
    keypoints, pose = person.keypoints, person.pose
    flat = np.column_stack([keypoints.points, keypoints.scores]).tolist()
    spatial = np.column_stack([pose.points, pose.scores]).tolist()
    seen = dict(zip(keypoints.skeleton.joints, flat, strict=True))
    lifted = dict(zip(pose.skeleton.joints, spatial, strict=True))
    turned = _by_joint(angles)
    placed = str(int(pose.placed))
    return [
        ",".join(
            (
                joint,
                *_cells(_KEYPOINT, seen.get(joint)),
                *_cells(_POSE, lifted.get(joint)),
                placed if joint in lifted else "",
                *_cells(_ANGLES, turned.get(joint)),
            )
        )
        for joint in dict.fromkeys((*seen, *lifted))
    ]


def _by_joint(angles: Array) -> dict[str, list[float]]:
    """Angles [degrees] in the order of ANGLE_COLUMNS, by the joint of their row."""
    values = iter(angles.tolist())
    found = {}
    for joint, kinds in KINDS.items():
        own = {kind: next(values) for kind in kinds}
        row = [own.get(kind, float("nan")) for kind in ANGLE_COLUMNS]
        found[ROWS_OF_ANGLES.get(joint, joint)] = row
    return found


def _cells(formats: Sequence[str], values: Sequence[float] | None) -> list[str]:
    """Formatted numbers; empty without values, or where one is NaN."""
    if values is None:
        return [""] * len(formats)
    return [
        form % value if isfinite(value) else "" for form, value in zip(formats, values, strict=True)
    ]
