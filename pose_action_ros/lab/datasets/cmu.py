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
from pose_action_ros.lab.datasets.person import person_from

Array = npt.NDArray[np.float64]

_SIDES = ("left", "right")
_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
# Bone of the .asf that ends in the joint, there with the prefix l or r.
_BONE_ENDS = dict(
    zip(_LIMBS, ("hipjoint", "femur", "tibia", "clavicle", "humerus", "radius"), strict=True)
)


def read_positions(path: Path, split: str) -> dict[str, Array]:
    """Read the recordings of a positions file.

    Args:
        path: .npz with arrays `split/action/name` (T, 38, 3) [m], y up, and `joint_names` (38,).
        split: "train" or "test".

    Returns:
        (T, 21, 3) [m] PERSON joints, z up, by `action/name`.

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
    return {
        key.split("/", 1)[1]: _from_positions(array, names, path) for key, array in found.items()
    }


def read_subject(folder: Path, every: int = 2) -> dict[str, Array]:
    """Read the .asf and all .amc files of a subject's folder.

    Args:
        folder: holds one .asf and its .amc files, recorded at 120 Hz.
        every: keep one frame of this many.

    Returns:
        (T, 21, 3) [m] PERSON joints, z up, by file name without suffix.

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
    people = {}
    for path in motions:
        motion = read_amc(path, asf, every)
        ends, head = motion.ends, motion.rotations["head"]
        points = {f"{s}_{j}": ends[s[0] + b] for s in _SIDES for j, b in _BONE_ENDS.items()}
        points["spine"] = ends["lowerback"]
        people[path.stem] = person_from(points, head[:, :, 0], head[:, :, 1])
    return people


def _from_positions(array: Array, names: list[str], path: Path) -> Array:
    """PERSON joints (T, 21, 3) from a positions array (T, 38, 3)."""

    def at(name: str) -> Array:
        if name not in names:
            raise InputError(f"{path}: joint_names lacks {name!r}, it has {', '.join(names)}")
        joint: Array = array[:, names.index(name)].astype(np.float64)
        return joint

    points = {f"{side}_{joint}": at(side[0] + joint) for side in _SIDES for joint in _LIMBS}
    points["spine"] = at("upperback")
    left = points["left_shoulder"] - points["right_shoulder"]
    return person_from(points, left, at("head_end") - at("upperneck"))
