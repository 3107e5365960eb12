"""MSR Action3D (W. Li, Z. Zhang, Z. Liu: Action Recognition Based on a Bag of 3D Points, 2010).

aXX_sYY_eZZ_skeleton3D.txt: action, subject and take; 20 rows a frame, x y z [m] and a confidence,
which is not used. In the file x points to the camera's left (the right hand of a person facing the
camera has the greater x), y up, z away from the camera. The data are not part of this package.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.kinect import complete, files_in, read_table, repair
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.skeletons import MSR_20

LABELS = (
    *("high_arm_wave", "horizontal_arm_wave", "hammer", "hand_catch", "forward_punch"),
    *("high_throw", "draw_x", "draw_tick", "draw_circle", "hand_clap"),
    *("two_hand_wave", "side_boxing", "bend", "forward_kick", "side_kick"),
    *("jogging", "tennis_swing", "tennis_serve", "golf_swing", "pickup_and_throw"),
)
"""Actions 1 to 20, in order."""

SUBSETS = {
    "as1": (2, 3, 5, 6, 10, 13, 18, 20),
    "as2": (1, 4, 7, 8, 9, 11, 12, 14),
    "as3": (6, 14, 15, 16, 17, 18, 19, 20),
    "all": tuple(range(1, len(LABELS) + 1)),
}
"""Action numbers of each subset of the protocol."""

RATE = 15.0
"""Frames per second [Hz]."""

LEFT_OUT = (
    *("a02_s03_e02", "a04_s03_e01", "a07_s04_e01", "a13_s09_e01", "a13_s09_e02"),
    *("a13_s09_e03", "a14_s03_e01", "a20_s07_e01", "a20_s07_e03", "a20_s10_e03"),
)
"""Damaged sequences; without these there are 557 (J. Wang et al., CVPR 2012)."""

BROKEN = (
    *("a20_s02_e01", "a20_s02_e02", "a20_s02_e03", "a20_s06_e01"),
    *("a06_s02_e01", "a06_s02_e02", "a06_s02_e03", "a05_s02_e03"),
    *("a01_s02_e02", "a01_s02_e03", "a12_s02_e02"),
)
"""Test sequences that are broken recordings, found by watching all errors of several networks.

They stay in the protocol; accuracies are reported with and without them. First row: the hands,
which throw in this action, stay 0.11 m or more below the shoulders; in all other sequences of the
action they rise 0.27 m or more above. The others are of subject 2: the arms jump, as the Kinect
confuses them, by 0.5 to 1.1 m from one frame to the next (a12_s02_e02: less, by 0.25 m).
"""

_NEVER_RECORDED = {
    *(f"a{action:02}_s04_e{take:02}" for action in (1, 2, 3, 4, 5, 6, 15) for take in (1, 2, 3)),
    *(f"a15_s{subject:02}_e{take:02}" for subject in (3, 5) for take in (1, 2, 3)),
    *("a04_s03_e03", "a05_s06_e03", "a06_s06_e03", "a07_s04_e03", "a07_s07_e03", "a15_s02_e03"),
}
_JOINTS = len(MSR_20)
_TO_OPTICAL = np.array([-1.0, -1.0, 1.0])


def labels_of(subset: str) -> tuple[str, ...]:
    """Names of a subset's actions, in the order of its label numbers.

    InputError lists the subsets for an unknown one.
    """
    return tuple(LABELS[number - 1] for number in _numbers(subset))


def read_msr_action3d(folder: Path, subset: str = "all") -> list[ActionSequence]:
    """Read the standard sequences of a subset, by action, subject and take.

    Args:
        folder: with the files, or its parent.
        subset: one of SUBSETS; label numbers are within the subset, as in `labels_of`.

    Returns:
        Sequences (T, 1, 20, 3) in the joints of MSR_20, repaired.

    Raises:
        InputError: a file is missing, damaged or wrongly named; the message names it.
    """
    numbers = _numbers(subset)
    files = files_in(folder, "[!.]*_skeleton3D.txt", "MSR Action3D")
    found = {"a{}_s{}_e{}".format(*_parts(path)): path for path in files}
    paths = complete(found, _standard(numbers), folder)
    sequences = [read_sequence(path) for path in paths]
    return [replace(one, label=numbers.index(one.label + 1)) for one in sequences]


def read_sequence(path: Path) -> ActionSequence:
    """Read one file; the label is a number of all twenty actions. Raises as `read_msr_action3d`."""
    action, subject, take = _parts(path)
    table = read_table(path, 4)
    if len(table) % _JOINTS:
        raise InputError(
            f"{path}: got {len(table)} rows, expected {_JOINTS} for each frame; it may be cut off"
        )
    points = table[:, :3].reshape(-1, _JOINTS, 3)
    lost = ~points.any(axis=-1, keepdims=True)
    with prefix_errors(path):
        whole = repair(np.where(lost, np.nan, points * _TO_OPTICAL), MSR_20)
        name = f"a{action}_s{subject}_e{take}"
        subjects = (f"s{subject}",)
        return ActionSequence(name, whole[:, None], int(action) - 1, subjects, RATE, name in BROKEN)


def is_test(sequence: ActionSequence) -> bool:
    """True for test sequences of the cross-subject protocol; subjects 1 3 5 7 9 train."""
    return int(sequence.subjects[0].removeprefix("s")) % 2 == 0


def _numbers(subset: str) -> tuple[int, ...]:
    try:
        return SUBSETS[subset]
    except KeyError:
        raise InputError(
            f"unknown subset {subset!r} of MSR Action3D; subsets are {', '.join(SUBSETS)}"
        ) from None


def _standard(numbers: tuple[int, ...]) -> list[str]:
    """Names of the standard sequences of the actions."""
    names = (
        f"a{action:02}_s{subject:02}_e{take:02}"
        for action in sorted(numbers)
        for subject in range(1, 11)
        for take in (1, 2, 3)
    )
    return [name for name in names if name not in _NEVER_RECORDED and name not in LEFT_OUT]


def _parts(path: Path) -> tuple[str, str, str]:
    """Action, subject and take of a file, two digits each."""
    match = re.fullmatch(r"a(\d\d)_s(\d\d)_e(\d\d)_skeleton3D\.txt", path.name)
    if not match:
        raise InputError(f"{path}: expected a name as a01_s01_e01_skeleton3D.txt")
    action, subject, take = match.groups()
    if not 1 <= int(action) <= len(LABELS):
        raise InputError(f"{path}: got action {action}, expected 01 to {len(LABELS)}")
    return action, subject, take
