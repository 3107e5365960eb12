"""People as markers and TF frames: bones coloured by side, texts over heads, a frame in each body.

Message classes are given, of ROS or of a library for bag files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.messages.human_frames import body_axes
from pose_action_ros.poses import UNTRACKED, Pose3D

Array = npt.NDArray[np.float64]

BONES, TEXTS = "bones", "texts"
BODY = "body_"
"""Begin of the names of the frames of bodies."""
_ADD, _DELETE, _LINE_LIST, _TEXT_VIEW_FACING = 0, 2, 5, 9  # constants of visualization_msgs/Marker
_WIDTH = 0.03  # [m] of a bone
_LETTERS = 0.18  # [m] height of a capital
_ABOVE = 0.25  # [m] from the highest joint to the text
_LIFETIME = 1  # [s] markers disappear when the node has ended
_UPRIGHT = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""Axes x forward, y left, z up as columns in the optical frame."""


@dataclass(frozen=True)
class MarkerTypes:
    """Classes of messages; missing keywords get the default of the field."""

    marker: Callable[..., Any]
    marker_array: Callable[..., Any]
    point: Callable[..., Any]
    colour: Callable[..., Any]
    transform: Callable[..., Any]
    duration: Callable[..., Any]


class MarkerSet:
    """Markers of successive images; markers of people out of view are deleted.

    Args:
        types: classes of the messages.
        namespace: of the markers, so that several sets share a topic.
    """

    def __init__(self, types: MarkerTypes, namespace: str) -> None:
        self._types, self._namespace = types, namespace
        self._shown: set[int] = set()

    def array(self, markers: Iterable[Any], header: Any) -> Any:
        """These markers, and a deletion for each other marker of the last call."""
        message = self._types.marker_array(markers=list(markers))
        ids = {marker.id for marker in message.markers}
        for gone in sorted(self._shown - ids):
            message.markers.append(
                self._types.marker(header=header, ns=self._namespace, id=gone, action=_DELETE)
            )
        self._shown = ids
        return message


def bones(types: MarkerTypes, people: Sequence[Pose3D], header: Any) -> list[Any]:
    """One line list per person, [m] in the frame of the header; uncertain bones are transparent."""
    return [_bones(types, person, number, header) for number, person in _numbered(people)]


def _numbered(people: Sequence[Pose3D]) -> Iterator[tuple[int, Pose3D]]:
    """Placed people with a unique number: the id, or a negative one without an id."""
    for place, person in enumerate(people):
        if person.placed and person.present.any():
            yield (person.person_id if person.person_id != UNTRACKED else -1 - place), person


def _bones(types: MarkerTypes, person: Pose3D, number: int, header: Any) -> Any:
    marker = _marker(types, header, BONES, number)
    marker.type = _LINE_LIST
    marker.scale.x = _WIDTH
    points = [types.point(x=x, y=y, z=z) for x, y, z in person.points.tolist()]
    for parent, child in person.skeleton.bones:
        score = float(min(person.scores[parent], person.scores[child]))
        if score > 0:
            marker.points += [points[parent], points[child]]
            blue, green, red = (channel / 255 for channel in colour_of(person.skeleton, child))
            marker.colors += [types.colour(r=red, g=green, b=blue, a=max(score, 0.2))] * 2
    return marker


def texts(
    types: MarkerTypes, people: Sequence[Pose3D], labels: Mapping[int, str], header: Any
) -> list[Any]:
    """The id over the head of each person, and the label by id, if there is one."""
    return [
        _text(types, person, f"#{number} {labels.get(number, '')}".rstrip(), header)
        for number, person in _numbered(people)
        if number >= 0
    ]


def _text(types: MarkerTypes, person: Pose3D, text: str, header: Any) -> Any:
    present = person.points[person.present]
    head = present[np.argmin(present[:, 1])]  # y points down
    marker = _marker(types, header, TEXTS, person.person_id)
    marker.type, marker.text = _TEXT_VIEW_FACING, text
    marker.scale.z = _LETTERS
    marker.color = types.colour(r=1.0, g=1.0, b=1.0, a=1.0)
    position = marker.pose.position
    position.x, position.y, position.z = float(head[0]), float(head[1]) - _ABOVE, float(head[2])
    return marker


def _marker(types: MarkerTypes, header: Any, namespace: str, person_id: int) -> Any:
    marker = types.marker(header=header, ns=namespace, id=person_id, action=_ADD)
    marker.pose.orientation.w = 1.0
    marker.lifetime = types.duration(sec=_LIFETIME)
    return marker


def body_transform(types: MarkerTypes, person: Pose3D, name: str, header: Any) -> Any | None:
    """From the frame of the header to `body_<name>`: x forward, y left, z up along the back.

    REP-155, "Body Frames": the origin is midway between the hips. None when the person has no id
    or no place in the camera frame, shows no hips or neck, or the header names no frame.
    """
    if person.person_id == UNTRACKED or not person.placed or not header.frame_id:
        return None
    rotation = body_axes(person)
    if rotation is None:
        return None
    origin = person.points[person.skeleton.index("mid_hip")]
    return transform(types, f"{BODY}{name}", origin, rotation, header)


def upright_transform(types: MarkerTypes, name: str, header: Any) -> Any:
    """From the optical frame of the header to a frame at its place: x forward, y left, z up.

    It is a child of the optical frame, which keeps its parent. Viewers with a vertical z axis show
    people upright in it.
    """
    return transform(types, name, np.zeros(3), _UPRIGHT, header)


def transform(types: MarkerTypes, name: str, origin: Array, rotation: Array, header: Any) -> Any:
    """From the frame of the header to one with this origin [m] and axes (3, 3)."""
    message = types.transform(header=header, child_frame_id=name)
    shift, turn = message.transform.translation, message.transform.rotation
    shift.x, shift.y, shift.z = origin.tolist()
    turn.x, turn.y, turn.z, turn.w = quaternion(rotation).tolist()
    return message


def quaternion(rotation: Array) -> Array:
    """(x, y, z, w) of a rotation matrix (3, 3).

    The eigenvector of Bar-Itzhack 2000 (New method for extracting the quaternion from a rotation
    matrix), which has no special cases.
    """
    (a, b, c), (d, e, f), (g, h, i) = rotation
    matrix = np.array(
        [
            [a - e - i, b + d, c + g, h - f],
            [b + d, e - a - i, f + h, c - g],
            [c + g, f + h, i - a - e, d - b],
            [h - f, c - g, d - b, a + e + i],
        ]
    )
    vector: Array = np.linalg.eigh(matrix / 3)[1][:, -1]
    return vector
