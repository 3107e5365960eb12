"""OpenPose's JSON files with the people of one image (`--write_json` of its programs).

The number of joints identifies the skeleton: a file does not name it. A missing joint is 0, 0, 0.
Source: OpenPose, doc/02_output.md; versions 1.0 to 1.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_18, MPI_15, Skeleton

ENDING = "_keypoints.json"
VERSION = 1.3
SKELETONS: Mapping[int, Skeleton] = {
    3 * len(skeleton): skeleton for skeleton in (BODY_25, COCO_18, MPI_15)
}
"""Skeletons by the count of numbers of a person: x, y [px] and score for each joint."""

_KEYS = ("pose_keypoints_2d", "pose_keypoints")
"""Since version 1.1, and before."""
_OTHERS = tuple(
    f"{part}_keypoints_{dimensions}d"
    for dimensions in (2, 3)
    for part in ("pose", "face", "hand_left", "hand_right")
)
_FEW = 3  # joints of a person are never all within one pixel
_DIGITS = 6  # as OpenPose writes


def openpose_json(people: Sequence[Pose2D]) -> str:
    """Write the people of one image as JSON text, with their ids.

    Raises:
        InputError: a skeleton without an OpenPose network.
    """
    return json.dumps({"version": VERSION, "people": [_entry(person) for person in people]})


def _entry(person: Pose2D) -> dict[str, list[float]]:
    if person.skeleton not in SKELETONS.values():
        raise InputError(
            f"got the skeleton {person.skeleton.name!r}, expected one of OpenPose's: {_names()}"
        )
    rows = np.column_stack([np.nan_to_num(person.points), person.scores])  # (J, 3)
    values = [float(f"{value:.{_DIGITS}g}") for value in rows.ravel()]
    empty: dict[str, list[float]] = {key: [] for key in _OTHERS}
    return {"person_id": [person.person_id], **empty, _KEYS[0]: values}


def people_from_json(text: str | bytes) -> tuple[Pose2D, ...]:
    """Read the people of a file in its order, without people that have no joint.

    The score of a person is the mean of the joints' scores: a file has no other.

    Args:
        text: of the file.

    Returns:
        Poses [px]; the id is UNTRACKED if the file has none.

    Raises:
        InputError: not such a file, damaged, an unknown number of joints, or coordinates that
            are not pixels.
    """
    entries = _entries(text)
    people = [_person(entry) for entry in entries]
    if len({person.skeleton.name for person in people}) > 1:
        raise InputError("got people of several networks of OpenPose in one file, expected one")
    return tuple(person for person in people if person.present.any())


def _entries(text: str | bytes) -> list[Mapping[str, Any]]:
    """Parse the entries of the people."""
    try:
        content = json.loads(text)
    except ValueError as error:  # also bytes that are no text
        raise InputError(f"this is not JSON: {error}; is the file complete?") from error
    entries = content.get("people") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            "got JSON without a list of people, expected a file of OpenPose's --write_json"
        )
    return entries


def _person(entry: Mapping[str, Any]) -> Pose2D:
    """Convert one entry, perhaps without any joint."""
    values = _numbers(entry)
    skeleton, rows = SKELETONS[len(values)], values.reshape(-1, 3)
    present = rows[:, 2] > 0
    _check_pixels(rows[present, :2])
    scores = np.minimum(rows[:, 2], 1.0)
    score = float(scores[present].mean()) if present.any() else 0.0
    pose = Pose2D(skeleton, rows[:, :2], scores, score=score)
    return replace(pose, person_id=_id(entry))


def _numbers(entry: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Read the numbers of a person: x, y and score of each joint."""
    found = next((entry[key] for key in _KEYS if key in entry), None)
    try:
        values = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 1 or values.size not in SKELETONS or not np.isfinite(values).all():
        raise InputError(
            f"got a person with {values.size} numbers in {_KEYS[0]}, expected x, y and score of "
            f"every joint of {_names()}"
        )
    return values


def _check_pixels(points: npt.NDArray[np.float64]) -> None:
    """InputError if coordinates (N, 2) are shares of the image."""
    if len(points) >= _FEW and np.abs(points).max() <= 1:
        raise InputError(
            "got joints that are all within one pixel: these coordinates are shares of the image; "
            "run OpenPose with --keypoint_scale 0, which writes pixels"
        )


def _id(entry: Mapping[str, Any]) -> int:
    """Number of the person; UNTRACKED for files before version 1.3, and for -1."""
    value = entry.get("person_id")
    number = value[0] if isinstance(value, list) and value else value
    return number if type(number) is int and number >= 0 else UNTRACKED


def _names() -> str:
    return " or ".join(f"{skeleton.name} ({count})" for count, skeleton in SKELETONS.items())
