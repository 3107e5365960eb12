"""Kinematic models of people as in REP-155: joint states, URDF, and TF frames of their limbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import Header, String

from pose_action_ros.messages.human_description import HumanDescription
from pose_action_ros.messages.human_frames import JOINTS, HumanFrames, human_frames
from pose_action_ros.nodes.body_topics import BODIES, BodyTopics, Topic
from pose_action_ros.nodes.markers import transform
from pose_action_ros.nodes.stamps import seconds_of
from pose_action_ros.nodes.topics import reliable
from pose_action_ros.poses import UNTRACKED, Pose3D

_MEMORY = 2.0
"""Time [s] for which a person out of view keeps the topics and the measured lengths."""

_KEPT = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_TOPICS = {
    "joint_states": Topic(f"{BODIES}/{{}}/joint_states", JointState, reliable(1)),
    # By the name in REP-155, and by that of the ROS 2 packages of ROS4HRI.
    "description": Topic("/human_description_{}", String, _KEPT),
    "urdf": Topic(f"{BODIES}/{{}}/urdf", String, _KEPT),
}


class HumanModels:
    """Joint states and URDF of each tracked person: parameters of REP-155 are kept topics in ROS 2.

    Args:
        node: publishes them.
    """

    def __init__(self, node: Node) -> None:
        self._topics = BodyTopics(node, _TOPICS)
        self._descriptions: dict[int, HumanDescription] = {}

    def publish(self, people: Sequence[Pose3D], header: Header) -> list[TransformStamped]:
        """Publish the people of one image with an id, hips and neck.

        Returns:
            Transforms of the limbs of placed people, from link to link, if the header names a
            frame; the first link is body_<name>.
        """
        frames = {
            person.person_id: found
            for person in people
            if person.person_id != UNTRACKED and (found := human_frames(person)) is not None
        }
        names = self._topics.update(frames, seconds_of(header.stamp), _MEMORY)
        self._descriptions = {
            key: self._descriptions.get(key) or HumanDescription(name)
            for key, name in names.items()
        }
        for key, found in frames.items():
            self._publish(key, found, names[key], header)
        if not header.frame_id:
            return []
        placed = [it.person_id for it in people if it.placed and it.person_id in frames]
        return [one for key in placed for one in _transforms(frames[key], names[key], header)]

    def close(self) -> None:
        """Destroy all publishers."""
        self._topics.close()
        self._descriptions = {}

    def _publish(self, key: int, frames: HumanFrames, name: str, header: Header) -> None:
        state = JointState(header=header, position=list(frames.angles.values()))
        state.name = [f"{joint}_{name}" for joint in frames.angles]
        self._topics.publish(key, "joint_states", state)
        description = self._descriptions[key]
        if description.measure(frames):
            urdf = String(data=description.urdf())
            self._topics.publish(key, "description", urdf)
            self._topics.publish(key, "urdf", urdf)


def _transforms(frames: HumanFrames, name: str, header: Header) -> Iterator[TransformStamped]:
    """Each link in its parent, where the joints were found in this image."""
    parents = {joint.child: joint.parent for joint in JOINTS}
    for link, frame in frames.relative().items():
        parent = Header(stamp=header.stamp, frame_id=f"{parents[link]}_{name}")
        yield transform(f"{link}_{name}", frame.origin, frame.rotation, parent)
