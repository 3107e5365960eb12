"""What lifter_node publishes: people in 3D; markers and TF when somebody subscribes."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.node import Node
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.msg import Poses
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.body_frames import body_transform, tf_publisher
from pose_action_ros.nodes.body_names import body_name
from pose_action_ros.nodes.conversions import poses_message
from pose_action_ros.nodes.outputs import Outputs
from pose_action_ros.poses import Pose3D
from pose_action_ros.skeletons import Skeleton


class PosesOutput(Outputs):
    """poses, ~/markers and TF.

    Args:
        node: that has them.
        ros4hri: name frames as topics under /humans/bodies, see humans.py.
    """

    def __init__(self, node: Node, *, ros4hri: bool) -> None:
        super().__init__(node)
        self._ros4hri = ros4hri
        self._poses = self._add(Poses, "poses")
        self._markers = self._add(MarkerArray, "~/markers")
        self._bones = markers.People(markers.BONES)
        self._tf = tf_publisher(node)
        if self._tf is not None:
            self._publishers.append(self._tf)

    def publish(self, people: Sequence[Pose3D], header: Header, skeleton: Skeleton) -> None:
        """Publish the people of one image in 3D."""
        self._poses.publish(poses_message(people, header, skeleton))
        if self._markers.get_subscription_count():
            self._markers.publish(self._bones.array(markers.bones(people, header), header))
        if self._tf is not None and self._tf.get_subscription_count():
            frames = (
                body_transform(person, self._body(person.person_id), header) for person in people
            )
            known = [frame for frame in frames if frame is not None]
            self._tf.publish(self._tf.msg_type(transforms=known))

    def _body(self, person_id: int) -> str:
        return body_name(self._node.get_namespace(), person_id, ros4hri=self._ros4hri)
