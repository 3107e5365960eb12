"""People in BVH files as PERSON joints.

Files name joints as their makers liked; the conventions of CONVENTIONS are told apart by their
names, other files need a mapping. A file has no face and often no axes of the head either: the
head faces, on the average of a recording, where the shoulders do, and turns as the file says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bvh import END, Bvh, read_bvh
from pose_action_ros.lab.datasets.person import HEIGHT, PROPORTIONS, person_from

Array = npt.NDArray[np.float64]

RATE = 60.0
"""Frames per second, about, that are kept."""

_SIDES = ("left", "right")
_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
NEEDED = (*(f"{side}_{limb}" for side in _SIDES for limb in _LIMBS), "neck", "head")
"""What a mapping has to name; "neck" is the lowest joint of the neck, "head" the skull's."""


def _convention(pattern: str, sides: tuple[str, str], limbs: str, trunk: str) -> dict[str, str]:
    """File's names by ours, from one pattern of side and limb."""
    names = {
        f"{ours}_{limb}": pattern.format(side=theirs, limb=name)
        for ours, theirs in zip(_SIDES, sides, strict=True)
        for limb, name in zip(_LIMBS, limbs.split(), strict=True)
    }
    return names | dict(zip(("neck", "head"), trunk.split(), strict=True))


CONVENTIONS: Mapping[str, Mapping[str, str]] = {
    # What the bone below is called: cgspeed's conversion of CMU, Mixamo, LaFAN1, HumanIK.
    "bones": _convention(
        "{side}{limb}", ("Left", "Right"), "UpLeg Leg Foot Arm ForeArm Hand", "Neck Head"
    ),
    # What the joint is called: Xsens, 100STYLE, 3ds Max.
    "joints": _convention(
        "{side}{limb}", ("Left", "Right"), "Hip Knee Ankle Shoulder Elbow Wrist", "Neck Head"
    ),
    # DAZ and Poser, and cgspeed's conversion for them.
    "daz": _convention(
        "{side}{limb}", ("l", "r"), "Thigh Shin Foot Shldr ForeArm Hand", "neck head"
    ),
}


def read_bvh_people(path: Path, up: str = "y", names: Mapping[str, str] | None = None) -> Array:
    """Read one person's motion, every so many frames that about RATE a second remain.

    Args:
        path: .bvh file; its unit does not matter, the legs tell the scale.
        up: axis of the file that points up, "y" or "z".
        names: the file's names of the joints in NEEDED; found by convention when None. A prefix
            that ends in a colon, as in "mixamorig:Hips", is left out.

    Returns:
        (T, 21, 3) [m] PERSON joints, z up, of a person of HEIGHT.

    Raises:
        InputError: the file cannot be read, or lacks joints; the message names them.
    """
    if up not in {"y", "z"}:
        raise InputError(f"got {up!r} as the axis that points up, expected 'y' or 'z'")
    bvh = read_bvh(path)
    rows = _rows(bvh, names, path)
    places, turns = bvh.frames(every=max(1, round(1 / (RATE * bvh.frame_time))))
    if up == "z":
        places, turns = places @ _TO_Y_UP.T, _TO_Y_UP @ turns
    legs = _length(places, [rows["left_hip"], rows["left_knee"], rows["left_ankle"]])
    if legs <= 0:
        raise InputError(f"{path}: the left leg has no length, expected hip, knee and ankle apart")
    places = places * (HEIGHT * (PROPORTIONS["knee"] + PROPORTIONS["ankle"]) / legs)
    points = {name: places[:, rows[name]] for name in NEEDED[:-2]}
    points["spine"] = _halfway(_trunk(bvh, places, rows))
    left, top = _head_axes(bvh, places, turns[:, rows["head"]], rows)
    return person_from(points, left, top)


_TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def _rows(bvh: Bvh, names: Mapping[str, str] | None, path: Path) -> dict[str, int]:
    """Rows of the joints in NEEDED."""
    own = {
        joint.name.rpartition(":")[2]: row
        for row, joint in enumerate(bvh.joints)
        if not joint.name.startswith(END)
    }
    choices = CONVENTIONS if names is None else {"given": names}
    missing = {
        title: [wanted for name in NEEDED if (wanted := choice.get(name, name)) not in own]
        for title, choice in choices.items()
    }
    nearest = min(missing, key=lambda title: len(missing[title]))
    if missing[nearest]:
        raise InputError(
            f"{path}: its joints are not named by any known convention; by {nearest!r}, the "
            f"nearest, it lacks {', '.join(missing[nearest])}; it has {', '.join(own)}; give its "
            f"names for {', '.join(NEEDED)}"
        )
    return {name: own[choices[nearest][name]] for name in NEEDED}


def _length(places: Array, rows: list[int]) -> float:
    """Mean length of a line of joints."""
    return float(np.linalg.norm(np.diff(places[:, rows], axis=1), axis=-1).sum(axis=1).mean())


def _trunk(bvh: Bvh, places: Array, rows: Mapping[str, int]) -> Array:
    """(T, K, 3) the line from the middle of the hips over the joints of the spine to the neck."""
    below = set(_ancestors(bvh, rows["left_hip"]))
    spine = [row for row in _ancestors(bvh, rows["neck"]) if row not in below]
    hips = (places[:, rows["left_hip"]] + places[:, rows["right_hip"]]) / 2
    return np.concatenate([hips[:, None], places[:, [*spine[::-1], rows["neck"]]]], axis=1)


def _ancestors(bvh: Bvh, row: int) -> list[int]:
    """Rows of a joint's parent, its parent's parent, and so on."""
    found = []
    while (row := bvh.joints[row].parent) >= 0:
        found.append(row)
    return found


def _halfway(line: Array) -> Array:
    """(T, 3) the middle of a line (T, K, 3) by its length."""
    lengths = np.linalg.norm(np.diff(line, axis=1), axis=-1).mean(axis=0)
    ends = np.cumsum(lengths)
    step = int(np.searchsorted(ends, ends[-1] / 2))
    part = 1 - (ends[step] - ends[-1] / 2) / max(lengths[step], 1e-9)
    middle: Array = line[:, step] + part * (line[:, step + 1] - line[:, step])
    return middle


def _head_axes(
    bvh: Bvh, places: Array, turns: Array, rows: Mapping[str, int]
) -> tuple[Array, Array]:
    """Left and up (T, 3) of the head, whose turns are (T, 3, 3)."""
    shoulders = places[:, rows["left_shoulder"]] - places[:, rows["right_shoulder"]]
    shoulders /= np.linalg.norm(shoulders, axis=-1, keepdims=True)
    own_left = np.einsum("tji,tj->i", turns, shoulders)  # sum over the recording, head's frame
    left = turns @ (own_left / np.linalg.norm(own_left))
    head = rows["head"]
    above = [row for row in range(len(bvh.joints)) if head in _ancestors(bvh, row)]
    reach = [_length(places, [head, row]) for row in above]
    if max(reach, default=0.0) > 0:
        return left, places[:, above[int(np.argmax(reach))]] - places[:, head]
    return left, places[:, head] - places[:, rows["neck"]]
