"""SBU Kinect Interaction: two people, one acts and the other reacts.

K. Yun, J. Honorio, D. Chattopadhyay, T. L. Berg, D. Samaras: Two-person Interaction Detection Using
Body-Pose Features and Multiple Instance Learning, CVPRW 2012.

sXXsYY/CC/NNN/skeleton_pos.txt: people, action and take; a line has the frame number and 2 x 15
joints x, y, z. The authors normalised them: x = (1280 - X) / 2560, y = (960 - Y) / 1920,
z = 7.8125 Z / 10000 with X to the camera's left, Y up and Z forward in millimetres. So the optical
frame in metres is (2.56 x - 1.28, 1.92 y - 0.96, 1.28 z). The data confirm that this is isotropic:
the bone from neck to shoulder, rigid in this tracker, keeps its length within 0.4 % while people
turn (median over sequences; 3.8 % in the numbers of the file), and the scales of x and y with the
least change are 2.556 and 1.899. The middle of the head is 1.42 m above the feet.

The order of LABELS follows the takes, not a published list: in 5 the right hands meet (within 4 cm)
at arm's length, in 4 two hands reach the other person's trunk, in 8 one hand the other's head. The
data are not part of this package.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.kinect import complete, files_in, read_table, repair
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.skeletons import SBU_15

LABELS = (
    *("approaching", "departing", "kicking", "pushing"),
    *("shaking_hands", "hugging", "exchanging", "punching"),
)
"""Actions 1 to 8, in order."""

FOLDS = (
    frozenset({"s01s02", "s03s04", "s05s02", "s06s04"}),
    frozenset({"s02s03", "s02s07", "s03s05", "s05s03"}),
    frozenset({"s01s03", "s01s07", "s07s01", "s07s03"}),
    frozenset({"s02s01", "s02s06", "s03s02", "s03s06"}),
    frozenset({"s04s02", "s04s03", "s04s06", "s06s02", "s06s03"}),
)
"""Pairs of people in the five folds of the authors' protocol."""

RATE = 15.0
"""Frames per second [Hz]."""

# Takes of actions 1 to 8 by each pair.
_TAKES = {
    "s01s02": "22221132",
    "s01s03": "22221113",
    "s01s07": "22221122",
    "s02s01": "33311121",
    "s02s03": "22220121",
    "s02s06": "22221122",
    "s02s07": "22321122",
    "s03s02": "22211122",
    "s03s04": "22221122",
    "s03s05": "12221122",
    "s03s06": "22120122",
    "s04s02": "22121122",
    "s04s03": "22221122",
    "s04s06": "22221122",
    "s05s02": "22230102",
    "s05s03": "22121112",
    "s06s02": "22121121",
    "s06s03": "22221120",
    "s06s04": "22221122",
    "s07s01": "22221122",
    "s07s03": "22221122",
}
_STANDARD = [
    f"{pair}/{action:02}/{take:03}"
    for pair, counts in _TAKES.items()
    for action, count in enumerate(counts, start=1)
    for take in range(1, int(count) + 1)
]
_PEOPLE, _JOINTS = 2, len(SBU_15)
_SCALE = np.array([2.56, 1.92, 1.28])  # [m]
_ORIGIN = np.array([-1.28, -0.96, 0.0])  # [m]


def read_sbu_kinect(folder: Path) -> list[ActionSequence]:
    """Read all 282 sequences, by pair, action and take.

    Args:
        folder: with the folders of the pairs, or its parent.

    Returns:
        Sequences (T, 2, 15, 3) in the joints of SBU_15, repaired.

    Raises:
        InputError: a file is missing, damaged or wrongly named; the message names it.
    """
    files = files_in(folder, "s??s??/*/*/skeleton_pos.txt", "SBU Kinect Interaction")
    found = {"s{}s{}/{}/{}".format(*_parts(path)): path for path in files}
    return [read_sequence(path) for path in complete(found, _STANDARD, folder)]


def read_sequence(path: Path) -> ActionSequence:
    """Read one file; its folders are its name. Raises as `read_sbu_kinect`."""
    first, second, action, take = _parts(path)
    table = read_table(path, 1 + _PEOPLE * _JOINTS * 3, ",")
    values = table[:, 1:].reshape(-1, _PEOPLE, _JOINTS, 3)
    lost = ~values.any(axis=-1, keepdims=True)
    points = np.where(lost, np.nan, values * _SCALE + _ORIGIN)
    subjects = (f"s{first}", f"s{second}")
    with prefix_errors(path):
        people = [repair(points[:, person], SBU_15) for person in range(_PEOPLE)]
        name = f"{''.join(subjects)}/{action}/{take}"
        return ActionSequence(name, np.stack(people, axis=1), int(action) - 1, subjects, RATE)


def fold_of(sequence: ActionSequence) -> int:
    """Index in FOLDS of the fold that tests a sequence; InputError when there is none."""
    pair = "".join(sequence.subjects)
    for number, fold in enumerate(FOLDS):
        if pair in fold:
            return number
    raise InputError(
        f"sequence {sequence.name}: {pair} is in no fold of SBU Kinect Interaction, "
        f"expected one of {', '.join(sorted(frozenset.union(*FOLDS)))}"
    )


def _parts(path: Path) -> tuple[str, str, str, str]:
    """Digits of the first and second person, action and take of a file."""
    name = "/".join(path.parts[-4:])
    match = re.fullmatch(r"s(\d\d)s(\d\d)/(\d\d)/(\d\d\d)/skeleton_pos\.txt", name)
    if not match:
        raise InputError(f"{path}: expected it as s01s02/01/001/skeleton_pos.txt")
    first, second, action, take = match.groups()
    if not 1 <= int(action) <= len(LABELS):
        raise InputError(f"{path}: got action {action}, expected 01 to {len(LABELS):02}")
    return first, second, action, take
