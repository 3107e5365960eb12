"""OpenPose's JSON files with the people of one image (`--write_json` of its programs).

The number of joints identifies the skeleton: a file does not name it. A missing joint is 0, 0, 0.
Source: OpenPose, doc/02_output.md; versions 1.0 to 1.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
_NO_BODY = "a person has no body keypoints"
"""For example a face alone."""
_OTHERS = tuple(
    f"{part}_keypoints_{dimensions}d"
    for dimensions in (2, 3)
    for part in ("pose", "face", "hand_left", "hand_right")
)
_FEW = 3  # joints of a person are never all within _WITHIN pixels of the image's corner
_WITHIN = 1.5
"""Largest share of the image, also of joints that hang over its border."""
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


@dataclass(frozen=True)
class PeopleOfFile:
    """The people of a file.

    Attributes:
        people: poses [px], in the order of the file, without people that have no joint; the id is
            UNTRACKED if the file has none. The score of a person is the mean of the joints' scores:
            a file has no other.
        faults: one sentence for each person that cannot be used.
    """

    people: tuple[Pose2D, ...]
    faults: tuple[str, ...]


def people_from_json(text: str | bytes) -> PeopleOfFile:
    """Read the people of a file.

    A person without body, with other numbers or with the id of one before it is left out.

    Raises:
        InputError: not such a file, damaged, people of several networks, or the numbers of none of
            its people can be used.
    """
    entries = _entries(text)
    faults = [_fault(entry) for entry in entries]
    if faults and all(faults) and any(fault != _NO_BODY for fault in faults):
        raise InputError(next(fault for fault in faults if fault not in ("", _NO_BODY)))
    found = [_person(entry) for entry, fault in zip(entries, faults, strict=True) if not fault]
    if len({person.skeleton.name for person in found}) > 1:
        raise InputError("got people of several networks of OpenPose in one file, expected one")
    people, doubles = _without_double_ids([one for one in found if one.present.any()])
    return PeopleOfFile(people, (*filter(None, faults), *doubles))


def _without_double_ids(people: list[Pose2D]) -> tuple[tuple[Pose2D, ...], list[str]]:
    """The people, of each id the first one; a sentence for each of the others."""
    first: dict[int, Pose2D] = {}
    for person in people:
        if person.person_id != UNTRACKED:
            first.setdefault(person.person_id, person)
    kept = tuple(one for one in people if first.get(one.person_id, one) is one)
    doubles = [one for one in people if first.get(one.person_id, one) is not one]
    return kept, [f"a second person has the person_id {one.person_id}" for one in doubles]


def are_shares(people: Sequence[Pose2D]) -> bool:
    """True if the coordinates of these people are shares of the image, not pixels.

    Shares are 0 to 1 or -1 to 1 (--keypoint_scale 3 and 4), a little more for joints over the
    border. The majority decides, as one person may be in the corner of the image; people of few
    joints do not count.
    """
    spans = [
        float(np.abs(person.points[person.present]).max())
        for person in people
        if person.present.sum() >= _FEW
    ]
    return 2 * sum(span <= _WITHIN for span in spans) > len(spans)


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


def _fault(entry: Mapping[str, Any]) -> str:
    """One sentence about a person that cannot be used; empty for one that can."""
    values = _numbers(entry)
    if not values.size and any(entry.get(key) == [] for key in _KEYS):
        return _NO_BODY
    if values.ndim != 1 or values.size not in SKELETONS:
        return (
            f"got a person with {values.size} numbers in {_KEYS[0]}, expected x, y and score of "
            f"every joint of {_names()}"
        )
    if not np.isfinite(values).all():
        wrong = int((~np.isfinite(values)).sum())
        return f"got a person with {wrong} of {values.size} numbers not finite in {_KEYS[0]}"
    return ""


def _person(entry: Mapping[str, Any]) -> Pose2D:
    """Convert one entry without fault, perhaps without any joint."""
    values = _numbers(entry)
    skeleton, rows = SKELETONS[values.size], values.reshape(-1, 3)
    pose = Pose2D(skeleton, rows[:, :2], rows[:, 2])
    score = float(pose.scores[pose.present].mean()) if pose.present.any() else 0.0
    return replace(pose, score=score, person_id=_id(entry))


def _numbers(entry: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Read the numbers of a person: x, y and score of each joint; empty if there are none."""
    found = next((entry[key] for key in _KEYS if key in entry), ())
    try:
        return np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.empty(0)


def _id(entry: Mapping[str, Any]) -> int:
    """Number of the person; UNTRACKED for files before version 1.3, and for -1."""
    value = entry.get("person_id")
    number = value[0] if isinstance(value, list) and value else value
    return number if type(number) is int and number >= 0 else UNTRACKED


def _names() -> str:
    return " or ".join(f"{skeleton.name} ({count})" for count, skeleton in SKELETONS.items())
