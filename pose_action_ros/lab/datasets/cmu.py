"""People in Acclaim files and in positions of the CMU motion capture database as PERSON joints.

In a file without rotations the head faces as the shoulders do.
Data: mocap.cs.cmu.edu, created with funding from NSF EIA-0196217.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.folders import files_in
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.amc import Asf, Motion, read_amc, read_asf
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.definitions import definitions_for, find_people
from pose_action_ros.lab.datasets.joint_motion import JointMotion, person_of

Array = npt.NDArray[np.float64]

POSITIONS_RATE = 60.0
"""Approximate frames per second of a positions file [Hz]."""


def read_positions(path: Path, split: str) -> list[Capture]:
    """Read the recordings of a positions file.

    Args:
        path: .npz with arrays `split/action/name` (T, 38, 3) [m], y up, and `joint_names` and
            `parents` (38,).
        split: "train" or "test".

    Returns:
        Recordings named `action/name` of unknown subjects, all with the bones of CMU's subject 2.

    Raises:
        InputError: the file is missing or has another content.
    """
    try:
        with np.load(path) as file:
            names = tuple(str(name) for name in file["joint_names"])
            parents = tuple(int(row) for row in file["parents"])
            found = {key: file[key] for key in file.files if key.startswith(f"{split}/")}
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise InputError(
            f"{path} is no positions file: expected an .npz with joint_names, parents and arrays "
            f"split/action/name, got {error!r}"
        ) from error
    if not found:
        raise InputError(f"{path} has no recordings named {split}/...; expected train or test")
    wrong = [key for key, array in found.items() if array.shape[1:] != (len(names), 3)]
    if wrong:
        raise InputError(f"{path}: {wrong[0]} is not (T, {len(names)}, 3)")
    with prefix_errors(path):
        match = find_people(names, definitions_for(path))[0]
    captures = []
    for key, array in found.items():
        motion = JointMotion(names, parents, array.astype(np.float64))
        name = key.partition("/")[2]
        joints, defined = person_of(motion, match), match.definition.defined
        captures.append(Capture(name, "", name.partition("/")[0], joints, POSITIONS_RATE, defined))
    return captures


def read_acclaim(folder: Path, every: int = 2, rate: float = 120.0) -> list[Capture]:
    """Read the .asf and all .amc files of a folder.

    Args:
        folder: holds one .asf and its .amc files, or several .asf; names of .amc files then begin
            with the name of their .asf, as HDM_bd.asf and HDM_bd_walk_01.amc.
        every: keep one frame of this many.
        rate: of the .amc files [Hz], which do not have it; CMU and HDM05 have 120 Hz.

    Returns:
        Recordings named after the files. The subject is the folder's name, or that of the .asf
        where there are several.

    Raises:
        InputError: no skeleton, no motions, a motion without its skeleton, or an unreadable file;
            the message names the file.
    """
    skeletons = {path: read_asf(path) for path in sorted(files_in(folder, ".asf"))}
    motions = sorted(files_in(folder, ".amc"))
    if not skeletons or not motions:
        raise InputError(
            f"{folder}: got {len(skeletons)} .asf and {len(motions)} .amc files, expected the "
            "skeleton of the subject and its motions"
        )
    captures = []
    for path in motions:
        skeleton = _skeleton_of(path, list(skeletons))
        asf = skeletons[skeleton]
        subject = folder.name if len(skeletons) == 1 else skeleton.stem
        with prefix_errors(skeleton):
            match = find_people(("root", *asf.bones), definitions_for(folder))[0]
        joints = person_of(_joint_motion(asf, read_amc(path, asf, every)), match)
        defined = match.definition.defined
        captures.append(Capture(path.stem, subject, path.stem, joints, rate / every, defined))
    return captures


def _skeleton_of(motion: Path, skeletons: list[Path]) -> Path:
    """The only skeleton, or that with the longest name that begins the motion's name."""
    if len(skeletons) == 1:
        return skeletons[0]
    name = motion.stem.lower()
    fitting = [path for path in skeletons if name.startswith(path.stem.lower())]
    if not fitting:
        raise InputError(
            f"{motion}: its name begins with the name of none of the skeletons in its folder, "
            f"{', '.join(path.name for path in skeletons)}; rename one of them"
        )
    return max(fitting, key=lambda path: len(path.stem))


def _joint_motion(asf: Asf, motion: Motion) -> JointMotion:
    names = ("root", *asf.bones)
    parents = (-1, *(names.index(bone.parent) for bone in asf.bones.values()))
    positions = np.stack([motion.ends[name] for name in names], axis=1)
    rotations = np.stack([motion.rotations[name] for name in names], axis=1)
    return JointMotion(names, parents, positions, rotations, facing=True)
