"""Recordings of several sources in one layout: joint positions in an .npz file.

Arrays: names, labels, subjects, descriptions (N,), fps, joints (J,) names, and of each recording
`<name>/positions` (T, J, 3) [m], y up.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import DEFINED, RECORDED, Definition

Array = npt.NDArray[np.float64]


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
            joints, rate = [str(name) for name in file["joints"]], float(file["fps"])
            arrays = [file[f"{name}/positions"] for name in columns[0]]
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError(
            f"{path} is no file of recordings: expected an .npz with names, subjects, labels, fps, "
            f"joints and <name>/positions, got {error!r}"
        ) from error
    definition = _definition(joints, path)
    return [
        Capture(name, subject, label, _person(array, joints, definition), rate, DEFINED)
        for name, subject, label, array in zip(*columns, arrays, strict=True)
    ]


def _motions(labels: list[str], descriptions: list[str]) -> list[str]:
    """Labels, or the description where there is none."""
    pairs = zip(labels, descriptions, strict=True)
    return [motion if label in UNNAMED else label for label, motion in pairs]


def _definition(joints: list[str], path: Path) -> Definition:
    for definition in RECORDED:
        if set(definition.joints) <= set(joints):
            return definition
    raise InputError(
        f"{path}: its joints {', '.join(joints)} are of no source with a definition, expected "
        + " or ".join(definition.name for definition in RECORDED)
    )


def _person(array: Array, joints: list[str], definition: Definition) -> Array:
    """PERSON joints (T, 21, 3) from positions (T, J, 3)."""
    rows = {name: row for row, name in enumerate(joints)}
    return definition.person(lambda name: array[:, rows[name]].astype(np.float64))
