"""People as ROS4HRI (REP-155) describes them: under /humans/bodies, where hri_msgs is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from std_msgs.msg import Header

from pose_action_ros.msg import Action
from pose_action_ros.nodes.body_topics import BODIES, BodyTopics, Topic
from pose_action_ros.nodes.stamps import seconds_of
from pose_action_ros.nodes.topics import Publishers, reliable
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import COCO_18

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
        kinds = {
            "skeleton2d": types.Skeleton2D,
            "roi": types.NormalizedRegionOfInterest2D,
            "posture": types.BodyPosture,
            "gesture": types.Gesture,
        }
        self._tracked = self._add(types.IdsList, f"{BODIES}/tracked")
        self._bodies = BodyTopics(
            node,
            {
                name: Topic(f"{BODIES}/{{}}/{name}", kind, reliable(1))
                for name, kind in kinds.items()
            },
        )
        self._people: dict[int, Pose2D] = {}

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
        tracked = {person.person_id: person for person in people}
        tracked.pop(UNTRACKED, None)
        with self._lock:
            names = self._bodies.update(tracked, seconds_of(header.stamp), memory)
            self._people = {key: self._people.get(key) or tracked[key] for key in names} | tracked
            self._tracked.publish(self._messages.ids(list(names.values()), header))
            for key, person in tracked.items():
                self._bodies.publish(
                    key, "skeleton2d", self._messages.skeleton(person, size, header)
                )
                self._bodies.publish(key, "roi", self._messages.region(person, size, header))

    def publish_action(self, action: Action) -> None:
        """Publish the action of one person; ROS4HRI has no message for interactions."""
        with self._lock:
            key = action.person_ids[0] if len(action.person_ids) == 1 else UNTRACKED
            if key not in self._people:
                return
            posture = self._messages.posture(action.label, action.header)
            gesture = self._messages.gesture(action.label, self._people[key], action.header)
            self._bodies.publish(key, "posture", posture)
            self._bodies.publish(key, "gesture", gesture)

    def close(self) -> None:
        """Destroy all publishers."""
        with self._lock:
            self._people = {}
            self._bodies.close()
        super().close()
