"""Topics of bodies as in ROS4HRI (REP-155): each tracked person has some while it is tracked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

from pose_action_ros.settings import Settings, setting

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # in Humble
    from rclpy.qos_event import PublisherEventCallbacks

BODIES = "/humans/bodies"


@dataclass(frozen=True)
class HumansSettings(Settings):
    """Publishing under /humans."""

    ros4hri: bool = setting(
        False,
        "follow ROS4HRI (REP-155): people also under /humans/bodies, which needs hri_msgs but for "
        "joint_states and urdf, and TF frames of their limbs, named after the ids used there",
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


@dataclass(frozen=True)
class Topic:
    """A topic of each body: its name with {} for that of the body, type and QoS."""

    name: str
    kind: type
    qos: QoSProfile


@dataclass
class _Body:
    """A tracked person, and the publishers of the person's topics."""

    name: str
    stamp: float  # of the newest image with the person [s]
    publishers: dict[str, Publisher[Any]] = field(default_factory=dict)


class BodyTopics:
    """Publishers of the topics of tracked people.

    Args:
        node: publishes them.
        topics: of each person.
    """

    def __init__(self, node: Node, topics: Mapping[str, Topic]) -> None:
        self._node, self._topics = node, topics
        self._bodies: dict[int, _Body] = {}

    def update(self, ids: Iterable[int], stamp: float, memory: float) -> dict[int, str]:
        """Add new bodies; remove those out of view for `memory` [s], and all when time jumped back.

        Args:
            ids: of the people in an image.
            stamp: of the image [s].
            memory: time [s] for which a person out of view keeps the topics.

        Returns:
            The names of all bodies that have topics, by id.
        """
        for person_id, body in list(self._bodies.items()):
            if not 0 <= stamp - body.stamp <= memory:
                self._remove(person_id)
        for person_id in ids:
            body = self._bodies.get(person_id) or self._create(person_id, stamp)
            body.stamp = stamp
        return {person_id: body.name for person_id, body in self._bodies.items()}

    def publish(self, person_id: int, topic: str, message: Any | None) -> None:
        """Publish a message, if there is one, on a topic of a body that has topics."""
        if message is not None:
            self._bodies[person_id].publishers[topic].publish(message)

    def close(self) -> None:
        """Destroy all publishers."""
        for person_id in list(self._bodies):
            self._remove(person_id)

    def _create(self, person_id: int, stamp: float) -> _Body:
        name = body_name(self._node.get_namespace(), person_id, ros4hri=True)
        body = self._bodies[person_id] = _Body(name, stamp)
        # The executor would receive the default handlers of events from this thread.
        silent = PublisherEventCallbacks(use_default_callbacks=False)
        for key, topic in self._topics.items():
            body.publishers[key] = self._node.create_publisher(
                topic.kind, topic.name.format(name), topic.qos, event_callbacks=silent
            )
        return body

    def _remove(self, person_id: int) -> None:
        for publisher in self._bodies.pop(person_id).publishers.values():
            self._node.destroy_publisher(publisher)
