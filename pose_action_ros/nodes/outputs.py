"""What the nodes publish: results always, pictures and markers when somebody subscribes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.drawing import draw_people
from pose_action_ros.msg import Action, Keypoints, Poses
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.body_frames import body_transform, tf_publisher
from pose_action_ros.nodes.conversions import action_message, keypoints_message, poses_message
from pose_action_ros.nodes.images import Image, image_message
from pose_action_ros.nodes.qos import OVERRIDABLE, reliable
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import Skeleton

if TYPE_CHECKING:  # nodes that recognise nothing need not load it
    from pose_action_ros.recognition import ActionEstimate, Recogniser


class Outputs:
    """Publishers of one node.

    Args:
        node: that has them.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._publishers: list[Publisher[Any]] = []

    def close(self) -> None:
        """Take them off the network."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)
        self._publishers = []

    def _add(self, kind: type, topic: str, depth: int = 10) -> Publisher[Any]:
        publisher: Publisher[Any] = self._node.create_publisher(
            kind, topic, reliable(depth), qos_overriding_options=OVERRIDABLE
        )
        self._publishers.append(publisher)
        return publisher


class KeypointsOutput(Outputs):
    """keypoints and ~/overlay."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._keypoints = self._add(Keypoints, "keypoints")
        self._overlay = self._add(ImageMessage, "~/overlay", depth=1)
        self._labels: dict[int, str] = {}

    def label(self, message: Action) -> None:
        """Remember what people do, for the overlay."""
        self._labels.update(dict.fromkeys(message.person_ids, _caption(message)))

    def publish(
        self, people: Sequence[Pose2D], header: Header, image: Image, skeleton: Skeleton
    ) -> None:
        """Publish the people found in an image."""
        height, width = image.shape[:2]
        self._keypoints.publish(keypoints_message(people, header, (width, height), skeleton))
        present = {person.person_id for person in people}
        self._labels = {key: self._labels[key] for key in present & self._labels.keys()}
        if self._overlay.get_subscription_count():
            drawn = image.copy()
            draw_people(drawn, people, self._labels)
            self._overlay.publish(image_message(drawn, header))


class PosesOutput(Outputs):
    """poses, ~/markers and TF."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
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
            frames = (body_transform(person, header) for person in people)
            known = [frame for frame in frames if frame is not None]
            self._tf.publish(self._tf.msg_type(transforms=known))


class ActionOutput(Outputs):
    """action, ~/spmf and ~/markers."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._action = self._add(Action, "action")
        self._spmf = self._add(ImageMessage, "~/spmf", depth=1)
        self._markers = self._add(MarkerArray, "~/markers")
        self._texts = markers.People(markers.TEXTS)
        self._labels: dict[int, str] = {}

    def publish(
        self,
        estimates: Sequence[ActionEstimate],
        starts: Sequence[Any],
        people: Sequence[Pose3D],
        header: Header,
    ) -> list[Action]:
        """Publish what people do now, one message each.

        Args:
            estimates: of this moment.
            starts: stamp of the beginning of each estimate's window.
            people: of this moment.
            header: of the newest image used.

        Returns:
            The messages.
        """
        messages = [
            action_message(estimate, header, start)
            for estimate, start in zip(estimates, starts, strict=True)
        ]
        for message in messages:
            self._action.publish(message)
            self._labels.update(dict.fromkeys(message.person_ids, _caption(message)))
        present = {person.person_id for person in people}
        self._labels = {key: self._labels[key] for key in present & self._labels.keys()}
        if self._markers.get_subscription_count():
            shown = markers.texts(people, self._labels, header)
            self._markers.publish(self._texts.array(shown, header))
        return messages

    def publish_images(
        self, estimates: Sequence[ActionEstimate], recogniser: Recogniser, header: Header
    ) -> None:
        """Publish the images behind the estimates, side by side, when somebody looks."""
        if estimates and self._spmf.get_subscription_count():
            images = [recogniser.image(estimate.person_ids[0]) for estimate in estimates]
            known = [image for image in images if image is not None]
            self._spmf.publish(image_message(np.hstack(known), header, "rgb8"))


def _caption(message: Action) -> str:
    return f"{message.label} {message.score:.2f}"
