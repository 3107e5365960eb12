"""Messages on the topics between the nodes that no node of ours would send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pose_action_ros.msg import Action, Keypoint, Keypoints, PersonKeypoints, Poses
from std_msgs.msg import Header

from pose_action_ros.nodes.conversions import keypoints_message, poses_message
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

_NAN, _INF, _HUGE = float("nan"), float("inf"), 3e38


def _keypoints(count: int = 25, skeleton: str = "body_25", **first: float) -> Keypoints:
    """Somebody with so many joints; the first is as given."""
    points = np.random.default_rng(0).uniform(0, 400, (25, 2))
    pose = Pose2D(BODY_25, points, np.full(25, 0.9), 1000)
    message = keypoints_message([pose], Header(frame_id="elsewhere"), (640, 480), BODY_25)
    person = message.people[0]
    message.skeleton, person.keypoints = skeleton, person.keypoints[:count]
    for name, value in first.items():
        setattr(person.keypoints[0], name, value)
    return message


def _twice() -> Keypoints:
    message = _keypoints()
    message.people = [message.people[0]] * 2
    return message


def _huge_keypoints() -> Keypoints:
    """Finite, and far outside of every image; of the ids of real people."""
    message = _keypoints()
    message.people = [
        PersonKeypoints(
            id=number, score=1.0, keypoints=[Keypoint(x=_HUGE, y=-_HUGE, score=1.0)] * 25
        )
        for number in range(20)
    ]
    return message


def _poses(count: int = 17, skeleton: str = "human36m_17", x: float | None = None) -> Poses:
    """Somebody with so many joints; the first is as given."""
    points = np.random.default_rng(0).uniform((-1, -1, 3), (1, 1, 5), (17, 3))
    pose = Pose3D(HUMAN36M_17, points, np.full(17, 0.9), 1000, placed=True)
    message = poses_message([pose], Header(frame_id="elsewhere"), HUMAN36M_17)
    message.skeleton = skeleton
    person = message.people[0]
    person.joints = person.joints[:count]
    if x is not None:
        person.joints[0].x = x
    return message


def _odd_placement() -> Poses:
    message = _poses()
    message.people[0].placement = 9
    return message


def _flat() -> Poses:
    message = _poses()
    for joint in message.people[0].joints:
        joint.x = joint.y = joint.z = 0.0
    return message


def _nobody_known() -> Action:
    return Action(header=Header(), label="\u2603" * 300, score=_NAN, person_ids=[-5] * 40)


def _contradictory() -> Action:
    return Action(label="", labels=["a", "b"], scores=[_INF], person_ids=[])


Build = Callable[[], Any]

WRONG: Mapping[str, Mapping[str, tuple[Build, str]]] = {
    "keypoints": {
        "unknown skeleton": (lambda: _keypoints(skeleton="octopus_8"), "octopus_8"),
        "too few joints": (lambda: _keypoints(count=18), "got 18 joints"),
        "NaN with a score": (lambda: _keypoints(x=_NAN), "NaN with a score above 0"),
        "infinite": (lambda: _keypoints(y=_INF), "infinite coordinates"),
        "score is NaN": (lambda: _keypoints(score=_NAN), "scores that are no"),
        "an id twice": (_twice, "expected each once"),
        "no size": (lambda: Keypoints(skeleton="body_25"), "0x0 px"),
        "huge numbers": (_huge_keypoints, ""),
    },
    "poses": {
        "unknown skeleton": (lambda: _poses(skeleton=""), "skeleton"),
        "too few joints": (lambda: _poses(count=3), "got 3 joints"),
        "infinite": (lambda: _poses(x=-_INF), "infinite coordinates"),
        "NaN with a score": (lambda: _poses(x=_NAN), "NaN with a score above 0"),
        "odd placement": (_odd_placement, "placement 9"),
        "all at one place": (_flat, "all joints at one place"),
        "huge numbers": (lambda: _poses(x=1e308), ""),
    },
    "action": {
        "of nobody": (_nobody_known, ""),
        "contradictory": (_contradictory, ""),
    },
}
"""By topic and name: what builds one, and words of what the node says of it (a pattern).

What has no words is no error, and must do no harm."""


def _matrix(*numbers: float) -> Callable[[Any], Any]:
    def change(message: Any) -> Any:
        message.k = np.array(numbers)
        return message

    return change


def _lens(*numbers: float) -> Callable[[Any], Any]:
    def change(message: Any) -> Any:
        message.d = list(numbers)
        return message

    return change


def _other_picture(message: Any) -> Any:
    message.width, message.height = 1000, 300
    return message


WRONG_INFO: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "NaN": (_matrix(*[_NAN] * 9), "camera_info is not used"),
    "negative focal length": (
        _matrix(-500, 0, 320, 0, -500, 240, 0, 0, 1),
        "camera_info is not used",
    ),
    "lens of 3 numbers": (_lens(0.1, 0.1, 0.1), "camera_info is not used"),
    "of another picture": (_other_picture, "camera_info is not used"),
}
"""What is wrong with a camera_info, and words of what the node says of it (a pattern)."""
