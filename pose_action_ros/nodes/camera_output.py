"""What a camera publishes, and what only a simulated one knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.camera import Intrinsics
from pose_action_ros.msg import Action, Keypoints, Poses
from pose_action_ros.nodes.camera_info import camera_info_message
from pose_action_ros.nodes.conversions import keypoints_message, poses_message
from pose_action_ros.nodes.images import Image, compressed_message, image_message
from pose_action_ros.nodes.outputs import Outputs
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

if TYPE_CHECKING:
    from pose_action_ros.simulation import SimulatedPerson


class CameraOutput(Outputs):
    """image, image/compressed and camera_info.

    Args:
        node: that has them.
        quality: of the compressed images, 1 to 100.
    """

    def __init__(self, node: Node, quality: int) -> None:
        super().__init__(node)
        self._quality = quality
        self._image = self._add(ImageMessage, "image", depth=2)
        topic = f"{node.resolve_topic_name('image')}/compressed"
        self._compressed = self._add(CompressedImage, topic, depth=2)
        self._info = self._add(CameraInfo, "camera_info")

    @property
    def wanted(self) -> bool:
        """Whether somebody subscribes to images."""
        counts = (self._image, self._compressed)
        return any(publisher.get_subscription_count() for publisher in counts)

    def publish(self, image: Image, camera: Intrinsics | None, header: Header) -> None:
        """Publish an image (H, W, 3) BGR in the forms that somebody subscribes to."""
        if camera is not None:
            self._info.publish(camera_info_message(camera, header))
        if self._image.get_subscription_count():
            self._image.publish(image_message(image, header))
        if self._compressed.get_subscription_count():
            self._compressed.publish(compressed_message(image, header, self._quality))


class TruthOutput(Outputs):
    """~/truth/keypoints, ~/truth/poses and ~/truth/action: what is really there."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._keypoints = self._add(Keypoints, "~/truth/keypoints")
        self._poses = self._add(Poses, "~/truth/poses")
        self._action = self._add(Action, "~/truth/action")

    def publish(
        self, people: Sequence[SimulatedPerson], size: tuple[int, int], header: Header
    ) -> None:
        """Publish the people of one image of `size` (width, height) [px]."""
        keypoints = [person.keypoints for person in people]
        self._keypoints.publish(keypoints_message(keypoints, header, size, BODY_25))
        poses = [person.pose for person in people]
        self._poses.publish(poses_message(poses, header, HUMAN36M_17))
        for person in people:
            message = Action(header=header, label=person.action, score=1.0)
            message.person_ids, message.labels = [person.person_id], [person.action]
            message.scores, message.window_start = [1.0], header.stamp
            self._action.publish(message)
