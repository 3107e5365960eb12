"""The people as ROS4HRI (REP-155) has them: under /humans/bodies, where hri_msgs is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import Header

from pose_action_ros.msg import Action
from pose_action_ros.nodes.body_names import body_name
from pose_action_ros.nodes.human_messages import HumanMessages
from pose_action_ros.nodes.outputs import Outputs
from pose_action_ros.nodes.qos import reliable
from pose_action_ros.nodes.timeline import seconds_of
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.settings import Settings, setting

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # in Humble
    from rclpy.qos_event import PublisherEventCallbacks

BODIES = "/humans/bodies"


@dataclass(frozen=True)
class HumansSettings(Settings):
    """Whether people are also published as ROS4HRI has them."""

    ros4hri: bool = setting(
        False,
        "follow ROS4HRI (REP-155): people also under /humans/bodies, which needs hri_msgs, and TF "
        "frames named after the ids used there",
    )


@dataclass
class _Body:
    """Somebody who is followed, and the publishers of their topics."""

    name: str
    person: Pose2D
    seen: float  # [s]
    publishers: dict[str, Publisher[Any]] = field(default_factory=dict)


def make_humans(node: Node) -> Humans | None:
    """What publishes people under /humans, or None, with a line in the log, without hri_msgs."""
    try:
        import hri_msgs.msg as types  # noqa: PLC0415 - absent on most machines
    except ImportError:
        node.get_logger().warning(f"ros4hri: nothing under {BODIES}: hri_msgs is not installed")
        return None
    return Humans(node, HumanMessages(types), types)


class Humans(Outputs):
    """/humans/bodies/tracked, and <id>/skeleton2d, roi, posture and gesture of everybody followed.

    Safe to use from several threads.

    Args:
        node: that has them.
        messages: makes them.
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
            people: of this image; who has no id is left out.
            size: width and height of the image [px].
            header: of the image.
            memory: for how long somebody unseen is followed [s].
        """
        seen = [person for person in people if person.person_id != UNTRACKED]
        with self._lock:
            self._follow(seen, seconds_of(header.stamp), memory)
            names = [body.name for body in self._bodies.values()]
            self._tracked.publish(self._messages.ids(names, header))
            for person in seen:
                body = self._bodies[person.person_id]
                self._send(body, "skeleton2d", self._messages.skeleton(person, size, header))
                self._send(body, "roi", self._messages.region(person, size, header))

    def tell(self, action: Action) -> None:
        """Publish what somebody does; what two do together has no equal."""
        with self._lock:
            body = self._bodies.get(action.person_ids[0]) if len(action.person_ids) == 1 else None
            if body is None:
                return
            self._send(body, "posture", self._messages.posture(action.label, action.header))
            gesture = self._messages.gesture(action.label, body.person, action.header)
            self._send(body, "gesture", gesture)

    def close(self) -> None:
        """Take all topics off the network."""
        with self._lock:
            for person_id in list(self._bodies):
                self._part(person_id)
        super().close()

    def _follow(self, seen: Sequence[Pose2D], stamp: float, memory: float) -> None:
        """Meet who is new; part from who left, and from all when time jumped back."""
        for person_id, body in list(self._bodies.items()):
            if not 0 <= stamp - body.seen <= memory:
                self._part(person_id)
        for person in seen:
            self._meet(person, stamp)

    def _meet(self, person: Pose2D, stamp: float) -> None:
        body = self._bodies.get(person.person_id)
        if body is not None:
            body.person, body.seen = person, stamp
            return
        name = body_name(self._node.get_namespace(), person.person_id, ros4hri=True)
        body = _Body(name, person, stamp)
        # The default handlers of events would be given to the executor from this thread.
        silent = PublisherEventCallbacks(use_default_callbacks=False)
        for topic, kind in self._kinds.items():
            body.publishers[topic] = self._node.create_publisher(
                kind, f"{BODIES}/{name}/{topic}", reliable(1), event_callbacks=silent
            )
        self._bodies[person.person_id] = body

    def _part(self, person_id: int) -> None:
        for publisher in self._bodies.pop(person_id).publishers.values():
            self._node.destroy_publisher(publisher)

    def _send(self, body: _Body, topic: str, message: Any | None) -> None:
        if message is not None:
            body.publishers[topic].publish(message)
