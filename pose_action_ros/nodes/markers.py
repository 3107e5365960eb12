"""People for RViz: bones coloured by side, and texts over heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.poses import UNTRACKED, Pose3D

BONES, TEXTS = "bones", "texts"
_WIDTH = 0.03  # [m] of a bone
_LETTERS = 0.18  # [m] height of a capital
_ABOVE = 0.25  # [m] from the highest joint to the text
_LIFETIME = Duration(sec=1)  # for when the node is gone


class People:
    """Markers of the people of one image after the other; those who left are deleted.

    Args:
        namespace: of the markers, so that several sets share a topic.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._shown: set[int] = set()

    def array(self, markers: Iterable[Marker], header: Header) -> MarkerArray:
        """These markers, and the deletion of those shown last time that are not among them."""
        message = MarkerArray(markers=list(markers))
        ids = {marker.id for marker in message.markers}
        for gone in sorted(self._shown - ids):
            message.markers.append(
                Marker(header=header, ns=self._namespace, id=gone, action=Marker.DELETE)
            )
        self._shown = ids
        return message


def bones(people: Sequence[Pose3D], header: Header) -> list[Marker]:
    """One line list per person, [m] in the frame of the header; uncertain bones are transparent."""
    return [_bones(person, number, header) for number, person in _numbered(people)]


def _numbered(people: Sequence[Pose3D]) -> Iterator[tuple[int, Pose3D]]:
    """Who has a place in the frame, with a number of their own: the id, or below 0 without one."""
    for place, person in enumerate(people):
        if person.placed and person.present.any():
            yield (person.person_id if person.person_id != UNTRACKED else -1 - place), person


def _bones(person: Pose3D, number: int, header: Header) -> Marker:
    marker = _marker(header, BONES, number)
    marker.type = Marker.LINE_LIST
    marker.scale.x = _WIDTH
    points = [Point(x=x, y=y, z=z) for x, y, z in person.points.tolist()]
    for parent, child in person.skeleton.bones:
        score = float(min(person.scores[parent], person.scores[child]))
        if score > 0:
            marker.points += [points[parent], points[child]]
            blue, green, red = (channel / 255 for channel in colour_of(person.skeleton, child))
            marker.colors += [ColorRGBA(r=red, g=green, b=blue, a=max(score, 0.2))] * 2
    return marker


def texts(people: Sequence[Pose3D], labels: Mapping[int, str], header: Header) -> list[Marker]:
    """Over the head of each person the id, and what there is in `labels` (by id)."""
    return [
        _text(person, f"#{number} {labels.get(number, '')}".rstrip(), header)
        for number, person in _numbered(people)
        if number >= 0
    ]


def _text(person: Pose3D, text: str, header: Header) -> Marker:
    known = person.points[person.present]
    head = known[np.argmin(known[:, 1])]  # y points down
    marker = _marker(header, TEXTS, person.person_id)
    marker.type, marker.text = Marker.TEXT_VIEW_FACING, text
    marker.scale.z = _LETTERS
    marker.color = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
    position = marker.pose.position
    position.x, position.y, position.z = float(head[0]), float(head[1]) - _ABOVE, float(head[2])
    return marker


def _marker(header: Header, namespace: str, person_id: int) -> Marker:
    marker = Marker(header=header, ns=namespace, id=person_id, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.lifetime = _LIFETIME
    return marker
