"""People for RViz and TF: bones coloured by side, texts over heads, and a frame in each body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, TransformStamped
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.poses import UNTRACKED, Pose3D

Array = npt.NDArray[np.float64]

BONES, TEXTS = "bones", "texts"
_WIDTH = 0.03  # [m] of a bone
_LETTERS = 0.18  # [m] height of a capital
_ABOVE = 0.25  # [m] from the highest joint to the text
_LIFETIME = Duration(sec=1)  # markers disappear when the node has ended


class MarkerSet:
    """Markers of successive images; markers of people out of view are deleted.

    Args:
        namespace: of the markers, so that several sets share a topic.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._shown: set[int] = set()

    def array(self, markers: Iterable[Marker], header: Header) -> MarkerArray:
        """These markers, and a deletion for each other marker of the last call."""
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
    """Placed people with a unique number: the id, or a negative one without an id."""
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
    """The id over the head of each person, and the label by id, if there is one."""
    return [
        _text(person, f"#{number} {labels.get(number, '')}".rstrip(), header)
        for number, person in _numbered(people)
        if number >= 0
    ]


def _text(person: Pose3D, text: str, header: Header) -> Marker:
    present = person.points[person.present]
    head = present[np.argmin(present[:, 1])]  # y points down
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


def tf_publisher(node: Node) -> Publisher[Any] | None:
    """Create the publisher of /tf; return None where tf2_msgs is not installed."""
    try:
        from tf2_msgs.msg import TFMessage  # noqa: PLC0415 - absent on some machines
    except ImportError:
        node.get_logger().info("no TF frames of people: tf2_msgs is not installed")
        return None
    return node.create_publisher(TFMessage, "/tf", 100)


def body_transform(person: Pose3D, name: str, header: Header) -> TransformStamped | None:
    """From the frame of the header to `body_<name>`: x forward, y left, z up along the back.

    REP-155, "Body Frames": the origin is midway between the hips. None when the person has no id
    or no place in the camera frame, shows no hips or neck, or the header names no frame.
    """
    if person.person_id == UNTRACKED or not person.placed or not header.frame_id:
        return None
    skeleton, points = person.skeleton, person.points
    origin, neck = points[skeleton.index("mid_hip")], points[skeleton.index("neck")]
    left, right = points[skeleton.index("left_hip")], points[skeleton.index("right_hip")]
    rotation = _axes(neck - origin, left - right)
    if rotation is None:
        return None
    message = TransformStamped(header=header, child_frame_id=f"body_{name}")
    shift, turn = message.transform.translation, message.transform.rotation
    shift.x, shift.y, shift.z = origin.tolist()
    turn.x, turn.y, turn.z, turn.w = quaternion(rotation).tolist()
    return message


def _axes(up: Array, left: Array) -> Array | None:
    """(3, 3) rotation with the axes forward, left, up as columns; None where undefined."""
    forward = np.cross(left, up)
    height, length = np.linalg.norm(up), np.linalg.norm(forward)
    if not (height > 1e-6 and length > 1e-6):  # also when they are NaN
        return None
    z, x = up / height, forward / length
    return np.column_stack([x, np.cross(z, x), z])


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
