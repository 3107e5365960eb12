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


@dataclass(frozen=True)
class ActionNodeSettings(RecogniserSettings, NodeSettings):
    """Parameters of action_node."""


class ActionNode(StageNode[ActionNodeSettings, Poses]):
    """See the module; ~/spmf shows the motion images, ~/markers the labels over the heads."""

    recogniser: Recogniser
    output: ActionOutput | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__("action_node", ActionNodeSettings, "poses", waiting=30, **arguments)
        self._timeline = Timeline()

    def open(self) -> None:
        """Load the classifier."""
        self.recogniser = Recogniser(self.settings)
        self.output = ActionOutput(self)
        self.health.facts["model"] = self.settings.action_model
        self.health.facts["engine"] = self.settings.action_engine

    def close(self) -> None:
        """Take the publishers down."""
        if self.output is not None:
            self.output.close()
            self.output = None

    def apply(self, settings: ActionNodeSettings) -> None:
        """What is remembered of people stays."""
        if self.output is not None:
            self.recogniser.settings = settings

    def listen(self) -> list[Subscription[Any]]:
        """To poses."""
        return [subscribe(self, Poses, "poses", self.take, depth=10)]

    def process(self, message: Poses) -> None:
        """The people of one image."""
        assert self.output is not None
        everybody = people_from_poses(message)
        people = [person for person in everybody if person.person_id != UNTRACKED]
        stamp = self._timeline.seconds(message.header.stamp)
        if self._timeline.jumped_back(stamp):
            self.get_logger().warning("time jumped backwards: what people did is forgotten")
            self.recogniser.reset()
        estimates = self.recogniser.update(people, stamp)
        starts = [self._timeline.stamp(estimate.window_start) for estimate in estimates]
        self.output.publish(estimates, starts, people, message.header)
        self.output.publish_images(estimates, self.recogniser, message.header)
        self.health.facts["people"] = str(len(people))
        self.health.facts["without id"] = str(len(everybody) - len(people))
        self.health.facts["age [ms]"] = self.age(message.header.stamp)


def main() -> int:
    """Run the node; its exit code."""
    return run(ActionNode)


if __name__ == "__main__":
    sys.exit(main())
