"""Images in other encodings and sizes, and invalid messages of all topics."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from pose_action_ros.msg import Action, Keypoint, Keypoints, PersonKeypoints, Poses
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.messages.compressed import bgr_from_compressed
from pose_action_ros.nodes.conversions import keypoints_message, poses_message
from pose_action_ros.nodes.images import compressed_message, image_from, image_message
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

Image = npt.NDArray[np.uint8]

SIZES = ((320, 240), (480, 360), (800, 600), (1280, 960))
"""Image sizes with the proportions of the clips [px]."""


def _nv12(image: Image) -> Image:
    height, width = image.shape[:2]
    planes = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)  # (3 H / 2, W): grey, then u, then v
    colours = planes[height:].reshape(2, height * width // 4)
    return np.concatenate([planes[:height], colours.T.reshape(height // 2, width)]).astype(np.uint8)


def _bayer(image: Image) -> Image:
    """Create a mosaic of red, green; green, blue."""
    mosaic = image[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = image[::2, ::2, 2], image[1::2, 1::2, 0]
    return mosaic


def _grey(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8)


ENCODED: Mapping[str, Callable[[Image], npt.NDArray[Any]]] = {
    "bgr8": lambda image: image,
    "rgb8": lambda image: image[..., ::-1],
    "bgra8": lambda image: cv2.cvtColor(image, cv2.COLOR_BGR2BGRA),
    "mono8": _grey,
    "mono16": lambda image: _grey(image).astype("<u2") * 257,
    "rgb16": lambda image: image[..., ::-1].astype("<u2") * 257,
    "nv12": _nv12,
    "bayer_rggb8": _bayer,
}
"""By encoding: conversion of a BGR image (H, W, 3) to rows."""


def encode(message: ImageMessage, encoding: str) -> ImageMessage:
    """Convert a message to another encoding."""
    rows = np.ascontiguousarray(ENCODED[encoding](image_from(message)))
    step = rows[0].nbytes
    data = array("B")
    data.frombytes(rows.tobytes())
    return ImageMessage(
        header=message.header,
        height=message.height,
        width=message.width,
        encoding=encoding,
        step=step,
        data=data,
    )


def resize(message: Any, size: tuple[int, int]) -> Any:
    """Resize an Image or CompressedImage message to (width, height) [px]."""
    if not isinstance(message, ImageMessage):
        return compressed_message(_scaled(bgr_from_compressed(message), size), message.header)
    return image_message(_scaled(image_from(message), size), message.header)


def _scaled(image: Image, size: tuple[int, int]) -> Image:
    return cv2.resize(image, size).astype(np.uint8)


def _with(**changes: Any) -> Callable[[ImageMessage], ImageMessage]:
    def change(message: ImageMessage) -> ImageMessage:
        for name, value in changes.items():
            setattr(message, name, value)
        return message

    return change


def _cut(message: Any) -> Any:
    message.data = message.data[: len(message.data) // 3]
    return message


def _noise(message: Any) -> Any:
    """Keep the first bytes, and replace the others by random ones."""
    rest = np.random.default_rng(message.header.stamp.nanosec).bytes(20_000)
    message.data = array("B", bytes(message.data[:2]) + rest)
    return message


WRONG_IMAGES: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "wrong step": (_with(step=7), "got a step of 7 bytes"),
    "data too short": (_cut, r"got \d+ bytes for"),
    "unknown encoding": (_with(encoding="infrared9"), "unknown image encoding 'infrared9'"),
    "no pixels": (_with(width=0, height=0), "expected at least one pixel"),
    "huge size": (_with(width=2**31, step=2**32 - 1), r"got \d+ bytes for"),
    "empty": (_with(data=array("B")), "got 0 bytes for"),
}
"""By name: function that changes an Image, and pattern of the reported error."""

WRONG_COMPRESSED: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "cut off": (_cut, "got a truncated JPEG"),
    "noise": (_noise, "truncated|cannot decode"),
    "not an image": (_with(data=array("B", b"hello")), "cannot decode 5 bytes"),
    "empty": (_with(data=array("B")), "without data"),
}
"""The same for a CompressedImage."""


_NAN, _INF, _HUGE = float("nan"), float("inf"), 3e38


def _keypoints(count: int = 25, skeleton: str = "body_25", **first: float) -> Keypoints:
    """Message of one person with `count` joints; the first with other values."""
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
    """Finite coordinates far outside any image, with the ids of real people."""
    message = _keypoints()
    message.people = [
        PersonKeypoints(
            id=number, score=1.0, keypoints=[Keypoint(x=_HUGE, y=-_HUGE, score=1.0)] * 25
        )
        for number in range(20)
    ]
    return message


def _poses(count: int = 17, skeleton: str = "human36m_17", x: float | None = None) -> Poses:
    """Message of one person with `count` joints; the first with other values."""
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


def _unknown_person() -> Action:
    return Action(header=Header(), label="\u2603" * 300, score=_NAN, person_ids=[-5] * 40)


def _contradictory() -> Action:
    return Action(label="", labels=["a", "b"], scores=[_INF], person_ids=[])


Build = Callable[[], Any]

WRONG_MESSAGES: Mapping[str, Mapping[str, tuple[Build, str]]] = {
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
        "of an unknown person": (_unknown_person, ""),
        "contradictory": (_contradictory, ""),
    },
}
"""By topic and name: function that builds a message, and pattern of the reported error.

A message with an empty pattern is not an error."""


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


def _other_size(message: Any) -> Any:
    message.width, message.height = 1000, 300
    return message


WRONG_INFO: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "NaN": (_matrix(*[_NAN] * 9), "camera_info is not used"),
    "negative focal length": (
        _matrix(-500, 0, 320, 0, -500, 240, 0, 0, 1),
        "camera_info is not used",
    ),
    "zeros": (_matrix(*[0.0] * 9), "camera_info is not used: K is zero"),
    "lens of 3 numbers": (_lens(0.1, 0.1, 0.1), "has a lens that is not used"),
    "impossible lens": (_lens(1500, -300, 0, 0, 800), "has a lens that is not used"),
    "wrong size": (_other_size, "has a size of 1000x300 px that is not used"),
}
"""By name: function that changes a camera_info, and pattern of the reported error."""
