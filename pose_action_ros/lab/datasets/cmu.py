"""People of the CMU motion capture database as PERSON joints.

In a file without rotations the head faces as the shoulders do.
Data: mocap.cs.cmu.edu, created with funding from NSF EIA-0196217.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import ACCLAIM, DEFINED, POSITIONS

Array = npt.NDArray[np.float64]

POSITIONS_RATE = 60.0
"""Approximate frames per second of a positions file [Hz]."""
_RATE = 120.0  # of .amc files [Hz], which have none


def read_positions(path: Path, split: str) -> list[Capture]:
    """Read the recordings of a positions file.

    Args:
        path: .npz with arrays `split/action/name` (T, 38, 3) [m], y up, and `joint_names` (38,).
        split: "train" or "test".

    Returns:
        recordings named `action/name`, of unknown subjects.

    Raises:
        InputError: the file is missing or has another content.
    """
    try:
        with np.load(path) as file:
            names = [str(name) for name in file["joint_names"]]
            found = {key: file[key] for key in file.files if key.startswith(f"{split}/")}
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError(
            f"{path} is no positions file: expected an .npz with joint_names and arrays "
            f"split/action/name, got {error!r}"
        ) from error
    if not found:
        raise InputError(f"{path} has no recordings named {split}/...; expected train or test")
    wrong = [key for key, array in found.items() if array.shape[1:] != (len(names), 3)]
    if wrong:
        raise InputError(f"{path}: {wrong[0]} is not (T, {len(names)}, 3)")
    return [_from_positions(key, array, names, path) for key, array in found.items()]


def read_acclaim(folder: Path, every: int = 2) -> list[Capture]:
    """Read the .asf and all .amc files of a subject's folder.

    Args:
        folder: holds one .asf and its .amc files, recorded at 120 Hz.
        every: keep one frame of this many.

    Returns:
        recordings by file name without suffix; the subject is the folder's name.

    Raises:
        InputError: no or several skeletons, no motions, or an unreadable file.
    """
    skeletons, motions = sorted(folder.glob("*.asf")), sorted(folder.glob("*.amc"))
    if len(skeletons) != 1 or not motions:
        raise InputError(
            f"{folder}: got {len(skeletons)} .asf and {len(motions)} .amc files, expected one "
            "skeleton and its motions"
        )
    asf = read_asf(skeletons[0])
    captures = []
    for path in motions:
        motion = read_amc(path, asf, every)
        left = motion.rotations["head"][:, :, 0]
        joints = ACCLAIM.person(motion.ends.__getitem__, left)
        captures.append(Capture(path.stem, folder.name, path.stem, joints, _RATE / every, DEFINED))
    return captures


def _from_positions(key: str, array: Array, names: list[str], path: Path) -> Capture:
    """The recording `split/action/name` of positions (T, 38, 3)."""

    def at(name: str) -> Array:
        if name not in names:
            raise InputError(f"{path}: joint_names lacks {name!r}, it has {', '.join(names)}")
        joint: Array = array[:, names.index(name)].astype(np.float64)
        return joint

    name = key.partition("/")[2]
    action = name.partition("/")[0]
    return Capture(name, "", action, POSITIONS.person(at), POSITIONS_RATE, DEFINED)
