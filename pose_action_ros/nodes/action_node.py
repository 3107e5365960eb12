"""Says what each person does: poses -> action."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from rclpy.subscription import Subscription

from pose_action_ros.msg import Poses
from pose_action_ros.nodes.action_output import ActionOutput
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.conversions import people_from_poses
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.stage import StageNode
from pose_action_ros.nodes.subscriptions import subscribe
from pose_action_ros.nodes.timeline import Timeline
from pose_action_ros.poses import UNTRACKED
from pose_action_ros.recognition import Recogniser, RecogniserSettings

WAITING = 30
"""Poses messages that may wait, a second's, while the processor is busy or a model is loaded."""


@dataclass(frozen=True)
class ActionNodeSettings(RecogniserSettings, NodeSettings):
    """Parameters of action_node."""


class ActionNode(StageNode[ActionNodeSettings, Poses]):
    """See the module; ~/spmf shows the motion images, ~/markers the labels over the heads."""

    recogniser: Recogniser
    output: ActionOutput | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__("action_node", ActionNodeSettings, "poses", waiting=WAITING, **arguments)
        self._timeline = Timeline()

    def open(self) -> None:
        """Load the classifier."""
        self.recogniser = Recogniser(self.settings)
        self.output = ActionOutput(self)
        self._tell()

    def close(self) -> None:
        """Take the publishers down and give the models back."""
        if self.output is not None:
            self.output.close()
            self.output = None
            del self.recogniser

    def apply(self, settings: ActionNodeSettings) -> None:
        """What is remembered of people stays, unless the model changes."""
        if self.output is not None:
            self.recogniser = self.recogniser.with_settings(settings)
            self._tell()

    def _tell(self) -> None:
        """What runs, for diagnostics."""
        self.health.facts["model"] = self.recogniser.settings.action_model
        self.health.facts["engine"] = self.recogniser.engine
        self.health.facts["labels"] = str(len(self.recogniser.labels))

    def listen(self) -> list[Subscription[Any]]:
        """To poses."""
        return [subscribe(self, Poses, "poses", self.take, depth=WAITING)]

    def process(self, message: Poses) -> None:
        """The people of one image."""
        assert self.output is not None
        recogniser = self.recogniser  # a change of parameters may replace it meanwhile
        everybody = people_from_poses(message)
        people = [person for person in everybody if person.person_id != UNTRACKED]
        stamp = self._timeline.seconds(message.header.stamp)
        if self._timeline.jumped_back(stamp):
            self.get_logger().warning("time jumped backwards: what people did is forgotten")
            recogniser.reset()
        with self.health.inferring():
            estimates = recogniser.update(people, stamp)
        starts = [self._timeline.stamp(estimate.window_start) for estimate in estimates]
        self.output.publish(estimates, starts, people, message.header)
        self.output.publish_images(estimates, recogniser, message.header)
        self.health.facts["people"] = str(len(people))
        self.health.facts["without id"] = str(len(everybody) - len(people))


def main() -> int:
    """Run the node; its exit code."""
    return run(ActionNode)


if __name__ == "__main__":
    sys.exit(main())
