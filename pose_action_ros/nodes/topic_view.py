"""Inspection of an image topic for `pose-action doctor`: publishers, subscriptions, images."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, qos_check_compatible
from rclpy.topic_endpoint_info import TopicEndpointInfo
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from pose_action_ros.doctor.topic import COMPRESSED, RAW, SUFFIX, Publisher, TopicView
from pose_action_ros.errors import InputError
from pose_action_ros.messages.camera_info import RECTIFIED, calibration, is_rectified
from pose_action_ros.messages.compressed import raw_encoding
from pose_action_ros.messages.images import depth_warning
from pose_action_ros.nodes.images import picture_in
from pose_action_ros.nodes.topics import KeptMessages, subscribe

PATIENCE = 5.0
"""Longest time [s] until a publisher, and then its first image, is discovered."""
SETTLE = 0.5
"""Time [s] for the discovery of further publishers after the first."""
LOOK = 2.0
"""Time [s] for which images are counted."""
KINDS = {RAW: Image, COMPRESSED: CompressedImage}


def view_topic(topic: str, seconds: float = LOOK, patience: float = PATIENCE) -> TopicView:
    """Inspect a topic.

    Args:
        topic: its name; a relative one is in the root namespace.
        seconds: for which images are counted [s].
        patience: longest time until a publisher, and then its first image, is discovered [s].
    """
    context = Context()
    rclpy.init(args=[], context=context)
    try:
        node = Node("pose_action_doctor", context=context)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        try:
            return _view(node, executor, topic, (seconds, patience))
        finally:
            executor.shutdown()
            node.destroy_node()
    finally:
        context.try_shutdown()


def _view(
    node: Node, executor: SingleThreadedExecutor, topic: str, times: tuple[float, float]
) -> TopicView:
    name = node.resolve_topic_name(topic)
    seconds, patience = times
    _spin(executor, patience, lambda: node.count_publishers(name))
    _spin(executor, SETTLE)
    kinds = {info.topic_type for info in node.get_publishers_info_by_topic(name)} & set(KINDS)
    images: list[Any] = []
    camera = _Calibrations(node, name.removesuffix(SUFFIX))
    waited, first = 0.0, 0
    if kinds:
        subscribe(node, KINDS[min(kinds, key=list(KINDS).index)], name, images.append, depth=5)
        waited = _spin(executor, patience, lambda: images)  # the two must find each other first
        first = len(images)
    if images:
        waited = _spin(executor, seconds)
        _spin(executor, SETTLE, lambda: camera.received)
    offered = node.get_publishers_info_by_topic(name)
    return TopicView(
        name,
        [_publisher(info) for info in offered],
        _clashes(offered, node.get_subscriptions_info_by_topic(name)),
        others=[other for other in _topics_with_images(node) if other != name],
        seconds=waited,
        count=len(images) - first,
        largest=max((len(image.data) for image in images), default=0),
        **(_findings(images[0], camera) if images else {}),
    )


class _Calibrations:
    """The camera_info of a topic of images, and camera_info_rect where they are rectified."""

    def __init__(self, node: Node, images: str) -> None:
        folder, _, name = images.rpartition("/")
        self.rectified = is_rectified(name)
        self.topic = f"{folder}/camera_info"
        self.received: dict[str, CameraInfo] = {}
        for topic in (self.topic, self.topic + RECTIFIED) if self.rectified else (self.topic,):
            take = partial(self.received.__setitem__, topic)
            KeptMessages(node, subscribe(node, CameraInfo, topic, take, depth=1))

    def findings(self, size: tuple[int, int]) -> dict[str, Any]:
        """Values of a TopicView about images of this size [px]."""
        if not self.received:
            return {"camera_problems": [f"no camera_info on {self.topic}"]}
        topic = max(self.received)  # the longer one is that of rectified images
        found = calibration(self.received[topic], size, rectified=self.rectified)
        camera, problems = found.intrinsics, [f"{topic} {problem}" for problem in found.problems]
        if camera is None:
            return {"camera_problems": problems}
        lens = "fisheye" if camera.fisheye else "lens" if camera.distortion else "no"
        text = f"{topic}: focal lengths {camera.fx:.0f}, {camera.fy:.0f} px, {lens} distortion"
        return {"camera": text, "camera_problems": problems}


def _findings(message: Image | CompressedImage, camera: _Calibrations) -> dict[str, Any]:
    """Values of a TopicView about an image and its camera."""
    compressed = isinstance(message, CompressedImage)
    encoding = raw_encoding(message.format) if compressed else message.encoding
    about = {"described": _described(message), "depth": depth_warning(encoding)}
    try:
        height, width = picture_in(message).shape[:2]
    except InputError as error:
        return about | {"trouble": str(error)}
    return about | camera.findings((width, height))


def _spin(
    executor: SingleThreadedExecutor, seconds: float, until: Callable[[], object] = lambda: False
) -> float:
    """Run callbacks for a time [s], or until a condition is true; return the elapsed time [s]."""
    begin = time.monotonic()
    while not until() and time.monotonic() < begin + seconds:
        executor.spin_once(timeout_sec=0.05)
    return time.monotonic() - begin


def _publisher(info: TopicEndpointInfo) -> Publisher:
    qos = info.qos_profile
    return Publisher(
        _full_name(info), info.topic_type, qos.reliability.name.lower(), qos.durability.name.lower()
    )


def _full_name(info: TopicEndpointInfo) -> str:
    return f"{info.node_namespace.rstrip('/')}/{info.node_name}"


def _clashes(
    publishers: Sequence[TopicEndpointInfo], subscriptions: Sequence[TopicEndpointInfo]
) -> list[str]:
    """One line for each subscription that a publisher cannot serve."""
    lines = []
    for publisher in publishers:
        for subscription in subscriptions:
            fits, reason = qos_check_compatible(publisher.qos_profile, subscription.qos_profile)
            if fits == QoSCompatibility.ERROR:
                names = f"{_full_name(publisher)} and {_full_name(subscription)}"
                lines.append(f"{names} do not connect: {reason.strip(' ;')}")
    return lines


def _topics_with_images(node: Node) -> list[str]:
    """All topics with images."""
    return sorted(
        name for name, kinds in node.get_topic_names_and_types() if set(kinds) & set(KINDS)
    )


def _described(message: Image | CompressedImage) -> str:
    if isinstance(message, CompressedImage):
        return f"format {message.format!r}"
    return f"{message.width}x{message.height} {message.encoding}"
