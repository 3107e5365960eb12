"""Messages of hri_msgs, which ROS4HRI (REP-155) describes a body with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from std_msgs.msg import Header

from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_18

_MARGIN = 0.1  # of the longer side: heads and hands go beyond the joints

POSTURES: Mapping[str, str] = {
    "standing": "STANDING",
    "sitting": "SITTING",
    "squatting": "CROUCHING",
    "crouching": "CROUCHING",
    "lying": "LAYING",
    "laying": "LAYING",
}
"""BodyPosture's constants by label; other labels say nothing of the posture."""

GESTURES: Mapping[str, str] = {
    "crossing_arms": "ARMS_CROSSED",
    "waving": "WAVING",
    "waving_left": "WAVING",
    "waving_right": "WAVING",
    "waving_both": "WAVING",
}
"""Gesture's constants by label; a raised hand's side is taken from the joints."""

RAISING = "raising_hand"


class HumanMessages:
    """Makes the messages.

    Args:
        types: the module hri_msgs.msg, or one with classes of the same names and fields.
    """

    def __init__(self, types: Any) -> None:
        self._types = types
        # By name: from 14 on, left and right are the other way round than in COCO-18.
        self._codes = [getattr(types.Skeleton2D, joint.upper()) for joint in COCO_18.joints]

    def ids(self, names: Sequence[str], header: Header) -> Any:
        """The IdsList of the bodies followed now."""
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
        """The NormalizedRegionOfInterest2D of a person, what of it is in the image; None if none.

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
        """The BodyPosture of who does this; None where the label says nothing of it."""
        if label not in POSTURES:
            return None
        code = getattr(self._types.BodyPosture, POSTURES[label])
        return self._types.BodyPosture(header=header, posture=code)

    def gesture(self, label: str, person: Pose2D, header: Header) -> Any:
        """The Gesture of a person who does this; OTHER when it is none of them."""
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
    """(N, 2) [px] as parts of the image from its left and top edge, half a pixel before 0."""
    normalised: npt.NDArray[np.float64] = (points + 0.5) / size
    return normalised
