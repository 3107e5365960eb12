"""Lifts people from 2D to 3D: keypoints -> poses, with camera_info where there is one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo

from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.msg import Keypoints
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.camera_model import CameraModel, CameraModelSettings
from pose_action_ros.nodes.conversions import people_from_keypoints
from pose_action_ros.nodes.health import Finding
from pose_action_ros.nodes.humans import HumansSettings
from pose_action_ros.nodes.poses_output import PosesOutput
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.stage import StageNode
from pose_action_ros.nodes.subscriptions import subscribe
from pose_action_ros.nodes.timeline import Timeline
from pose_action_ros.skeletons import HUMAN36M_17


@dataclass(frozen=True)
class LifterNodeSettings(LifterSettings, CameraModelSettings, HumansSettings, NodeSettings):
    """Parameters of lifter_node."""


class LifterNode(StageNode[LifterNodeSettings, Keypoints]):
    """See the module; ~/markers shows the people in 3D, TF has a frame in each body."""

    lifter: Lifter
    output: PosesOutput | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__("lifter_node", LifterNodeSettings, "keypoints", waiting=0, **arguments)
        self._timeline = Timeline()
        self._camera = CameraModel(self.settings.rectified, self.settings.field_of_view)

    def open(self) -> None:
        """Load the lifter."""
        self.lifter = Lifter(self.settings)
        self.output = PosesOutput(self, ros4hri=self.settings.ros4hri)
        self.health.facts["model"] = self.settings.lifter_model
        self.health.facts["engine"] = self.lifter.engine

    def close(self) -> None:
        """Take the publishers down and give the models back."""
        if self.output is not None:
            self.output.close()
            self.output = None
            del self.lifter

    def apply(self, settings: LifterNodeSettings) -> None:
        """What is remembered of people stays."""
        if self.output is not None:
            self.lifter.settings = settings

    def listen(self) -> list[Subscription[Any]]:
        """To keypoints and the camera."""
        return [
            subscribe(self, Keypoints, "keypoints", self.take, depth=10),
            subscribe(self, CameraInfo, "camera_info", self._camera.update, depth=1),
        ]

    def troubles(self) -> list[Finding]:
        """Of the camera."""
        return self._camera.findings()

    def process(self, message: Keypoints) -> None:
        """The people of one image."""
        assert self.output is not None
        people = people_from_keypoints(message)
        intrinsics = self._camera.intrinsics(message.width, message.height)
        stamp = self._timeline.seconds(message.header.stamp)
        with self.health.inferring():
            lifted = self.lifter(people, intrinsics, stamp)
        poses = [pose for pose in lifted if pose.present.any()]
        self.output.publish(poses, message.header, HUMAN36M_17)
        self.health.facts["people"] = str(len(poses))
        self.health.facts["camera"] = self._camera.origin


def main() -> int:
    """Run the node; its exit code."""
    return run(LifterNode)


if __name__ == "__main__":
    sys.exit(main())
