"""Node that recognises the action of each person: poses -> action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.drawing.captions import Captions
from pose_action_ros.drawing.markers import TEXTS
from pose_action_ros.msg import Action, Poses
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.conversions import action_message, people_from_poses
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.nodes.stamps import Timeline, seconds_of
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser, RecogniserSettings
from pose_action_ros.recognition.spmf_jet import coloured

WAITING = 30
"""Capacity of the queue of Poses messages, for a second while a model is loaded."""


@dataclass(frozen=True)
class ActionNodeSettings(RecogniserSettings, NodeSettings):
    """Parameters of action_node."""


class ActionStage(Stage):
    """Recogniser; action, ~/spmf with the motion images, ~/markers with labels over the heads.

    Attributes:
        recogniser: another object after a change of the action model.
    """

    def __init__(self, node: Node, recogniser: Recogniser) -> None:
        super().__init__(node)
        self.recogniser = recogniser
        self._action = self._add(Action, "action")
        self._spmf = self._add(ImageMessage, "~/spmf", depth=1)
        self._markers = self._add(MarkerArray, "~/markers")
        self._texts = markers.MarkerSet(TEXTS)
        self._captions = Captions()

    def close(self) -> None:
        """Destroy the publishers and release the model."""
        super().close()
        del self.recogniser

    def apply(self, settings: RecogniserSettings) -> None:
        """Use the live settings; the windows are kept unless the action model changes."""
        self.recogniser = self.recogniser.with_settings(settings)

    def facts(self) -> dict[str, str]:
        """Model, engine and number of labels."""
        one = self.recogniser
        model = one.settings.action_model
        return {"model": model, "engine": one.engine, "labels": str(len(one.labels))}

    def publish(
        self,
        estimates: Sequence[ActionEstimate],
        people: Sequence[Pose3D],
        header: Header,
        timeline: Timeline,
    ) -> list[Action]:
        """Publish the new estimates, one message each.

        Args:
            estimates: new with this image.
            people: in this image.
            header: of the image.
            timeline: of the estimates' times.

        Returns:
            The messages.
        """
        messages = [
            action_message(estimate, header, timeline.stamp(estimate.window_start))
            for estimate in estimates
        ]
        for message in messages:
            self._action.publish(message)
        if self._markers.get_subscription_count():
            stamp = seconds_of(header.stamp)
            self._captions.add(messages, stamp)
            texts = markers.texts(people, self._captions.at(stamp), header)
            self._markers.publish(self._texts.array(texts, header))
        if self._spmf.get_subscription_count():
            self._publish_images(estimates, header)
        return messages

    def _publish_images(self, estimates: Sequence[ActionEstimate], header: Header) -> None:
        """Publish the motion images of the estimates in colours, side by side."""
        images = [self.recogniser.image(estimate.person_ids) for estimate in estimates]
        found = [coloured(image) for image in images if image is not None]
        if found:  # none if the recogniser was replaced after the estimates
            self._spmf.publish(image_message(np.hstack(found), header, "rgb8"))


class ActionNode(StageNode[ActionNodeSettings, Poses]):
    """The node."""

    action: ActionStage

    def __init__(self, **arguments: Any) -> None:
        super().__init__("action_node", ActionNodeSettings, "poses", waiting=WAITING, **arguments)

    def make_stages(self) -> tuple[Stage, ...]:
        """Load the classifier."""
        self.action = ActionStage(self, Recogniser(self.settings))
        return (self.action,)

    def facts(self) -> dict[str, str]:
        """Model, engine and number of labels."""
        return self.action.facts()

    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to poses."""
        lost = self.health.lost
        return [subscribe(self, Poses, "poses", self.take, depth=WAITING, lost=lost)]

    def restart(self) -> None:
        """Drop the windows."""
        self.action.recogniser.reset()

    def process(self, message: Poses, stamp: float) -> float:
        """Process the people of one image."""
        received = people_from_poses(message)
        people = [person for person in received if person.person_id != UNTRACKED]
        begin = perf_counter()
        estimates = self.action.recogniser.update(people, stamp)
        inference = perf_counter() - begin
        self.action.publish(estimates, people, message.header, self.timeline)
        self.health.facts["people"] = str(len(people))
        self.health.facts["without id"] = str(len(received) - len(people))
        return inference


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(ActionNode)


if __name__ == "__main__":
    main()
