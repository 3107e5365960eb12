"""People as ROS4HRI (REP-155) describes them: under /humans/bodies, where hri_msgs is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import Header

from pose_action_ros.msg import Action
from pose_action_ros.nodes.stamps import seconds_of
from pose_action_ros.nodes.topics import Publishers, reliable
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.settings import Settings, setting
from pose_action_ros.skeletons import COCO_18

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # in Humble
    from rclpy.qos_event import PublisherEventCallbacks

BODIES = "/humans/bodies"
_MARGIN = 0.1  # of the longer side: heads and hands extend beyond the joints

POSTURES: Mapping[str, str] = {
    "standing": "STANDING",
    "sitting": "SITTING",
    "squatting": "CROUCHING",
    "crouching": "CROUCHING",
    "lying": "LAYING",
    "laying": "LAYING",
}
"""Constants of BodyPosture by label; the posture is unknown for other labels."""

GESTURES: Mapping[str, str] = {
    "crossing_arms": "ARMS_CROSSED",
    "waving": "WAVING",
    "waving_left": "WAVING",
    "waving_right": "WAVING",
    "waving_both": "WAVING",
}
"""Constants of Gesture by label; the side of a raised hand is taken from the joints."""

RAISING = "raising_hand"


@dataclass(frozen=True)
class HumansSettings(Settings):
    """Publishing under /humans."""

    ros4hri: bool = setting(
        False,
        "follow ROS4HRI (REP-155): people also under /humans/bodies, which needs hri_msgs, and TF "
        "frames named after the ids used there",
    )


def body_name(namespace: str, person_id: int, *, ros4hri: bool) -> str:
    """The name of a body in TF and under /humans, unique among all cameras of a robot.

    Args:
        namespace: of the node: person 4 of one in /robot/eye is robot_eye_4, in / just 4.
        person_id: of the person in that node's messages.
        ros4hri: True if the name is part of a topic's, which must not begin with a digit: p4.
    """
    parts = [part for part in namespace.split("/") if part]
    return "_".join([*parts, f"p{person_id}" if ros4hri else str(person_id)])


class HumanMessages:
    """Factory of the messages of hri_msgs.

    Args:
        types: the module hri_msgs.msg, or one with classes of the same names and fields.
    """

    def __init__(self, types: Any) -> None:
        self._types = types
        # By name: from 14 on, left and right are the other way round than in COCO-18.
        self._codes = [getattr(types.Skeleton2D, joint.upper()) for joint in COCO_18.joints]

    def ids(self, names: Sequence[str], header: Header) -> Any:
        """The IdsList of the tracked bodies."""
        return self._types.IdsList(header=header, ids=list(names))

    def skeleton(self, person: Pose2D, size: tuple[int, int], header: Header) -> Any:
        """The Skeleton2D of a person in an image of `size` (width, height) [px].

        Coordinates must be from 0 to 1 (Skeleton2D.msg), so a joint that is missing or outside
        the image is at 0, 0 with confidence 0.
        """
        pose = person.to(COCO_18)
        places = _normalised(pose.points, size)
        inside = pose.present & ((places >= 0) & (places <= 1)).all(axis=1)
        rows = np.where(inside[:, None], np.column_stack([places, pose.scores]), 0.0)
        message = self._types.Skeleton2D(header=header)
        points = [self._types.NormalizedPointOfInterest2D() for _ in COCO_18.joints]
        for code, (x, y, score) in zip(self._codes, rows.tolist(), strict=True):
            points[code].x, points[code].y, points[code].c = x, y, score
        message.skeleton = points
        return message

    def region(self, person: Pose2D, size: tuple[int, int], header: Header) -> Any | None:
        """The NormalizedRegionOfInterest2D of a person, clipped to the image; None if outside.

        A box around the joints, wider by a tenth of its longer side.
        """
        box = person.box()
        if box is None:
            return None
        near, far = box[:2], box[2:]
        margin = _MARGIN * (far - near).max()
        corners = _normalised(np.stack([near - margin, far + margin]), size).clip(0.0, 1.0)
        (left, top), (right, bottom) = corners.tolist()
        if left >= right or top >= bottom:
            return None
        message = self._types.NormalizedRegionOfInterest2D(header=header)
        message.xmin, message.ymin, message.xmax, message.ymax = left, top, right, bottom
        message.c = float(min(max(person.score, 0.0), 1.0))
        return message

    def posture(self, label: str, header: Header) -> Any | None:
        """The BodyPosture for an action; None for labels without a posture."""
        if label not in POSTURES:
            return None
        code = getattr(self._types.BodyPosture, POSTURES[label])
        return self._types.BodyPosture(header=header, posture=code)

    def gesture(self, label: str, person: Pose2D, header: Header) -> Any:
        """The Gesture for an action of a person; OTHER for labels without a gesture."""
        name = raised_hands(person) if label == RAISING else GESTURES.get(label, "OTHER")
        return self._types.Gesture(header=header, gesture=getattr(self._types.Gesture, name))


def raised_hands(person: Pose2D) -> str:
    """Gesture's constant for the wrists that are above their shoulders in the image."""
    left, right = _raised(person, "left"), _raised(person, "right")
    if left and right:
        return "BOTH_HANDS_RAISED"
    if left:
        return "LEFT_HAND_RAISED"
    return "RIGHT_HAND_RAISED" if right else "OTHER"


def _raised(person: Pose2D, side: str) -> bool:
    skeleton, height = person.skeleton, person.points[:, 1]  # y points down
    wrist, shoulder = skeleton.index(f"{side}_wrist"), skeleton.index(f"{side}_shoulder")
    return bool(height[wrist] < height[shoulder])  # False when one is NaN


def _normalised(points: npt.NDArray[np.float64], size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """(N, 2) [px] as fractions of the image; its left and top edge are half a pixel before 0."""
    normalised: npt.NDArray[np.float64] = (points + 0.5) / size
    return normalised


@dataclass
class _Body:
    """A tracked person, and the publishers of the person's topics."""

    name: str
    person: Pose2D
    stamp: float  # of the newest image with the person [s]
    publishers: dict[str, Publisher[Any]] = field(default_factory=dict)


def make_humans(node: Node) -> Humans | None:
    """Create the publishers under /humans; without hri_msgs log a warning and return None."""
    try:
        import hri_msgs.msg as types  # noqa: PLC0415 - absent on most machines
    except ImportError:
        node.get_logger().warning(f"ros4hri: nothing under {BODIES}: hri_msgs is not installed")
        return None
    return Humans(node, HumanMessages(types), types)


class Humans(Publishers):
    """/humans/bodies/tracked, and <id>/skeleton2d, roi, posture and gesture of each tracked person.

    Safe to use from several threads.

    Args:
        node: publishes them.
        messages: factory of the messages.
        types: the module hri_msgs.msg.
    """

    def __init__(self, node: Node, messages: HumanMessages, types: Any) -> None:
        super().__init__(node)
        self._lock = RLock()
        self._messages = messages
        self._kinds = {
            "skeleton2d": types.Skeleton2D,
            "roi": types.NormalizedRegionOfInterest2D,
            "posture": types.BodyPosture,
            "gesture": types.Gesture,
        }
        self._tracked = self._add(types.IdsList, f"{BODIES}/tracked")
        self._bodies: dict[int, _Body] = {}

    def publish(
        self, people: Sequence[Pose2D], size: tuple[int, int], header: Header, memory: float
    ) -> None:
        """Publish the people of one image.

        Args:
            people: of this image; those without an id are left out.
            size: width and height of the image [px].
            header: of the image.
            memory: time [s] for which a person out of view keeps the topics.
        """
        tracked = [person for person in people if person.person_id != UNTRACKED]
        with self._lock:
            self._update(tracked, seconds_of(header.stamp), memory)
            names = [body.name for body in self._bodies.values()]
            self._tracked.publish(self._messages.ids(names, header))
            for person in tracked:
                body = self._bodies[person.person_id]
                self._send(body, "skeleton2d", self._messages.skeleton(person, size, header))
                self._send(body, "roi", self._messages.region(person, size, header))

    def publish_action(self, action: Action) -> None:
        """Publish the action of one person; ROS4HRI has no message for interactions."""
        with self._lock:
            body = self._bodies.get(action.person_ids[0]) if len(action.person_ids) == 1 else None
            if body is None:
                return
            self._send(body, "posture", self._messages.posture(action.label, action.header))
            gesture = self._messages.gesture(action.label, body.person, action.header)
            self._send(body, "gesture", gesture)

    def close(self) -> None:
        """Destroy all publishers."""
        with self._lock:
            for person_id in list(self._bodies):
                self._remove(person_id)
        super().close()

    def _update(self, people: Sequence[Pose2D], stamp: float, memory: float) -> None:
        """Add new bodies; remove those out of view, and all when time jumped back."""
        for person_id, body in list(self._bodies.items()):
            if not 0 <= stamp - body.stamp <= memory:
                self._remove(person_id)
        for person in people:
            body = self._bodies.get(person.person_id) or self._create(person, stamp)
            body.person, body.stamp = person, stamp

    def _create(self, person: Pose2D, stamp: float) -> _Body:
        name = body_name(self._node.get_namespace(), person.person_id, ros4hri=True)
        body = self._bodies[person.person_id] = _Body(name, person, stamp)
        # The executor would receive the default handlers of events from this thread.
        silent = PublisherEventCallbacks(use_default_callbacks=False)
        for topic, kind in self._kinds.items():
            body.publishers[topic] = self._node.create_publisher(
                kind, f"{BODIES}/{name}/{topic}", reliable(1), event_callbacks=silent
            )
        return body

    def _remove(self, person_id: int) -> None:
        for publisher in self._bodies.pop(person_id).publishers.values():
            self._node.destroy_publisher(publisher)

    def _send(self, body: _Body, topic: str, message: Any | None) -> None:
        if message is not None:
            body.publishers[topic].publish(message)
