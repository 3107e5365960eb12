"""Recorded people of a split: those who are measured on are not trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.cmu import read_positions, read_subject
from pose_action_ros.lab.training.lifter.kinds import RECORDED

Array = npt.NDArray[np.float64]


def recorded_people(
    positions: str, subjects: str, held_out_subject: str, split: str
) -> dict[str, Array]:
    """All frames of the files named, of one split.

    Args:
        positions: CMU positions file, empty for none; it has its own splits.
        subjects: folder with a folder per subject, of .asf and .amc or of .bvh; empty for none.
        held_out_subject: the subject that is the test split.
        split: "train" or "test".

    Returns:
        (P, 21, 3) [m] PERSON joints, z up, by RECORDED and the action, or the subject whose
        recordings have no names of actions.

    Raises:
        InputError: a file is not what it should be.
    """
    groups: dict[str, list[Array]] = {}
    if positions:
        for name, joints in read_positions(Path(positions), split).items():
            groups.setdefault(RECORDED + name.split("/")[0], []).append(joints)
    if subjects:
        for folder in _subjects(Path(subjects)):
            if (folder.name == held_out_subject) == (split == "test"):
                groups[f"{RECORDED}subject_{folder.name}"] = _recordings(folder)
    return {name: np.concatenate(parts) for name, parts in groups.items()}


def _subjects(parent: Path) -> list[Path]:
    folders = sorted(path for path in parent.glob("*") if path.is_dir())
    if not folders:
        raise InputError(
            f"{parent} has no folders; expected one for each subject, with .asf and .amc or .bvh"
        )
    return folders


def _recordings(folder: Path) -> list[Array]:
    found = sorted(folder.glob("*.bvh"))
    if found:
        return [read_bvh_people(path) for path in found]
    return list(read_subject(folder).values())
