"""What action_node publishes: actions; labels and motion images when somebody subscribes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.drawing.captions import Captions
from pose_action_ros.msg import Action
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.conversions import action_message
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.outputs import Outputs
from pose_action_ros.nodes.timeline import seconds_of
from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser


class ActionOutput(Outputs):
    """action, ~/spmf and ~/markers."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._action = self._add(Action, "action")
        self._spmf = self._add(ImageMessage, "~/spmf", depth=1)
        self._markers = self._add(MarkerArray, "~/markers")
        self._texts = markers.People(markers.TEXTS)
        self._captions = Captions()

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
        stamp = seconds_of(header.stamp)
        self._captions.add(messages, stamp)
        captions = self._captions.at(stamp)
        if self._markers.get_subscription_count():
            shown = markers.texts(people, captions, header)
            self._markers.publish(self._texts.array(shown, header))
        return messages

    def publish_images(
        self, estimates: Sequence[ActionEstimate], recogniser: Recogniser, header: Header
    ) -> None:
        """Publish the images behind a recogniser's estimates, side by side, when somebody looks."""
        if not self._spmf.get_subscription_count():
            return
        images = [recogniser.image(estimate.person_ids) for estimate in estimates]
        known = [image for image in images if image is not None]
        if known:  # none of a recogniser that has just replaced the one of the estimates
            self._spmf.publish(image_message(np.hstack(known), header, "rgb8"))
