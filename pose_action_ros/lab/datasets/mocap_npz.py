"""Recordings of several sources in one layout: joint positions in an .npz file.

Arrays: names, labels, subjects, descriptions (N,), fps, joints (J,) names, parents (J,) rows, and
of each recording `<name>/positions` (T, J, 3) [m], y up.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import definitions_for, find_people
from pose_action_ros.lab.datasets.joint_motion import JointMotion, person_of

UNNAMED = ("other", "ambiguous")
"""Labels of motions that are none of the package's actions, or of unknown ones."""


def read_mocap(path: Path, motions: bool = False) -> list[Capture]:
    """Read the recordings of a file; positions without a floor stay as they are.

    Args:
        path: of the file.
        motions: True to replace labels in UNNAMED by the descriptions of the motions.

    Raises:
        InputError: the file is missing, has another layout, or joints of an unknown source.
    """
    try:
        with np.load(path) as file:
            columns = [file[key].tolist() for key in ("names", "subjects", "labels")]
            if motions:
                columns[2] = _motions(columns[2], file["descriptions"].tolist())
            joints = tuple(str(name) for name in file["joints"])
            parents = tuple(int(row) for row in file["parents"])
            rate, arrays = float(file["fps"]), [file[f"{name}/positions"] for name in columns[0]]
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError(
            f"{path} is no file of recordings: expected an .npz with names, subjects, labels, fps, "
            f"joints, parents and <name>/positions, got {error!r}"
        ) from error
    with prefix_errors(path):
        match = find_people(joints, definitions_for(path))[0]
    captures = []
    for name, subject, label, array in zip(*columns, arrays, strict=True):
        with prefix_errors(f"{path}, {name}"):
            person = person_of(JointMotion(joints, parents, array.astype(np.float64)), match)
        captures.append(Capture(name, subject, label, person, rate, match.definition.defined))
    return captures


def _motions(labels: list[str], descriptions: list[str]) -> list[str]:
    """Labels, or the description where there is none."""
    pairs = zip(labels, descriptions, strict=True)
    return [motion if label in UNNAMED else label for label, motion in pairs]
