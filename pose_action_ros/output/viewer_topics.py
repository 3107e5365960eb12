"""Topics of a bag for viewers: annotated images, markers and TF, as the nodes publish them.

Foxglove, Lichtblick, Rerun and RViz draw them; they do not know the messages of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import cv2
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)

from pose_action_ros.drawing import markers
from pose_action_ros.drawing.markers import BODY, BONES, TEXTS, MarkerSet, MarkerTypes
from pose_action_ros.frame import Frame
from pose_action_ros.messages.definitions import new_message, typestore
from pose_action_ros.messages.human_frames import JOINTS

UPRIGHT_FRAME: Final = "pose_action_camera"
"""TF frame at the camera with x forward, y left and z up, in which viewers show people upright."""
TF, TF_STATIC = "/tf", "/tf_static"
TOPICS: Mapping[str, str] = {
    "/keypoints_node/overlay/compressed": "sensor_msgs/msg/CompressedImage",
    "/lifter_node/markers": "visualization_msgs/msg/MarkerArray",
    "/action_node/markers": "visualization_msgs/msg/MarkerArray",
    TF: "tf2_msgs/msg/TFMessage",
    TF_STATIC: "tf2_msgs/msg/TFMessage",
}
"""Topics, without namespace, and their types."""
SHARED = frozenset({TF, TF_STATIC})
"""Topics with transforms of others, too."""
_OVERLAY, _BONES, _TEXTS, *_ = TOPICS
_JPEG_QUALITY = 80
_LINKS = "|".join(joint.child for joint in JOINTS)
_OWN_FRAME = re.compile(rf"({BODY}|({_LINKS})_)(.+_)?p?\d+|(.+_)?{UPRIGHT_FRAME}")
_UNLIMITED = QosTime(2147483647, 4294967295)
_KEPT = Qos(
    QosHistory.KEEP_LAST,
    100,  # of all publishers of a robot
    QosReliability.RELIABLE,
    QosDurability.TRANSIENT_LOCAL,
    _UNLIMITED,
    _UNLIMITED,
    QosLiveliness.AUTOMATIC,
    _UNLIMITED,
    avoid_ros_namespace_conventions=False,
)
QOS: Mapping[str, tuple[Qos, ...]] = {TF_STATIC: (_KEPT,)}
"""Profiles of topics that keep their message for later subscriptions."""


def _type(name: str) -> Any:
    return partial(new_message, name)


_TYPES = MarkerTypes(
    marker=_type("visualization_msgs/msg/Marker"),
    marker_array=_type("visualization_msgs/msg/MarkerArray"),
    point=_type("geometry_msgs/msg/Point"),
    colour=_type("std_msgs/msg/ColorRGBA"),
    transform=_type("geometry_msgs/msg/TransformStamped"),
    duration=_type("builtin_interfaces/msg/Duration"),
)


class ViewerMessages:
    """Factory of the messages of successive images."""

    def __init__(self) -> None:
        self._bones, self._texts = MarkerSet(_TYPES, BONES), MarkerSet(_TYPES, TEXTS)
        self._frame = ""

    def of(self, frame: Frame, labels: Mapping[int, str], header: Any) -> Iterator[tuple[str, Any]]:
        """Topic and message.

        Args:
            frame: with the annotated image.
            labels: text by person id.
            header: of the image.
        """
        if header.frame_id != self._frame:
            self._frame = header.frame_id
            yield TF_STATIC, _tf([markers.upright_transform(_TYPES, UPRIGHT_FRAME, header)])
        assert frame.image is not None
        jpeg = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        picture = new_message(TOPICS[_OVERLAY], header=header, format="jpeg", data=jpeg.reshape(-1))
        yield _OVERLAY, picture
        bones = markers.bones(_TYPES, frame.poses, header)
        yield _BONES, self._bones.array(bones, header)
        texts = markers.texts(_TYPES, frame.poses, labels, header)
        yield _TEXTS, self._texts.array(texts, header)
        frames = [
            markers.body_transform(_TYPES, pose, str(pose.person_id), header)
            for pose in frame.poses
        ]
        if bodies := [body for body in frames if body is not None]:
            yield TF, _tf(bodies)


def _tf(transforms: list[Any]) -> Any:
    return new_message(TOPICS[TF], transforms=transforms)


def is_own_tf(topic: str, data: bytes) -> bool:
    """True for a message of TF with frames of this package alone, such as body_4."""
    if topic not in SHARED or not any(name.encode() in data for name in (BODY, UPRIGHT_FRAME)):
        return False
    message: Any = typestore().deserialize_cdr(data, TOPICS[TF])
    return all(_OWN_FRAME.fullmatch(one.child_frame_id) for one in message.transforms)
