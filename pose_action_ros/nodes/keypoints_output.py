"""What keypoints_node publishes: people in the image; the picture when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.node import Node
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.drawing import draw_people
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.msg import Action, Keypoints
from pose_action_ros.nodes.conversions import keypoints_message
from pose_action_ros.nodes.humans import make_humans
from pose_action_ros.nodes.images import Image, image_message
from pose_action_ros.nodes.outputs import Outputs
from pose_action_ros.nodes.timeline import seconds_of
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton


class KeypointsOutput(Outputs):
    """keypoints and ~/overlay; people under /humans, too.

    Args:
        node: that has them.
        ros4hri: publish under /humans, if hri_msgs is installed.
        memory: for how long somebody unseen keeps the id [s].
    """

    def __init__(self, node: Node, *, ros4hri: bool, memory: float) -> None:
        super().__init__(node)
        self.memory = memory
        self._humans = make_humans(node) if ros4hri else None
        self._keypoints = self._add(Keypoints, "keypoints")
        self._overlay = self._add(ImageMessage, "~/overlay", depth=1)
        self._captions = Captions()

    def close(self) -> None:
        """Take all topics off the network."""
        if self._humans is not None:
            self._humans.close()
        super().close()

    def label(self, message: Action) -> None:
        """Remember what people do, for the overlay, and tell it under /humans."""
        self._captions.add([message], seconds_of(message.header.stamp))
        if self._humans is not None:
            self._humans.tell(message)

    def publish(
        self, people: Sequence[Pose2D], header: Header, image: Image, skeleton: Skeleton
    ) -> None:
        """Publish the people found in an image."""
        height, width = image.shape[:2]
        self._keypoints.publish(keypoints_message(people, header, (width, height), skeleton))
        if self._humans is not None:
            self._humans.publish(people, (width, height), header, self.memory)
        captions = self._captions.at(seconds_of(header.stamp))
        if self._overlay.get_subscription_count():
            drawn = image.copy()
            draw_people(drawn, people, captions)
            self._overlay.publish(image_message(drawn, header))
